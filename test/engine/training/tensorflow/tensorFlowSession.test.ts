import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { GraphBuilder } from '../../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../../src/core/random.ts';
import {
  contrastiveLoss,
  decoupledTargets,
  ntXentTargets,
  supervisedTargets,
  type PairTargets,
} from '../../../../src/core/training/losses/contrastiveLoss.ts';
import { resnet } from '../../../../src/core/training/networks/resnet.ts';
import type { OptimizerConfig } from '../../../../src/core/training/optimizers.ts';
import { projectionHead } from '../../../../src/core/training/projectionHead.ts';
import { TrainingScope } from '../../../../src/core/training/scope.ts';
import {
  trainingProgram,
  type ProgramOptions,
  type TrainingProgram,
} from '../../../../src/core/training/trainingProgram.ts';
import type { TensorValue } from '../../../../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../../../../src/engine/encoders/onnxRuntime.ts';
import { OnnxTrainingSession } from '../../../../src/engine/training/onnxTrainingSession.ts';
import { TensorFlowSession } from '../../../../src/engine/training/tensorflow/tensorFlowSession.ts';
import type { TrainingSession } from '../../../../src/engine/training/trainingSession.ts';
import { cpuTensorFlow } from './cpuTensorFlow.ts';

const tf = cpuTensorFlow();
const worker = new OnnxWorker();
after(() => worker.dispose());

const VIEWS = 8;
const IMAGES = [VIEWS, 3, 8, 8];
const WANTED = ['loss', 'gradientNorm', 'z', 'representation'];

/** SimCLR's step with a network that plain JavaScript can compute: two residual blocks, six batch normalisations. */
function smallProgram(options: ProgramOptions): TrainingProgram {
  const graph = new GraphBuilder('small');
  const scope = new TrainingScope(graph);
  const images = graph.input('images', 'float32', IMAGES);
  const representation = resnet(scope, images, { widths: [4, 8], blocks: [1, 1], stemStride: 1 });
  const z = projectionHead(scope, representation, { layers: 2, outputs: 5 }).at(-1)!;
  const [positives, candidates] = ['positives', 'candidates'].map((name) => {
    return graph.input(name, 'float32', [VIEWS, VIEWS]);
  });
  const loss = contrastiveLoss(graph, z, 0.5, positives!, candidates!);
  return trainingProgram(scope, loss, { ...options, outputs: { z, representation } });
}

const losses: Readonly<Record<string, PairTargets>> = {
  'NT-Xent': ntXentTargets(VIEWS),
  DCL: decoupledTargets(VIEWS),
  SupCon: supervisedTargets(Int32Array.from([0, 1, 0, -1, 0, 1, 0, -1])),
};

const optimizers = {
  sgd: { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4, rate: 0.05 },
  adamw: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, rate: 0.01 },
  lars: { kind: 'lars', momentum: 0.9, weightDecay: 1e-4, trust: 0.001, rate: 2 },
} satisfies Readonly<Record<string, OptimizerConfig & { readonly rate: number }>>;
const { sgd } = optimizers;

/** A batch of its own for every step; its memory may be moved away. */
function feedsOf(step: number, { positives, candidates }: PairTargets): Record<string, TensorValue> {
  const random = new RandomStream(11, step);
  const pixels = Float32Array.from({ length: IMAGES.reduce((product, size) => product * size, 1) }, () => {
    return random.normal();
  });
  const dims = [VIEWS, VIEWS];
  return {
    images: { type: 'float32', dims: IMAGES, data: pixels },
    positives: { type: 'float32', dims, data: positives.slice() },
    candidates: { type: 'float32', dims, data: candidates.slice() },
  };
}

/** A state that isn't that of a beginning: there, whole layers have no gradient. */
function trainedState(program: TrainingProgram): Map<string, Float32Array> {
  const random = new RandomStream(3);
  const state = program.initialState(5);
  for (const values of state.values()) {
    values.forEach((value, i) => {
      values[i] = Math.abs(value + 0.1 * random.normal());
    });
  }
  for (const { name, kind } of program.state) {
    if (kind === 'parameter') state.get(name)!.forEach((value, i, all) => (all[i] = i % 2 === 0 ? value : -value));
  }
  return state;
}

/** Asserts that two lists are equal but for a share of their largest number. */
function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const scale = Math.max(1e-3, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    assert.ok(off <= tolerance * scale, `${what}[${i}] is ${actual[i]} and should be ${expected[i]}`);
  }
}

async function assertSameState(one: TrainingSession, other: TrainingSession, tolerance: number): Promise<void> {
  const [actual, expected] = await Promise.all([one.state(), other.state()]);
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  for (const [name, values] of expected) assertNear(actual.get(name)!, values, tolerance, name);
}

