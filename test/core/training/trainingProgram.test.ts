import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import {
  biasCorrections,
  momentNames,
  parameterUpdate,
  type OptimizerConfig,
} from '../../../src/core/training/optimizers.ts';
import type { ParameterRole } from '../../../src/core/training/parameters.ts';
import { TrainingScope } from '../../../src/core/training/scope.ts';
import { stepScalars, trainingProgram, type ProgramOptions } from '../../../src/core/training/trainingProgram.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

const zero = { kind: 'constant', value: 0 } as const;
const SGD = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const;

const x = [0.5, -1, 2, 1.5, 0.3, -0.7];
const weight = [0.2, -0.4, 0.9];
const bias = [0.1];

/** One step of a line fitted to zeros: x · w + b, squared and summed. */
function lineProgram(options: Partial<ProgramOptions>) {
  const scope = new TrainingScope(new GraphBuilder('line'));
  const { graph } = scope;
  const inputs = graph.input('x', 'float32', [2, 3]);
  const w = scope.parameter({ name: 'w', shape: [1, 3], role: 'weight', initializer: zero });
  const b = scope.parameter({ name: 'b', shape: [1], role: 'bias', initializer: zero });
  const line = graph.op('Gemm', [inputs, w, b], { transB: 1 });
  const loss = graph.op('ReduceSum', [graph.op('Mul', [line, line])], { keepdims: 0 });
  return trainingProgram(scope, loss, { optimizer: SGD, ...options });
}

async function step(options: Partial<ProgramOptions>, learningRate: number) {
  const program = lineProgram(options);
  const moments = program.state.filter(({ kind }) => kind === 'moment');
  const scalars = stepScalars(program.optimizer, 1, learningRate);
  const results = await runner.run(program.step.graph, {
    x: { dims: [2, 3], data: x },
    w: { dims: [1, 3], data: weight },
    b: { dims: [1], data: bias },
    ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, { dims: [], data: [value] }])),
    ...Object.fromEntries(
      moments.map(({ name, shape }) => [name, { dims: shape, data: [0, 0, 0].slice(0, shape.at(-1)) }]),
    ),
  });
  return (name: string) => results[name]?.data as Float32Array | undefined;
}

/** The same by hand: gradients of w and b, and the length of both together. */
function byHand() {
  const lines = [0, 1].map((row) => weight.reduce((sum, value, i) => sum + value * x[3 * row + i]!, bias[0]!));
  const w = [0, 1, 2].map((i) => lines.reduce((sum, line, row) => sum + 2 * line * x[3 * row + i]!, 0));
  const b = [lines.reduce((sum, line) => sum + 2 * line, 0)];
  return { w, b, norm: Math.hypot(...w, ...b), loss: lines.reduce((sum, line) => sum + line * line, 0) };
}

describe('a step', () => {
  const { w, b, norm, loss } = byHand();

  for (const [what, clipNorm, factor] of [
    ['isn’t shortened below the limit', 2 * norm, 1],
    ['is shortened to the limit, all gradients alike', norm / 4, 1 / 4],
    ['is as long as it is without a limit', undefined, 1],
  ] as const) {
    test(what, async () => {
      const result = await step(clipNorm === undefined ? {} : { clipNorm }, 0.1);
      assertClose(result('result/loss')!, [loss], 1e-5);
      assertClose(result('result/gradientNorm')!, [norm], 1e-5);
      assertClose(
        result('next/w')!,
        weight.map((value, i) => value - 0.1 * factor * w[i]!),
        1e-5,
      );
      assertClose(
        result('next/b')!,
        bias.map((value, i) => value - 0.1 * factor * b[i]!),
        1e-5,
      );
    });
  }

  test('leaves frozen parameters out, of the length too', async () => {
    const result = await step({ frozen: new Set(['w']), clipNorm: Math.abs(b[0]!) / 2 }, 0.1);
    assert.equal(result('next/w'), undefined);
    assertClose(result('result/gradientNorm')!, [Math.abs(b[0]!)], 1e-5);
    assertClose(result('next/b')!, [bias[0]! - (0.1 * b[0]!) / 2], 1e-5);
  });
});

