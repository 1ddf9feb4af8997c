import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { BatchTargets } from '../../../src/core/training/batchTargets.ts';
import { pretrainProgram } from '../../../src/core/training/pretrainProgram.ts';
import { resolvePretrainSettings } from '../../../src/core/training/pretrainSettings.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { PixelStoreWriter } from '../../../src/engine/training/pixelStore.ts';
import { trainedEncoderInterface } from '../../../src/engine/training/pretrainCard.ts';
import { loadTrainingData } from '../../../src/engine/training/trainingData.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import { PretrainTask } from '../../../src/engine/training/pretrainTask.ts';
import { trainToEnd } from '../../../src/engine/training/trainingRun.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { decodeTrainingImages, listTrainingImages } from '../../../src/engine/training/trainingImages.ts';
import type { PretrainSettings } from '../../../src/protocol/training.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';
import { metricsOf } from './runFixtures.ts';

const SMALL: PretrainSettings = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 4, seed: 7, threads: 1 };

function pretraining(): Trainings {
  const registry = new EncoderRegistry();
  return new Trainings({ registry, rootOf: (path) => path, threads: 1, checkpointSeconds: 3600 });
}

/** Stops a run when so many images have been trained on. */
async function stopped(root: string, settings: PretrainSettings, after: number, scan = {}): Promise<string> {
  const stopping = job(({ phase, done }) => {
    if (phase === 'Training' && done >= after) stopping.abort();
  });
  const run = pretraining().train('pretrain', { folder: root, settings, scan }, stopping);
  await assert.rejects(run, { code: ErrorCode.Cancelled });
  return (await new RunStore(root).list())[0]!.id;
}

async function stripes(context: TestContext, perClass = 8): Promise<string> {
  const root = temporaryFolder(context);
  await writeStripes(root, perClass);
  return root;
}

const runFolder = (root: string, run: string) => join(root, '.likeness', 'runs', run);
const encoder = (root: string, id: string | undefined) =>
  readFileSync(join(root, '.likeness', 'encoders', id!, 'encoder.onnx'));

describe('a finished run', () => {
  test('leaves its encoder and head, no checkpoint, and a clear answer to resuming it', async (context) => {
    const root = await stripes(context);
    const { run } = await pretraining().train('pretrain', { folder: root, settings: { ...SMALL, epochs: 1 } }, job());
    const left = readdirSync(runFolder(root, run.id)).filter((name) => !name.startsWith('events.'));
    assert.deepEqual(left.sort(), ['histograms.jsonl', 'metrics.jsonl', 'run.json']);
    assert.ok(!run.resumable);
    assert.ok(encoder(root, run.encoder).length > 1e6);
    assert.ok(existsSync(join(root, '.likeness', 'encoders', run.encoder!, 'projection-head.onnx')));
    await assert.rejects(pretraining().resume({ folder: root, run: run.id }, job()), {
      code: ErrorCode.Usage,
      message: /is finished and has left its encoder; .* Start a new run/,
    });
  });

  test('has everything that was measured in its metrics, the end and the time left included', async (context) => {
    const root = await stripes(context, 10);
    await writeStripes(root, 3, 'test');
    const { run } = await pretraining().train('pretrain', { folder: root, settings: { ...SMALL, loss: 'dcl' } }, job());
    const lines = metricsOf(runFolder(root, run.id));
    assert.equal(lines.length, 12);
    const measured = lines.map((line) => 'knn' in line);
    assert.deepEqual(
      measured.flatMap((is, i) => (is ? [i + 1] : [])),
      [3, 6, 9, 12],
    );
    const last = lines.at(-1)!;
    for (const metric of ['testKnn', 'testKnnMacro', 'knnMacro', 'alignment', 'uniformity', 'effectiveRank']) {
      assert.equal(last[metric], run.metrics[metric], metric);
    }
    for (const { loss, relativeLoss } of lines) assert.ok(Math.abs(relativeLoss! - loss! / Math.log(14)) < 1e-9);
    const left = lines.map(({ secondsLeft }) => secondsLeft!);
    assert.equal(left.at(-1), 0);
    assert.ok(left.slice(0, -1).every((seconds) => seconds > 0));
    assert.ok(!('secondsLeft' in run.metrics));
  });
});

describe('a run that goes on', () => {
  test('takes the files it began with, and ends in the same weights', async (context) => {
    const scan = { exclude: ['narrow/'] };
    const settings = { ...SMALL, batchImages: 8, epochs: 4 };
    const undisturbed = await stripes(context, 9);
    const { run: expected } = await pretraining().train('pretrain', { folder: undisturbed, settings, scan }, job());
    const root = await stripes(context, 9);
    const id = await stopped(root, settings, 24, scan);
    const { run, notices } = await pretraining().resume({ folder: root, run: id }, job());
    assert.deepEqual(notices, []);
    assert.equal(run.step, 8);
    assert.ok(encoder(root, run.encoder).equals(encoder(undisturbed, expected.encoder)));
  });

  test('says where its images have changed meanwhile', async (context) => {
    const root = await stripes(context, 8);
    const id = await stopped(root, SMALL, 24);
    rmSync(join(root, 'train', 'wide', '0.png'));
    const { run, notices } = await pretraining().resume({ folder: root, run: id }, job());
    assert.equal(run.stepsPerEpoch, 2);
    assert.equal(run.state, 'finished');
    assert.deepEqual(
      notices.map(({ code }) => code),
      [ErrorCode.ImagesChanged],
    );
  });

  test('refuses a checkpoint that isn’t its own', async (context) => {
    const root = await stripes(context);
    const id = await stopped(root, SMALL, 16);
    const store = new RunStore(root);
    const files = await store.open(id);
    const { tensors, metadata } = (await files.loadCheckpoint())!;
    const broken = {
      'lacks stem.convolution.weight': [[...tensors].filter(([name]) => name !== 'stem.convolution.weight'), metadata],
      'another shape': [[...tensors].map(([name, { data }]) => [name, { shape: [data.length], data }]), metadata],
      'after which step': [[...tensors], { ...metadata, step: 'soon' }],
    } as const;
    await files.close();
    for (const [reason, [entries, texts]] of Object.entries(broken)) {
      const writing = await store.open(id);
      await writing.saveCheckpoint(new Map(entries as [string, { shape: number[]; data: Float32Array }][]), texts);
      await writing.close();
      await assert.rejects(
        pretraining().resume({ folder: root, run: id }, job()),
        (error: Error & { code: string }) => {
          return error.code === ErrorCode.CheckpointCorrupt && error.message.includes(reason);
        },
      );
    }
  });
});