describe('steps with the gradients of TensorFlow.js are those with ours on ONNX Runtime', () => {
  for (const [loss, targets] of Object.entries(losses)) {
    for (const [name, { rate, ...optimizer }] of Object.entries(optimizers)) {
      test(`${loss}, ${name}: losses, weights, moments and running statistics`, async () => {
        const program = smallProgram({ optimizer });
        const first = trainedState(program);
        const ours = await OnnxTrainingSession.open(worker, program, first, 1);
        for (let step = 1; step <= 3; step++) {
          // From the same numbers each time: training is chaotic, and soon makes much of what was rounded otherwise.
          const theirs = new TensorFlowSession(tf, program, await ours.state());
          const [actual, expected] = await Promise.all(
            [theirs, ours].map((session) => session.step(step, rate, feedsOf(step, targets), WANTED)),
          );
          for (const wanted of WANTED) {
            assertNear(actual!.results[wanted]!, expected!.results[wanted]!, 1e-4, `${wanted} of step ${step}`);
          }
          await assertSameState(theirs, ours, 1e-4);
          await theirs.dispose();
        }
        const last = await ours.state();
        const changed = program.state.filter(({ name: tensor }) => {
          return last.get(tensor)!.some((value, i) => value !== first.get(tensor)![i]);
        });
        assert.equal(changed.length, program.state.length);
        await ours.dispose();
      });
    }
  }

  test('gradients that are too long are shortened alike', async () => {
    const program = smallProgram({ optimizer: sgd, clipNorm: 0.01 });
    const state = trainedState(program);
    const theirs = new TensorFlowSession(tf, program, state);
    const ours = await OnnxTrainingSession.open(worker, program, state, 1);
    const sessions = [theirs, ours];
    const [actual, expected] = await Promise.all(
      sessions.map((session) => session.step(1, 1, feedsOf(1, losses['NT-Xent']!), WANTED)),
    );
    assert.ok(expected!.results['gradientNorm']![0]! > 0.02);
    assertNear(actual!.results['gradientNorm']!, expected!.results['gradientNorm']!, 1e-4, 'gradientNorm');
    await assertSameState(theirs, ours, 1e-5);
    await Promise.all(sessions.map((session) => session.dispose()));
  });
});

describe('a session', () => {
  const targets = losses['NT-Xent']!;

  test('goes on from the state that the other engine left', async () => {
    const program = smallProgram({ optimizer: sgd });
    const begun = new TensorFlowSession(tf, program, trainedState(program));
    await begun.step(1, 0.05, feedsOf(1, targets), []);
    const continued = await OnnxTrainingSession.open(worker, program, await begun.state(), 1);
    for (const session of [begun, continued]) await session.step(2, 0.05, feedsOf(2, targets), []);
    await assertSameState(begun, continued, 1e-4);
    await Promise.all([begun.dispose(), continued.dispose()]);
  });

  test('taken up from its own state ends in the same numbers, bit for bit', async () => {
    const program = smallProgram({ optimizer: sgd });
    const begun = new TensorFlowSession(tf, program, program.initialState(2));
    await begun.step(1, 0.05, feedsOf(1, targets), []);
    const resumed = new TensorFlowSession(tf, program, await begun.state());
    for (const session of [begun, resumed]) await session.step(2, 0.05, feedsOf(2, targets), []);
    assert.deepEqual(await resumed.state(), await begun.state());
    await Promise.all([begun.dispose(), resumed.dispose()]);
  });

  test('holds no more tensors from step to step, and none in the end', async () => {
    const program = smallProgram({ optimizer: sgd });
    const before = tf.memory().numTensors;
    const session = new TensorFlowSession(tf, program, program.initialState(1));
    const counts: number[] = [];
    for (let step = 1; step <= 3; step++) {
      await session.step(step, 0.05, feedsOf(step, targets), WANTED);
      counts.push(tf.memory().numTensors);
    }
    assert.deepEqual(new Set(counts).size, 1, counts.join(' '));
    await session.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  test('leaves frozen weights to be fed, and gives the memory of what was fed back', async () => {
    const frozen = 'stem.convolution.weight';
    const program = smallProgram({ optimizer: sgd, frozen: new Set([frozen]) });
    const session = new TensorFlowSession(tf, program, program.initialState(1));
    const fed = feedsOf(1, targets);
    const stem: TensorValue = { type: 'float32', dims: [4, 3, 3, 3], data: new Float32Array(108).fill(0.1) };
    const { memory } = await session.step(1, 0.05, { ...fed, [frozen]: stem }, ['loss']);
    assert.deepEqual(
      memory,
      [...Object.values(fed), stem].map(({ data }) => data.buffer),
    );
    assert.ok(!(await session.state()).has(frozen));
    await session.dispose();
  });

  test('lets others have their turn between steps', async () => {
    const program = smallProgram({ optimizer: sgd });
    const session = new TensorFlowSession(tf, program, program.initialState(1));
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    for (let step = 1; step <= 5; step++) await session.step(step, 0.05, feedsOf(step, targets), []);
    clearInterval(count);
    assert.ok(turns >= 3, `${turns} turns`);
    await session.dispose();
  });

  test('needs a value for everything in the state', () => {
    const program = smallProgram({ optimizer: sgd });
    const state = program.initialState(1);
    state.delete('velocity/stem.convolution.weight');
    assert.throws(() => new TensorFlowSession(tf, program, state), /lacks velocity\/stem.convolution.weight/);
  });
});
