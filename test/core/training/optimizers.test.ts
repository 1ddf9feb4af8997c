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
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../shared.ts';

const runner = new GraphRunner();

type Matrix = readonly (readonly number[])[];

/** The parameter after each of the gradients. */
async function train(
  config: OptimizerConfig,
  role: ParameterRole,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
): Promise<Float32Array[]> {
  const shape = [start.length];
  const spec = { name: 'w', shape, role, initializer: { kind: 'constant', value: 0 } } as const;
  const moments = momentNames(config);
  let state = new Map<string, ArrayLike<number>>([
    ['w', start],
    ...moments.map((name) => [name, new Float32Array(start.length)] as const),
  ]);
  const result: Float32Array[] = [];
  for (const [index, gradient] of gradients.entries()) {
    const graph = new GraphBuilder('step');
    const input = (name: string, dims = shape) => graph.input(name, 'float32', dims);
    const corrections = biasCorrections(config, index + 1);
    const update = parameterUpdate(
      graph,
      config,
      spec,
      { parameter: input('w'), gradient: input('gradient'), moments: moments.map((name) => input(name)) },
      { learningRate: input('learningRate', []), corrections: corrections.map((_, i) => input(`correction${i}`, [])) },
    );
    graph.output('next/w', update.next);
    update.moments.forEach((value, i) => {
      graph.output(`next/${moments[i]!}`, value);
    });
    const outputs = await runner.run(graph, {
      ...Object.fromEntries([...state].map(([name, data]) => [name, { dims: shape, data }])),
      gradient: { dims: shape, data: gradient },
      learningRate: { dims: [], data: [learningRate] },
      ...Object.fromEntries(corrections.map((value, i) => [`correction${i}`, { dims: [], data: [value] }])),
    });
    state = new Map([...state.keys()].map((name) => [name, outputs[`next/${name}`]!.data as Float32Array]));
    result.push(state.get('w') as Float32Array);
  }
  return result;
}

interface LarsVectors {
  readonly kernel: Matrix;
  readonly kernel_grads: readonly Matrix[];
  readonly bias: readonly number[];
  readonly bias_grads: Matrix;
  readonly lr: number;
  readonly weight_decay: number;
  readonly momentum: number;
  readonly eeta: number;
  readonly google_classic_momentum_kernel: readonly { readonly w: Matrix }[];
  readonly 'google_classic_momentum_bias (no wd, trust=1)': readonly { readonly w: readonly number[] }[];
}

describe('optimisers', { skip: unlessVectors }, () => {
  const vectors = () => {
    const lars = testVectors('lars') as LarsVectors;
    return {
      lars,
      others: testVectors('adam_sgd') as Record<string, readonly Matrix[]>,
      start: lars.kernel.flat(),
      gradients: lars.kernel_grads.map((gradient) => gradient.flat()),
    };
  };
  const expectSteps = (actual: readonly Float32Array[], expected: readonly Matrix[]) => {
    assert.equal(actual.length, expected.length);
    expected.forEach((step, i) => {
      assertClose(actual[i]!, step.flat(), 1e-5, `step ${i + 1}`);
    });
  };

  test('SGD with momentum', async () => {
    const { start, gradients, others } = vectors();
    const config = { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4 } as const;
    expectSteps(await train(config, 'weight', start, gradients, 0.1), others['sgd_m0.9_lr0.1_wd5e-4']!);
  });

  test('SGD with Nesterov momentum looks ahead', async () => {
    const { start, gradients } = vectors();
    const config = { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4, nesterov: true } as const;
    // Computed beside: v ← m·v + g + λw, w ← w − lr·(g + λw + m·v).
    let w = [...start];
    let v = start.map(() => 0);
    const expected = gradients.map((gradient) => {
      const g = gradient.map((value, i) => value + 5e-4 * w[i]!);
      v = g.map((value, i) => 0.9 * v[i]! + value);
      w = w.map((value, i) => value - 0.1 * (g[i]! + 0.9 * v[i]!));
      return [w];
    });
    expectSteps(await train(config, 'weight', start, gradients, 0.1), expected);
  });

  test('AdamW', async () => {
    const { start, gradients, others } = vectors();
    const config = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 } as const;
    expectSteps(await train(config, 'weight', start, gradients, 1e-3), others['adamw_lr1e-3_wd1e-2']!);
  });

  test('LARS adapts weights and leaves biases alone', async () => {
    const { start, gradients, lars } = vectors();
    const config = { kind: 'lars', momentum: lars.momentum, weightDecay: lars.weight_decay, trust: lars.eeta } as const;
    const weights = await train(config, 'weight', start, gradients, lars.lr);
    expectSteps(
      weights,
      lars.google_classic_momentum_kernel.map(({ w }) => w),
    );
    const biases = await train(config, 'bias', lars.bias, lars.bias_grads, lars.lr);
    expectSteps(
      biases,
      lars['google_classic_momentum_bias (no wd, trust=1)'].map(({ w }) => [w]),
    );
  });

  test('LARS takes a trust of 1 where weights or gradients are all zero', async () => {
    const config = { kind: 'lars', momentum: 0.9, weightDecay: 0, trust: 0.001 } as const;
    const [fromZero] = await train(config, 'weight', [0, 0], [[1, -2]], 0.1);
    assertClose(fromZero!, [-0.1, 0.2], 1e-6);
    const [unmoved] = await train(config, 'weight', [3, 4], [[0, 0]], 0.1);
    assertClose(unmoved!, [3, 4], 1e-6);
  });
});