describe('a run that is stopped', () => {
  test('while the untrained network is measured: it has stopped, and hasn’t failed', async (context) => {
    const root = await stripes(context);
    const stopping = job(({ phase, done, total }) => {
      if (phase === 'Reading images' && done === total) stopping.abort();
    });
    const run = pretraining().train('pretrain', { folder: root, settings: SMALL }, stopping);
    await assert.rejects(run, { code: ErrorCode.Cancelled });
    const [summary] = await new RunStore(root).list();
    assert.equal(summary!.state, 'stopped');
    assert.equal(summary!.message, undefined);
    assert.ok(summary!.resumable);
  });

  test('while an epoch is measured: its last step is told, and saved', async (context) => {
    const root = await stripes(context);
    const settings = { ...resolvePretrainSettings(SMALL, 24, 1), epochs: 4 };
    const program = pretrainProgram(
      { ...settings, head: { layers: 2, outputs: 16 }, optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 0 } },
      true,
    );
    const running = job();
    const options = { root, input: trainedEncoderInterface(settings).input, scratchFolder: root, seed: 7 };
    const images = await listTrainingImages(root, undefined, running.signal);
    const data = await loadTrainingData(images, [], options, running);
    let measured = 0;
    const monitored = new Proxy(data.monitored!, {
      get: (set, key) => {
        // Before the first step, after the first epoch, and after the second.
        if (key === 'pixels' && ++measured === 3) running.abort();
        return set[key as keyof typeof set];
      },
    });
    const told: number[] = [];
    const saved: number[] = [];
    const targets = new BatchTargets({ loss: 'nt-xent', labels: new Int32Array(24).fill(-1), decisions: [] });
    const training = trainToEnd(
      {
        settings,
        program,
        tensorFlow: undefined,
        provider: 'cpu',
        pixels: data.pixels,
        images: data.images.length,
        start: { step: 0, seconds: 0, state: program.initialState(7), metrics: {} },
        recorder: {
          appendMetrics: (step) => told.push(step),
          appendHistograms: () => undefined,
          saveProgress: () => Promise.resolve(),
          saveCheckpoint: (_, step) => {
            saved.push(step);
            return Promise.resolve();
          },
        },
        checkpointSeconds: 3600,
        task: (worker, run) =>
          PretrainTask.open({ settings, shape: settings, data: { ...data, monitored }, targets }, worker, run),
      },
      running,
    );
    await assert.rejects(training, { code: ErrorCode.Cancelled });
    assert.deepEqual(told, [1, 2, 3, 4, 5, 6]);
    // At the end of the first epoch of three steps too, so that whoever reads that it is done can go on from there.
    assert.deepEqual(saved, [3, 6]);
  });

  test(
    'while a picture takes its time: nobody waits for it',
    { skip: process.platform === 'win32' },
    async (context) => {
      const root = temporaryFolder(context);
      // Reading this waits until somebody writes.
      execFileSync('mkfifo', [join(root, 'slow.png')]);
      const running = job();
      const image = { path: 'slow.png', label: undefined, split: undefined };
      const { input } = trainedEncoderInterface({ network: 'resnet10', size: 32 });
      const reading = decodeTrainingImages(root, [image], input, running, () => undefined);
      setTimeout(running.abort, 50);
      await assert.rejects(reading, { code: ErrorCode.Cancelled });
      writeFileSync(join(root, 'slow.png'), 'no picture');
    },
  );

  test('decoded pictures that didn’t fit into memory are removed', (context) => {
    const file = join(temporaryFolder(context), 'pixels.tmp');
    const writer = new PixelStoreWriter(file, 0);
    writer.add({ width: 2, height: 1, data: new Uint8Array(6) });
    assert.ok(existsSync(file));
    writer.discard();
    assert.ok(!existsSync(file));
  });
});

test('the supervised loss needs two classes', async (context) => {
  const root = await stripes(context, 20);
  for (const name of ['wide', 'middle']) rmSync(join(root, 'train', name), { recursive: true });
  const attempt = pretraining().train('pretrain', { folder: root, settings: { ...SMALL, loss: 'supervised' } }, job());
  await assert.rejects(attempt, {
    code: ErrorCode.Usage,
    message: /at least two classes, and there is one class; label/,
  });
  assert.ok(!existsSync(join(root, '.likeness', 'runs')));
});

test('plans made at the same time don’t disturb each other, and leave nothing', async (context) => {
  const root = await stripes(context);
  const scratch = temporaryFolder(context);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) {
    const before = process.env[name];
    process.env[name] = scratch;
    context.after(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    });
  }
  const plans = await Promise.all(
    [0, 1].map(() => pretraining().planPretraining({ folder: root, settings: SMALL }, job())),
  );
  for (const { seconds, secondsPerStep } of plans) assert.ok(seconds > 12 * secondsPerStep);
  assert.deepEqual(readdirSync(scratch), []);
});
