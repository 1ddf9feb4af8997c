import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { augmentationPreset } from '../../../src/core/augmentation/presets.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { resolvePretrainSettings } from '../../../src/core/training/pretrainSettings.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { writeConfig } from '../../../src/engine/store/config.ts';
import { parseRunSettings } from '../../../src/engine/training/runSettings.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import type { PretrainSettings } from '../../../src/protocol/training.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';

const SMALL: PretrainSettings = {
  network: 'resnet10-light',
  size: 32,
  batchImages: 8,
  epochs: 3,
  seed: 7,
  threads: 1,
  augmentation: 'custom',
};
const mild = augmentationPreset('fine-grained-colour')!.recipe(32);
const strong = augmentationPreset('natural')!.recipe(32);

async function folder(context: TestContext): Promise<string> {
  const root = temporaryFolder(context);
  await writeStripes(root, 8);
  return root;
}

function trainings(): Trainings {
  return new Trainings({ registry: new EncoderRegistry(), rootOf: (path) => path, threads: 1, checkpointSeconds: 0 });
}

const encoderOf = (root: string, id: string | undefined): Buffer =>
  readFileSync(join(root, '.likeness/encoders', id!, 'encoder.onnx'));

describe("the dataset's own augmentation", () => {
  test('is trained with as any preset is, and the run keeps it', async (context) => {
    const root = await folder(context);
    writeConfig(root, { augmentation: mild });
    const own = await trainings().train('pretrain', { folder: root, settings: SMALL }, job());
    const { settings } = own.run as { settings: PretrainSettings };
    assert.deepEqual([settings.augmentation, settings.recipe], ['custom', mild]);

    const preset = { ...SMALL, augmentation: 'fine-grained-colour' };
    const same = await trainings().train('pretrain', { folder: root, settings: preset }, job());
    assert.ok(encoderOf(root, own.run.encoder).equals(encoderOf(root, same.run.encoder)));
    assert.ok(!('recipe' in same.run.settings));
  });

  test('may have changed when a run goes on, which it does with the one it began with', async (context) => {
    const root = await folder(context);
    writeConfig(root, { augmentation: mild });
    const whole = await trainings().train('pretrain', { folder: root, settings: SMALL }, job());
    const begun = job(({ phase, done }) => {
      if (phase === 'Training' && done > 0) begun.abort();
    });
    await assert.rejects(trainings().train('pretrain', { folder: root, settings: SMALL }, begun), {
      code: ErrorCode.Cancelled,
    });
    const stopped = (await new RunStore(root).list()).find(({ state }) => state === 'stopped');
    writeConfig(root, { augmentation: strong });
    const resumed = await trainings().resume({ folder: root, run: stopped!.id }, job());
    assert.equal(resumed.run.state, 'finished');
    assert.ok(encoderOf(root, resumed.run.encoder).equals(encoderOf(root, whole.run.encoder)));
  });

  test('has to be there, and to be one', async (context) => {
    const root = await folder(context);
    await assert.rejects(trainings().train('pretrain', { folder: root, settings: SMALL }, job()), {
      code: ErrorCode.InvalidAugmentation,
      message: /has no augmentation of its own; save one/,
    });
    assert.throws(() => resolvePretrainSettings({ augmentation: 'custom', recipe: { crop: {} } as never }, 32, 1), {
      code: ErrorCode.InvalidAugmentation,
    });
    assert.throws(() => resolvePretrainSettings({ augmentation: 'aerial', recipe: mild }, 32, 1), {
      code: ErrorCode.Usage,
    });
  });

  test('is part of what a record has to say', () => {
    const settings = resolvePretrainSettings({ augmentation: 'custom', recipe: mild }, 32, 1);
    assert.deepEqual(parseRunSettings(JSON.parse(JSON.stringify(settings)), 'pretrain'), settings);
    assert.throws(() => parseRunSettings({ ...settings, recipe: undefined }, 'pretrain'), /"settings\.recipe"/);
  });
});
