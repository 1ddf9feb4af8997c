import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { parameterUpdate, type OptimizerConfig } from '../../../src/core/training/optimizers.ts';
import type { ParameterRole } from '../../../src/core/training/parameters.ts';
import { TrainingScope } from '../../../src/core/training/scope.ts';
import { trainingProgram, type ProgramOptions } from '../../../src/core/training/trainingProgram.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

const zero = { kind: 'constant', value: 0 } as const;
const SGD = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const;

const x = [0.5, -1, 2, 1.5, 0.3, -0.7];
const weight = [0.2, -0.4, 0.9];
const bias = [0.1];

/** One step of a line fitted to zeros: x · w + b, squared and summed. */
async function step(options: Omit<ProgramOptions, 'optimizer'>, learningRate: number) {
  const scope = new TrainingScope(new GraphBuilder('line'));
  const { graph } = scope;
  const inputs = graph.input('x', 'float32', [2, 3]);
  const w = scope.parameter({ name: 'w', shape: [1, 3], role: 'weight', initializer: zero });
  const b = scope.parameter({ name: 'b', shape: [1], role: 'bias', initializer: zero });
  const line = graph.op('Gemm', [inputs, w, b], { transB: 1 });
  const loss = graph.op('ReduceSum', [graph.op('Mul', [line, line])], { keepdims: 0 });
  const program = trainingProgram(scope, loss, { optimizer: SGD, ...options });
  const velocities = program.state.filter(({ kind }) => kind === 'moment');
  const results = await runner.run(program.step.graph, {
    x: { dims: [2, 3], data: x },
    w: { dims: [1, 3], data: weight },
    b: { dims: [1], data: bias },
    learningRate: { dims: [], data: [learningRate] },
    ...Object.fromEntries(
      velocities.map(({ name, shape }) => [name, { dims: shape, data: [0, 0, 0].slice(0, shape.at(-1)) }]),
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
  const configs: Record<OptimizerConfig['kind'], OptimizerConfig> = {
    sgd: { kind: 'sgd', momentum: 0.9, weightDecay: decay },
    adamw: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: decay },
    lars: { kind: 'lars', momentum: 0.9, weightDecay: decay, trust: 0.1 },
  };
  /** What is left of a parameter after a step with rate 0.5. */
  const left: Record<OptimizerConfig['kind'], Record<ParameterRole, number>> = {
    sgd: { weight: 1 - 0.5 * decay, bias: 1 - 0.5 * decay, normalization: 1 - 0.5 * decay },
    adamw: { weight: 1 - 0.5 * decay, bias: 1, normalization: 1 },
    // The trust ratio makes the step a tenth of the weight, whatever the decay.
    lars: { weight: 1 - 0.5 * 0.1, bias: 1, normalization: 1 },
  };
  for (const [kind, config] of Object.entries(configs) as [OptimizerConfig['kind'], OptimizerConfig][]) {
    for (const [role, share] of Object.entries(left[kind]) as [ParameterRole, number][]) {
      test(`${kind} leaves ${share} of a ${role}`, async () => {
        const graph = new GraphBuilder('decay');
        const parameter = graph.input('parameter', 'float32', [3]);
        const still = () => graph.op('Mul', [parameter, graph.scalar(0)]);
        const moments = kind === 'adamw' ? [still(), still()] : [still()];
        const rate = graph.scalar(0.5);
        const corrections = kind === 'adamw' ? [graph.scalar(10), graph.scalar(1000)] : [];
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
      });
    }
  }
});