describe('weight decay alone, without a gradient', () => {
  const decay = 0.25;
  const decayed = 1 - 0.5 * decay;
  const configs: Record<OptimizerConfig['kind'], OptimizerConfig> = {
    sgd: { kind: 'sgd', momentum: 0.9, weightDecay: decay },
    adamw: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: decay },
    lars: { kind: 'lars', momentum: 0.9, weightDecay: decay, trust: 0.1 },
  };
  /** What is left of a parameter after a step with rate 0.5. */
  const left: Record<OptimizerConfig['kind'], Record<ParameterRole, number>> = {
    sgd: { weight: decayed, classifier: decayed, bias: decayed, normalization: decayed },
    adamw: { weight: decayed, classifier: decayed, bias: 1, normalization: 1 },
    // The trust ratio makes the step a tenth of the weight, whatever the decay.
    lars: { weight: 1 - 0.5 * 0.1, classifier: 1, bias: 1, normalization: 1 },
  };
  for (const [kind, config] of Object.entries(configs) as [OptimizerConfig['kind'], OptimizerConfig][]) {
    for (const [role, share] of Object.entries(left[kind]) as [ParameterRole, number][]) {
      test(`${kind} leaves ${share} of a ${role}`, () => expectLeft(config, role, share));
    }
  }

  test('sgd can be told to leave biases and normalisations alone', async () => {
    const config: OptimizerConfig = { kind: 'sgd', momentum: 0.9, weightDecay: decay, weightsOnly: true };
    await expectLeft(config, 'weight', decayed);
    await expectLeft(config, 'classifier', decayed);
    await expectLeft(config, 'bias', 1);
    await expectLeft(config, 'normalization', 1);
  });

  async function expectLeft(config: OptimizerConfig, role: ParameterRole, share: number): Promise<void> {
    const graph = new GraphBuilder('decay');
    const parameter = graph.input('parameter', 'float32', [3]);
    const still = () => graph.op('Mul', [parameter, graph.scalar(0)]);
    const moments = momentNames(config).map(still);
    const rate = graph.scalar(0.5);
    const corrections = biasCorrections(config, 1).map((value) => graph.scalar(value));
    const { next } = parameterUpdate(
      graph,
      config,
      { name: 'parameter', shape: [3], role, initializer: zero },
      { parameter, gradient: still(), moments },
      { learningRate: rate, corrections },
    );
    graph.output('next', next);
    const { next: values } = await runner.run(graph, { parameter: { dims: [3], data: weight } });
    assertClose(
      values!.data as Float32Array,
      weight.map((value) => share * value),
      1e-6,
    );
  }
});

describe('learning rates by parameter', () => {
  const configs: readonly OptimizerConfig[] = [
    { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 },
    { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
    { kind: 'lars', momentum: 0.9, weightDecay: 0.01, trust: 0.1 },
  ];
  for (const optimizer of configs) {
    test(`${optimizer.kind}: a factor is a step with so much of the rate, and concerns no other parameter`, async () => {
      const scaled = await step({ optimizer, learningRateScale: (name) => (name === 'w' ? 0.25 : 1) }, 0.2);
      const whole = await step({ optimizer }, 0.2);
      const less = await step({ optimizer }, 0.05);
      assertClose(scaled('next/w')!, less('next/w')!, 1e-7);
      assert.deepEqual(scaled('next/b'), whole('next/b'));
      assert.notDeepEqual(scaled('next/w'), whole('next/w'));
    });
  }
});

describe('a program that starts with a network trained before', () => {
  const program = lineProgram({ frozen: new Set(['w']) });

  test('has the frozen parameters apart from what it trains, with first values for both', () => {
    assert.deepEqual(
      program.fixed.map(({ name, kind }) => [name, kind]),
      [['w', 'parameter']],
    );
    assert.deepEqual(
      program.state.map(({ name }) => name),
      ['b', 'velocity/b'],
    );
    const names = [...program.initialState(0).keys()];
    assert.deepEqual(names.sort(), ['b', 'velocity/b', 'w']);
  });

  test('takes its values over, and neither its moments nor what it doesn’t know', () => {
    const given = Float32Array.from(weight);
    const start = new Map([
      ['w', given],
      ['b', Float32Array.of(5)],
      ['velocity/b', Float32Array.of(7)],
      ['other', Float32Array.of(1)],
    ]);
    const state = program.initialState(0, start);
    assert.deepEqual(state.get('w'), given);
    assert.notEqual(state.get('w'), given);
    assert.deepEqual(state.get('b'), Float32Array.of(5));
    assert.deepEqual(state.get('velocity/b'), Float32Array.of(0));
    assert.ok(!state.has('other'));
  });

  test('refuses values of another size', () => {
    const start = new Map([['w', new Float32Array(4)]]);
    assert.throws(() => program.initialState(0, start), {
      code: 'invalid-graph',
      message: /3 numbers .* start with 4/,
    });
  });
});
