import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { resolvePretrainSettings, type PretrainStart } from '../../../src/core/training/pretrainSettings.ts';

const ours: PretrainStart = {
  encoder: { id: 'ours-1', network: 'resnet10-light', size: 32, imported: false },
  headLayers: 3,
};
const others: PretrainStart = {
  encoder: { id: '/models/mobilenet.onnx', network: 'mobilenet', size: 224, imported: true },
  headLayers: undefined,
};

describe('pretraining that goes on with an encoder', () => {
  test('of ours has its network, size and head, and trains as a whole', () => {
    const settings = resolvePretrainSettings({ network: 'resnet18-wide', size: 64 }, 1000, 2, ours);
    const { from, network, size, headLayers, trainedStages, optimizer, epochs, name } = settings;
    assert.deepEqual(
      [from, network, size, headLayers, trainedStages, optimizer, epochs],
      ['ours-1', 'resnet10-light', 32, 3, 'all', 'sgd', 100],
    );
    assert.equal(name, 'resnet10-light at 32 px, pretrained further');
    assert.equal(resolvePretrainSettings({ headLayers: 2 }, 1000, 2, ours).headLayers, 2);
  });

  test('of others takes smaller batches and fewer passes, and its last layers train', () => {
    const { size, batchImages, trainedStages, optimizer, epochs } = resolvePretrainSettings({}, 1000, 2, others);
    assert.deepEqual([size, batchImages, trainedStages, optimizer, epochs], [224, 32, 1, 'adamw', 20]);
    assert.equal(resolvePretrainSettings({ trainedStages: 'all' }, 1000, 2, others).trainedStages, 'all');
  });

  test('is refused stages that there are not, and a provider that there is not', () => {
    const refused = (settings: Parameters<typeof resolvePretrainSettings>[0], start?: PretrainStart) => {
      try {
        resolvePretrainSettings(settings, 1000, 2, start);
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        assert.equal(code, ErrorCode.Usage);
        return message;
      }
      return 'nothing';
    };
    assert.match(
      refused({ trainedStages: 5 }, others),
      /^trainedStages is 5; it has to be all, or 1 to 4 stages of mobilenet/,
    );
    assert.match(refused({ trainedStages: 0 }, others), /1 to 4/);
    assert.match(refused({ trainedStages: 1 }, ours), /^resnet10-light is pretrained as a whole/);
    assert.match(refused({ trainedStages: 1 }), /is pretrained as a whole/);
    assert.match(refused({ provider: 'gpu' as never }), /^provider is "gpu"; it has to be one of auto, cpu, webgpu/);
  });
});
