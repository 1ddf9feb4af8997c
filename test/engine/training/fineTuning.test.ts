import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { networkParts, partOf } from '../../../src/core/training/networks/networks.ts';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { labelledImages, loadFineTuneData } from '../../../src/engine/training/fineTuneData.ts';
import { trainedEncoderInterface } from '../../../src/engine/training/pretrainCard.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import { removePixels } from '../../../src/engine/training/pixelStore.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { readTrainedWeights } from '../../../src/engine/training/trainedEncoder.ts';
import { listTrainingImages } from '../../../src/engine/training/trainingImages.ts';
import type { FineTuneSettings, RunSummary } from '../../../src/protocol/training.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';

const OPTIONS = {
  registry: new EncoderRegistry(),
  rootOf: (path: string) => path,
  threads: 1,
  checkpointSeconds: 3600,
};
const SCRATCH: FineTuneSettings = { from: 'scratch', network: 'resnet10-light', size: 32, epochs: 8, seed: 3 };

async function stripesFolder(context: TestContext, perClass = 12): Promise<string> {
  const root = temporaryFolder(context);
  await writeStripes(root, perClass);
  return root;
}

async function fineTune(root: string, settings: FineTuneSettings, context = job()): Promise<RunSummary> {
  const { run } = await new Trainings(OPTIONS).train('finetune', { folder: root, settings }, context);
  return run;
}

async function pretrained(root: string): Promise<RunSummary> {
  const settings = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 2, seed: 7, threads: 1 };
  const { run } = await new Trainings(OPTIONS).train('pretrain', { folder: root, settings }, job());
  return run;
}

function encoderBytes(root: string, { encoder }: RunSummary): Buffer {
  return readFileSync(join(root, '.likeness', 'encoders', encoder!, 'encoder.onnx'));
}

