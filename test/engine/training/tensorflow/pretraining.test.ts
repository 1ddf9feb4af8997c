import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../../src/core/errors.ts';
import type { JobContext, Progress } from '../../../../src/core/progress.ts';
import { openEncoder } from '../../../../src/engine/encoders/openEncoder.ts';
import { EncoderRegistry } from '../../../../src/engine/encoders/registry.ts';
import { Trainings } from '../../../../src/engine/training/trainings.ts';
import { readCheckpoint } from '../../../../src/engine/training/checkpointFile.ts';
import { RunStore } from '../../../../src/engine/training/runStore.ts';
import type { PretrainSettings } from '../../../../src/protocol/training.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { writeStripes } from '../colourDataset.ts';
import { metricsOf } from '../runFixtures.ts';
import { writeQuickTensorFlow } from './quickTensorFlow.ts';

/** As little as can be trained: two steps. */
const settings: PretrainSettings = {
  network: 'resnet10-light',
  size: 32,
  batchImages: 8,
  epochs: 1,
  seed: 7,
  threads: 1,
};

function job(report: (progress: Progress, abort: () => void) => void = () => undefined): JobContext {
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  return {
    signal: controller.signal,
    report: (progress) => {
      report(progress, abort);
    },
  };
}

function pretraining(): Trainings {
  return new Trainings({ registry: new EncoderRegistry(), rootOf: (path) => path, threads: 1 });
}

test('a run on TensorFlow.js is stopped and resumed on it, and ends with the encoder of ONNX Runtime', async (context) => {
  const root = temporaryFolder(context);
  await writeStripes(root, 6);
  const tensorFlowModule = writeQuickTensorFlow(temporaryFolder(context));
  const stopping = job(({ phase, done }, abort) => {
    if (phase === 'Training' && done > 0) abort();
  });
  const request = { folder: root, settings: { ...settings, engine: 'tensorflow' }, tensorFlowModule } as const;
  await assert.rejects(pretraining().train('pretrain', request, stopping), { code: ErrorCode.Cancelled });
  const store = new RunStore(root);
  const [stopped] = await store.list();
  assert.deepEqual([stopped!.state, stopped!.step, stopped!.settings.engine], ['stopped', 0, 'tensorflow']);
  const folder = join(root, '.likeness', 'runs', stopped!.id);
  assert.equal((await readCheckpoint(folder))!.metadata['step'], '1');

  await assert.rejects(pretraining().resume({ folder: root, run: stopped!.id }, job()), (error: Error) => {
    assert.equal((error as Error & { code: string }).code, ErrorCode.TensorFlowMissing);
    assert.match(error.message, /^Run ".+" began with TensorFlow.js and goes on with nothing else\. .*npm install/);
    return true;
  });
  assert.equal((await store.list())[0]!.state, 'stopped');
  writeQuickTensorFlow(root, '@tensorflow/tfjs-node');
  const broken = join(writeQuickTensorFlow(root, '@tensorflow/tfjs-node-gpu'), 'index.js');
  writeFileSync(broken, `throw new Error('libcudart.so.11.0: cannot open shared object file');`);
  const { run, notices } = await pretraining().resume({ folder: root, run: stopped!.id }, job());
  assert.deepEqual([run.state, run.step], ['finished', 2]);
  assert.match(
    notices[0]!.message,
    /tfjs-node-gpu can't be loaded .*libcudart.*; @tensorflow\/tfjs-node is used instead/,
  );

  // Pictures and their order are the same, and so are the steps but for rounding.
  const { run: built } = await pretraining().train('pretrain', { folder: root, settings }, job());
  assert.equal(built.settings.engine, 'onnxruntime');
  const [theirs, ours] = [run, built].map(({ id }) => metricsOf(join(root, '.likeness', 'runs', id)));
  assert.equal(theirs!.length, 2);
  theirs!.forEach(({ step, loss, gradientNorm, learningRate }, i) => {
    const expected = ours![i]!;
    assert.deepEqual([step, learningRate], [expected['step'], expected['learningRate']]);
    assert.ok(Math.abs(loss! - expected['loss']!) < 1e-4 * expected['loss']!, `step ${step}: ${loss}`);
    assert.ok(Math.abs(gradientNorm! - expected['gradientNorm']!) < 1e-3 * expected['gradientNorm']!);
  });

  const registry = new EncoderRegistry();
  const picture = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 37) % 256);
  const vectors = await Promise.all(
    [run, built].map(async ({ encoder }) => {
      const opened = await openEncoder(await registry.resolve(encoder!, root), { threads: 1, memoryBytes: 1e8 });
      context.after(() => opened.dispose());
      return (await opened.embed(picture.slice(), 1)).vectors;
    }),
  );
  const similarity = vectors[0]!.reduce((sum, value, i) => sum + value * vectors[1]![i]!, 0);
  assert.ok(similarity > 0.9999, `${similarity}`);
});

test('without TensorFlow.js, nothing is begun', async (context) => {
  const root = temporaryFolder(context);
  await writeStripes(root, 6);
  const request = { folder: root, settings: { ...settings, engine: 'tensorflow' } } as const;
  const missing = { code: ErrorCode.TensorFlowMissing };
  await assert.rejects(pretraining().train('pretrain', request, job()), missing);
  await assert.rejects(pretraining().planPretraining(request, job()), missing);
  const broken = { ...request, tensorFlowModule: join(root, 'train') };
  await assert.rejects(pretraining().train('pretrain', broken, job()), { code: ErrorCode.TensorFlowBroken });
  assert.ok(!existsSync(join(root, '.likeness')));
});
