import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { candidateProviders } from '../../../src/core/encoders/executionProviders.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { encoderModel, projectionHeadModel } from '../../../src/core/training/pretrainProgram.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import { machineTrainers } from '../../../src/engine/training/providers/trainingProvider.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { readTrainedWeights } from '../../../src/engine/training/trainedEncoder.ts';
import type { PretrainSettings } from '../../../src/protocol/training.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';

/** As small as a run can be. */
const SMALL: PretrainSettings = {
  network: 'resnet10-light',
  size: 32,
  batchImages: 8,
  epochs: 4,
  seed: 7,
  threads: 1,
};

/** What `headLayers` means by default. */
const HEAD = { layers: 2, outputs: 128 } as const;

function pretraining(checkpointSeconds = 3600): Trainings {
  const registry = new EncoderRegistry();
  return new Trainings({ registry, rootOf: (path) => path, threads: 1, checkpointSeconds });
}

async function stripesFolder(context: TestContext, perClass = 8): Promise<string> {
  const folder = temporaryFolder(context);
  await writeStripes(folder, perClass);
  return folder;
}

function encoderBytes(root: string, id: string | undefined, file = 'encoder.onnx'): Buffer {
  assert.ok(id !== undefined);
  return readFileSync(join(root, '.likeness', 'encoders', id, file));
}

function metricLines(root: string, run: string): Record<string, number>[] {
  const text = readFileSync(join(root, '.likeness', 'runs', run, 'metrics.jsonl'), 'utf8');
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, number>);
}

describe('a run', () => {
  test('learns, and leaves an encoder, its head and its metrics', async (context) => {
    const root = await stripesFolder(context, 16);
    await writeStripes(root, 3, 'test');
    const phases = new Set<string>();
    // Colours tell these pictures apart: they are learnt fast where colours are kept.
    const learning = {
      batchImages: 16,
      epochs: 24,
      augmentation: 'fine-grained-colour',
      learningRate: 0.01,
      name: 'Stripes',
    };
    const request = { folder: root, settings: { ...SMALL, ...learning } };
    const { run } = await pretraining().train(
      'pretrain',
      request,
      job(({ phase }) => phases.add(phase)),
    );
    assert.equal(run.state, 'finished');
    assert.equal(run.epoch, 24);
    assert.equal(run.step, 72);
    assert.deepEqual([...phases], ['Reading images', 'Training']);

    const lines = metricLines(root, run.id);
    assert.deepEqual(
      lines.map(({ step }) => step),
      Array.from({ length: 72 }, (_, i) => i + 1),
    );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const losses = lines.map(({ relativeLoss }) => relativeLoss!);
    assert.ok(mean(losses.slice(-9)) < mean(losses.slice(0, 9)) - 0.15, losses.join(' '));
    for (const metric of ['knnMacro', 'knnMacroUntrained', 'testKnnMacro', 'testKnnMacroUntrained', 'effectiveRank']) {
      assert.ok(run.metrics[metric]! >= 0, metric);
    }

    const registry = new EncoderRegistry();
    const card = (await registry.list(root)).encoders.find(({ id }) => id === run.encoder);
    assert.equal(card?.name, 'Stripes');
    assert.equal(card.ofOthers, undefined);
    assert.equal(card.output.dim, 128);
    assert.match(card.trainedOn!, /^48 images/);
    assert.ok(existsSync(join(root, '.likeness', 'encoders', card.id, 'projection-head.onnx')));
    const encoder = await openEncoder(await registry.resolve(card.id, root), { threads: 1, memoryBytes: 1e8 });
    context.after(() => encoder.dispose());
    const { vectors, invalid } = await encoder.embed(new Uint8Array(2 * 32 * 32 * 3).fill(90), 2);
    assert.deepEqual(invalid, []);
    assert.equal(vectors.length, 256);
  });

  test('can be stopped while a provider is tried for it, and says what it was computed on when it goes on', async (context) => {
    const [provider] = candidateProviders(await machineTrainers.supported());
    if (provider === undefined) {
      context.skip('ONNX Runtime has the processor alone on this platform');
      return;
    }
    const root = await stripesFolder(context);
    const settings = { ...SMALL, epochs: 1, provider };
    const stopping = job(({ phase }) => {
      if (phase === `Trying ${provider}`) stopping.abort();
    });
    const stopped = pretraining().train('pretrain', { folder: root, settings }, stopping);
    await assert.rejects(stopped, { code: ErrorCode.Cancelled });
    const [first] = await new RunStore(root).list();
    assert.deepEqual([first!.state, first!.step, first!.resumable, first!.computing], ['stopped', 0, true, undefined]);
    const { run, notices } = await pretraining().resume({ folder: root, run: first!.id }, job());
    assert.equal(run.state, 'finished');
    // Where the machine has a driver, it may do.
    if (run.computing?.provider === provider) return;
    assert.match(run.computing!.reason!, new RegExp(`^${provider} \\S`));
    assert.deepEqual(
      notices.map(({ message }) => message),
      [`The CPU computes this training, as ${run.computing!.reason!}.`],
    );
  });

  test('leaves weights that training can go on with', async (context) => {
    const root = await stripesFolder(context);
    const { run } = await pretraining().train('pretrain', { folder: root, settings: { ...SMALL, epochs: 1 } }, job());
    const weights = await readTrainedWeights(new EncoderRegistry(), run.encoder!, root);
    assert.deepEqual([weights.network, weights.size, weights.head?.options], ['resnet10-light', 32, HEAD]);
    // Written again they make the same files.
    const rebuilt = encodeModel(encoderModel(weights, weights.values));
    assert.ok(Buffer.from(rebuilt).equals(encoderBytes(root, run.encoder)));
    const head = encodeModel(projectionHeadModel(weights.network, HEAD, weights.head!.values));
    assert.ok(Buffer.from(head).equals(encoderBytes(root, run.encoder, 'projection-head.onnx')));
    await assert.rejects(readTrainedWeights(new EncoderRegistry(), 'pixels', root), { code: 'encoder-not-trained' });
  });

  test('is the same each time, and another with another seed', async (context) => {
    const root = await stripesFolder(context);
    const encoders: Buffer[] = [];
    for (const seed of [7, 7, 8]) {
      const { run } = await pretraining().train(
        'pretrain',
        { folder: root, settings: { ...SMALL, epochs: 2, seed } },
        job(),
      );
      encoders.push(encoderBytes(root, run.encoder));
    }
    assert.ok(encoders[0]!.equals(encoders[1]!));
    assert.ok(!encoders[0]!.equals(encoders[2]!));
  });

  for (const loss of ['dcl', 'supervised'] as const) {
    test(`trains with ${loss} and with decisions of people`, async (context) => {
      const root = await stripesFolder(context);
      mkdirSync(join(root, '.likeness'));
      const decision = { path: 'train/wide/0.png', action: 'same', with: { path: 'train/wide/1.png' } };
      writeFileSync(join(root, '.likeness', 'decisions.jsonl'), `${JSON.stringify(decision)}\n<<<<<<< not JSON\n`);
      const { run } = await pretraining().train('pretrain', { folder: root, settings: { ...SMALL, loss } }, job());
      assert.equal(run.state, 'finished');
    });
  }
});