describe('fine-tuning', () => {
  test('teaches the classes, and leaves an encoder that names them with probabilities', async (context) => {
    const root = await stripesFolder(context, 40);
    const run = await fineTune(root, { ...SCRATCH, epochs: 40, learningRate: 0.005, patience: 0 });
    assert.deepEqual([run.kind, run.state, run.epoch], ['finetune', 'finished', 40]);
    // A third would be chance.
    assert.ok(run.metrics['bestValidationMacro']! > 0.7, JSON.stringify(run.metrics));
    const { card, model } = await new EncoderRegistry().resolve(run.encoder!, root);
    assert.deepEqual(card.classes, ['middle', 'narrow', 'wide']);
    assert.equal(card.output.dim, 128);
    assert.ok('file' in model);
    const worker = new OnnxWorker();
    context.after(() => worker.dispose());
    const { session } = await worker.load({ file: model.file }, { threads: 1 });
    const images = {
      type: 'float32',
      dims: [2, 3, 32, 32],
      data: new Float32Array(2 * 3 * 32 * 32).fill(0.3),
    } as const;
    const { probabilities, logits } = await worker.run(session, { images }, { fetches: ['probabilities', 'logits'] });
    assert.deepEqual(
      [probabilities!.dims, logits!.dims],
      [
        [2, 3],
        [2, 3],
      ],
    );
    const [a, b, c] = probabilities!.data as Float32Array;
    assert.ok(Math.abs(a! + b! + c! - 1) < 1e-6);
  });

  test('starts from the newest pretraining with the first layer of its head, and from a run or encoder by name', async (context) => {
    const root = await stripesFolder(context);
    const source = await pretrained(root);
    const usual = await fineTune(root, { epochs: 1 });
    const settings = usual.settings as Required<FineTuneSettings>;
    assert.deepEqual(
      [settings.from, settings.feature, settings.network],
      [source.encoder, 'projection', 'resnet10-light'],
    );
    for (const from of [source.id, source.encoder!]) {
      const same = await fineTune(root, { epochs: 1, from });
      assert.ok(encoderBytes(root, same).equals(encoderBytes(root, usual)), from);
    }
    const dropped = await fineTune(root, { epochs: 1, feature: 'representation' });
    assert.ok(!encoderBytes(root, dropped).equals(encoderBytes(root, usual)));
  });

  test('leaves stages that don’t train as they were, bit for bit', async (context) => {
    const root = await stripesFolder(context);
    const source = await pretrained(root);
    const registry = new EncoderRegistry();
    const before = await readTrainedWeights(registry, source.encoder!, root);
    for (const trainedStages of [0, 2]) {
      const run = await fineTune(root, { epochs: 2, trainedStages, runningStatistics: 'frozen' });
      const after = await readTrainedWeights(registry, run.encoder!, root);
      const parts = networkParts('resnet10-light');
      const frozen = new Set(parts.slice(0, parts.length - trainedStages));
      for (const [name, values] of before.values) {
        const isSame = Buffer.from(values.buffer).equals(Buffer.from(after.values.get(name)!.buffer));
        assert.equal(isSame, frozen.has(partOf(name)), name);
      }
    }
  });

  test('a cosine classifier begins with the means of the classes, a linear one with nothing', async (context) => {
    const root = await stripesFolder(context);
    const source = await pretrained(root);
    // Too slow to get anywhere.
    const settings = { epochs: 1, trainedStages: 0, learningRate: 1e-8, feature: 'representation', seed: 5 } as const;
    const linear = await fineTune(root, settings);
    assert.ok(Math.abs(linear.metrics['loss']! - Math.log(3)) < 1e-4, JSON.stringify(linear.metrics));

    const run = await fineTune(root, { ...settings, classifier: 'cosine' });
    const { values } = await readTrainedWeights(new EncoderRegistry(), run.encoder!, root);
    const images = labelledImages(await listTrainingImages(root, undefined, new AbortController().signal));
    const { input } = trainedEncoderInterface({ network: 'resnet10-light', size: 32 });
    const data = await loadFineTuneData(
      images,
      { root, input, scratchFolder: root, seed: 5, labelsPerClass: 0 },
      job(),
    );
    removePixels(data.pixels);
    const encoder = await openEncoder(await OPTIONS.registry.resolve(source.encoder!, root), {
      threads: 1,
      memoryBytes: 1e8,
    });
    context.after(() => encoder.dispose());
    const { pixels, count, labels } = data.training;
    const { vectors } = await encoder.embed(pixels.slice(), count);
    for (let label = 0; label < 3; label++) {
      const rows = [...labels.keys()].filter((row) => labels[row] === label);
      const sum = Float64Array.from({ length: 128 }, (_, i) =>
        rows.reduce((total, row) => total + vectors[row * 128 + i]!, 0),
      );
      const length = Math.hypot(...sum);
      const weight = values.get('classifier.weight')!.subarray(label * 128, (label + 1) * 128);
      weight.forEach((value, i) => {
        assert.ok(Math.abs(value - sum[i]! / length) < 1e-4);
      });
    }
  });

  test('a linear classifier can begin as the probe of the features, and is better at once', async (context) => {
    const root = await stripesFolder(context);
    await pretrained(root);
    // Too slow to get anywhere.
    const settings = { epochs: 1, learningRate: 1e-8, seed: 5, runningStatistics: 'all' } as const;
    const plain = await fineTune(root, settings);
    const probed = await fineTune(root, { ...settings, classifierStart: 'probe' });
    assert.ok(probed.metrics['loss']! < plain.metrics['loss']! - 0.1, JSON.stringify(probed.metrics));
    await assert.rejects(fineTune(root, { classifierStart: 'probe', classifier: 'cosine' }), {
      code: ErrorCode.Usage,
    });
  });

  test('tells which classes have a single image to learn from', async (context) => {
    const root = await stripesFolder(context, 6);
    mkdirSync(join(root, 'train', 'rare'));
    copyFileSync(join(root, 'train', 'wide', '0.png'), join(root, 'train', 'rare', 'one.png'));
    const request = { folder: root, settings: { ...SCRATCH, epochs: 1 } };
    const { notices } = await new Trainings(OPTIONS).train('finetune', request, job());
    assert.deepEqual(
      notices.map(({ code }) => code),
      [ErrorCode.NotEnoughLabels],
    );
    assert.match(notices[0]!.message, /^"rare" has a single labelled image to learn from/);
  });

  test('uses as many labels of each class as it is told, and looks at no others', async (context) => {
    const root = await stripesFolder(context);
    const run = await fineTune(root, { ...SCRATCH, epochs: 1, labelsPerClass: 4 });
    const card = (await new EncoderRegistry().resolve(run.encoder!, root)).card;
    assert.match(card.trainedOn!, /^12 labelled images/);
    assert.equal(run.metrics['validationMacro'], undefined);
  });
});

