import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { contrastiveLoss, ntXentTargets } from '../../../src/core/training/losses/contrastiveLoss.ts';
import { keptProjection, projectionHead } from '../../../src/core/training/projectionHead.ts';
import { TrainingScope } from '../../../src/core/training/scope.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner, type Numbers } from '../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../shared.ts';

const runner = new GraphRunner();

type Matrix = readonly (readonly number[])[];

interface HeadVectors {
  readonly 'h (rows 0-3 view1, 4-7 view2)': Matrix;
  readonly 'W1 (out,in)': Matrix;
  readonly gamma1: readonly number[];
  readonly beta1: readonly number[];
  readonly 'W2 (out,in)': Matrix;
  readonly gamma2: readonly number[];
  readonly temperature: number;
  readonly 'hidden_after_relu (=SimCLRv2 fine-tune features for ft_proj_selector=1)': Matrix;
  readonly z: Matrix;
  readonly loss: number;
  readonly grads: { readonly [name in 'W1' | 'W2' | 'h']: Matrix } & {
    readonly [name in 'gamma1' | 'beta1' | 'gamma2']: readonly number[];
  };
}

function numbers(values: Matrix | readonly number[]): Numbers {
  const rows = values as Matrix;
  return Array.isArray(values[0])
    ? { dims: [rows.length, rows[0]!.length], data: rows.flat() }
    : { dims: [values.length], data: values as readonly number[] };
}

test('head, loss and all gradients equal the reference', { skip: unlessVectors }, async () => {
  const vectors = testVectors('simclr_head_end_to_end') as HeadVectors;
  const h = vectors['h (rows 0-3 view1, 4-7 view2)'];
  const graph = new GraphBuilder('head');
  const scope = new TrainingScope(graph);
  const representation = graph.input('h', 'float32', [h.length, h[0]!.length]);
  const layers = projectionHead(scope, representation, { layers: 2, hidden: 5, outputs: 3 });
  assert.equal(layers.length, 2);
  const targets = ntXentTargets(8);
  const [positives, candidates] = [targets.positives, targets.candidates].map((values) => graph.floats(values, [8, 8]));
  const loss = contrastiveLoss(graph, layers[1]!, vectors.temperature, positives!, candidates!);
  graph.output('hidden', layers[0]!);
  graph.output('z', layers[1]!);
  graph.output('lossValue', loss);

  /** The reference's names of our parameters. */
  const names: Record<string, keyof HeadVectors['grads']> = {
    'head.layer1.weight': 'W1',
    'head.layer1.normalization.scale': 'gamma1',
    'head.layer1.normalization.shift': 'beta1',
    'head.layer2.weight': 'W2',
    'head.layer2.normalization.scale': 'gamma2',
  };
  assert.deepEqual(
    scope.parameters.map(({ spec }) => spec.name),
    Object.keys(names),
  );
  const values = [representation, ...scope.parameters.map(({ value }) => value)];
  gradients(graph, loss, values).forEach((gradient, i) => {
    graph.output(`gradient of ${values[i]!.name}`, gradient);
  });
  const outputs = await runner.run(graph, {
    h: numbers(h),
    'head.layer1.weight': numbers(vectors['W1 (out,in)']),
    'head.layer1.normalization.scale': numbers(vectors.gamma1),
    'head.layer1.normalization.shift': numbers(vectors.beta1),
    'head.layer2.weight': numbers(vectors['W2 (out,in)']),
    'head.layer2.normalization.scale': numbers(vectors.gamma2),
    ...Object.fromEntries(
      scope.statisticSpecs.map(({ name, shape, initial }) => [
        name,
        { dims: shape, data: new Float32Array(shape[0]!).fill(initial) },
      ]),
    ),
  });
  const expect = (name: string, expected: Matrix | readonly number[]) => {
    assertClose(outputs[name]!.data as Float32Array, (expected as Matrix).flat(), 1e-4, name);
  };
  expect('hidden', vectors['hidden_after_relu (=SimCLRv2 fine-tune features for ft_proj_selector=1)']);
  expect('z', vectors.z);
  expect('lossValue', [vectors.loss]);
  expect('gradient of h', vectors.grads.h);
  for (const [ours, theirs] of Object.entries(names)) expect(`gradient of ${ours}`, vectors.grads[theirs]);
});

test(
  'what fine-tuning keeps of the head is the reference’s first layer, with the names of pretraining',
  { skip: unlessVectors },
  async () => {
    const vectors = testVectors('simclr_head_end_to_end') as HeadVectors;
    const h = vectors['h (rows 0-3 view1, 4-7 view2)'];
    const scope = new TrainingScope(new GraphBuilder('kept'));
    const { graph } = scope;
    graph.output('feature', keptProjection(scope, graph.input('h', 'float32', [h.length, h[0]!.length]), 5));
    const { feature } = await runner.run(graph, {
      h: numbers(h),
      'head.layer1.weight': numbers(vectors['W1 (out,in)']),
      'head.layer1.normalization.scale': numbers(vectors.gamma1),
      'head.layer1.normalization.shift': numbers(vectors.beta1),
      'head.layer1.normalization.runningMean': { dims: [5], data: new Float32Array(5) },
      'head.layer1.normalization.runningVariance': { dims: [5], data: new Float32Array(5).fill(1) },
    });
    const expected = vectors['hidden_after_relu (=SimCLRv2 fine-tune features for ft_proj_selector=1)'];
    assertClose(feature!.data as Float32Array, expected.flat(), 1e-4);
  },
);