describe('a run that is disturbed', () => {
  let expected: Buffer;
  const settings = { ...SMALL, epochs: 10 };
  before(async () => {
    const root = mkdtempSync(join(tmpdir(), 'likeness-undisturbed-'));
    await writeStripes(root, 8);
    const { run } = await pretraining().train('pretrain', { folder: root, settings }, job());
    expected = encoderBytes(root, run.encoder);
    rmSync(root, { recursive: true });
  });

  test('stops within two seconds, and resumed ends in the same weights', async (context) => {
    const root = await stripesFolder(context);
    let stoppedAt = 0;
    const stopping = job(({ phase, done }) => {
      if (phase !== 'Training' || done < 80 || stoppedAt > 0) return;
      stoppedAt = performance.now();
      stopping.abort();
    });
    await assert.rejects(pretraining().train('pretrain', { folder: root, settings }, stopping), {
      code: ErrorCode.Cancelled,
    });
    assert.ok(performance.now() - stoppedAt < 2000);
    const [run] = await new RunStore(root).list();
    assert.equal(run!.state, 'stopped');
    assert.ok(run!.resumable);
    const { run: resumed } = await pretraining().resume({ folder: root, run: run!.id }, job());
    assert.equal(resumed.state, 'finished');
    assert.deepEqual(
      metricLines(root, run!.id).map(({ step }) => step),
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
    assert.ok(encoderBytes(root, resumed.encoder).equals(expected));
    await assert.rejects(pretraining().resume({ folder: root, run: run!.id }, job()), { code: ErrorCode.Usage });
  });

  test('killed again and again, resumed ends in the same weights, bit for bit', async (context) => {
    const root = await stripesFolder(context);
    const source = new URL('../../../src/engine/', import.meta.url).href;
    const script = join(root, '..', 'trainer.mjs');
    writeFileSync(
      script,
      `import { EncoderRegistry } from '${source}encoders/registry.ts';
       import { Trainings } from '${source}training/trainings.ts';
       const [root, run] = process.argv.slice(2);
       const trainer = new Trainings({ registry: new EncoderRegistry(), rootOf: (path) => path, threads: 1, checkpointSeconds: 0.05 });
       const job = { signal: new AbortController().signal, report: () => undefined };
       if (run) await trainer.resume({ folder: root, run }, job);
       else await trainer.train('pretrain', { folder: root, settings: ${JSON.stringify(settings)} }, job);`,
    );
    let killed = 0;
    for (let attempt = 0; attempt < 12; attempt++) {
      const runs = await new RunStore(root).list();
      if (runs[0]?.state === 'finished') break;
      const child = spawn(process.execPath, [script, root, ...runs.map(({ id }) => id)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const ended = once(child, 'exit');
      const checkpointed = await Promise.race([ended.then(() => false), newCheckpoint(root, attempt)]);
      if (checkpointed && attempt < 3) {
        await sleep(30 * attempt);
        child.kill('SIGKILL');
        killed++;
      }
      await ended;
    }
    const [run] = await new RunStore(root).list();
    assert.equal(run!.state, 'finished');
    assert.ok(killed >= 2, `killed ${killed} times`);
    assert.ok(encoderBytes(root, run!.encoder).equals(expected));
    assert.deepEqual(
      metricLines(root, run!.id).map(({ step }) => step),
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
  });
});

/** Resolves once a run has written a checkpoint since now. */
async function newCheckpoint(root: string, attempt: number): Promise<true> {
  const runs = join(root, '.likeness', 'runs');
  const stamp = () => {
    try {
      const [run] = readdirSync(runs).filter((name) => !name.startsWith('.'));
      return readFileSync(join(runs, run!, 'checkpoint.safetensors'))
        .subarray(0, 200)
        .toString('latin1');
    } catch {
      return '';
    }
  };
  const before = attempt === 0 ? '' : stamp();
  while (stamp() === before) await sleep(5);
  return true;
}

describe('what can’t be trained on is refused before anything is written', () => {
  test('too few images, images of the test split only', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 2);
    await writeStripes(root, 10, 'test');
    const few = { code: ErrorCode.TooFewImages };
    await assert.rejects(pretraining().train('pretrain', { folder: root, settings: SMALL }, job()), few);
    assert.ok(!existsSync(join(root, '.likeness')));
    const plan = await pretraining().planPretraining(
      { folder: root, settings: { ...SMALL, includeTest: true } },
      job(),
    );
    assert.equal(plan.images, 36);
    assert.equal(plan.heldOut, 0);
  });

  test('settings that make no sense', async (context) => {
    const root = await stripesFolder(context);
    const wrong: [PretrainSettings, RegExp][] = [
      [{ network: 'resnet1000' }, /no network "resnet1000"; choose one of resnet10/],
      [{ size: 33 }, /multiple of 8/],
      [{ size: 4096 }, /size is 4096/],
      [{ batchImages: 1000 }, /only 24 images/],
      [{ epochs: 0.5 }, /whole number/],
      [{ temperature: Number.NaN }, /temperature/],
      [{ augmentation: 'none' }, /preset "none"/],
      [{ engine: 'abacus' as never }, /engine is "abacus"; it has to be one of onnxruntime, tensorflow/],
    ];
    for (const [settings, message] of wrong) {
      const attempt = pretraining().train('pretrain', { folder: root, settings: { ...SMALL, ...settings } }, job());
      await assert.rejects(attempt, (error: Error) => message.test(error.message));
    }
    assert.ok(!existsSync(join(root, '.likeness', 'runs')));
  });

  test('files that can’t be read are left out, and told', async (context) => {
    const root = await stripesFolder(context);
    writeFileSync(join(root, 'train', 'wide', 'broken.jpg'), 'no picture');
    const { notices } = await pretraining().train(
      'pretrain',
      { folder: root, settings: { ...SMALL, epochs: 1 } },
      job(),
    );
    assert.match(notices[0]!.message, /^1 image/);
  });
});

test('a plan measures and leaves nothing behind', async (context) => {
  const root = await stripesFolder(context);
  const plan = await pretraining().planPretraining({ folder: root, settings: SMALL }, job());
  assert.equal(plan.images, 24);
  assert.equal(plan.stepsPerEpoch, 3);
  assert.ok(plan.secondsPerStep > 0);
  assert.ok(plan.seconds >= 12 * plan.secondsPerStep);
  assert.ok(plan.memoryBytes > 1e8);
  assert.ok(!existsSync(join(root, '.likeness')));
});