describe('a run of fine-tuning that is disturbed', () => {
  test('stopped and resumed ends in the same encoder, the best epoch included', async (context) => {
    const roots = [await stripesFolder(context), await stripesFolder(context)];
    const expected = await fineTune(roots[0]!, SCRATCH);
    const stopping = job(({ phase, done }) => {
      if (phase === 'Training' && done >= 48) stopping.abort();
    });
    await assert.rejects(fineTune(roots[1]!, SCRATCH, stopping), { code: ErrorCode.Cancelled });
    const [stopped] = await new RunStore(roots[1]!).list();
    assert.deepEqual([stopped!.state, stopped!.resumable], ['stopped', true]);
    const { run } = await new Trainings(OPTIONS).resume({ folder: roots[1]!, run: stopped!.id }, job());
    assert.equal(run.metrics['bestEpoch'], expected.metrics['bestEpoch']);
    assert.ok(encoderBytes(roots[1]!, run).equals(encoderBytes(roots[0]!, expected)));
  });

  test('ends early when nothing gets better, with the best epoch', async (context) => {
    const root = await stripesFolder(context, 40);
    const run = await fineTune(root, { ...SCRATCH, epochs: 40, learningRate: 0.005, patience: 3 });
    const { bestEpoch, bestValidationMacro, validationMacro } = run.metrics;
    assert.equal(run.epoch, bestEpoch! + 3);
    assert.ok(bestValidationMacro! >= validationMacro!);
  });
});

test('what is a copy of a picture that is trained on is not measured with', async (context) => {
  const root = await stripesFolder(context);
  for (const split of ['validation', 'test']) {
    mkdirSync(join(root, split, 'wide'), { recursive: true });
    copyFileSync(join(root, 'train', 'wide', '0.png'), join(root, split, 'wide', 'copy.png'));
  }
  const images = labelledImages(await listTrainingImages(root, undefined, new AbortController().signal));
  const { input } = trainedEncoderInterface({ network: 'resnet10-light', size: 32 });
  const options = { root, input, scratchFolder: root, seed: 1, labelsPerClass: 0 };
  const data = await loadFineTuneData(images, options, job());
  context.after(() => {
    removePixels(data.pixels);
  });
  assert.deepEqual([images.validation.length, images.test.length], [1, 1]);
  assert.deepEqual([data.validation, data.test], [undefined, undefined]);
});

describe('what can’t be fine-tuned is refused with a sentence', () => {
  test('nothing pretrained, an encoder of others, a run that left nothing', async (context) => {
    const root = await stripesFolder(context);
    await assert.rejects(fineTune(root, {}), { code: ErrorCode.NothingPretrained });
    await assert.rejects(fineTune(root, { from: 'handcrafted' }), { code: ErrorCode.EncoderNotTrained });
    await assert.rejects(fineTune(root, { from: 'nobody' }), { code: ErrorCode.EncoderNotFound });
  });

  test('one class, a batch larger than the images, stages that are none', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 4);
    for (const name of ['middle', 'narrow']) rmSync(join(root, 'train', name), { recursive: true });
    await assert.rejects(fineTune(root, SCRATCH), /only "wide"/);
    const two = await stripesFolder(context, 4);
    await assert.rejects(fineTune(two, { ...SCRATCH, batchImages: 64 }), { code: ErrorCode.Usage });
    await assert.rejects(fineTune(two, { ...SCRATCH, trainedStages: 9 }), /0 to 4 stages/);
    const { id } = await fineTune(two, { ...SCRATCH, epochs: 1 });
    await assert.rejects(new Trainings(OPTIONS).resume({ folder: two, run: id }, job()), /is finished/);
  });
});
