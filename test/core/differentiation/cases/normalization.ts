import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import type { GraphBuilder, GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { between, gradientCase, operatorCase, positive, type GradientCase, type InputSpec } from './gradientCase.ts';

const vectors = (channels: number): InputSpec[] => [positive(channels), [channels], [channels], positive(channels)];

/** Mean and variance have to be inputs: ONNX Runtime writes the new ones over the old ones, even where these are constant. */
const trained = (detail: string, x: InputSpec, channels: number, attributes: Attributes = {}): GradientCase => {
  return gradientCase(`BatchNormalization in training, ${detail}`, [x, ...vectors(channels)], (graph, ...inputs) => {
    return graph.ops('BatchNormalization', inputs, 3, { training_mode: 1, ...attributes })[0]!;
  });
};

/** Of four channels in two groups, with a scale and a shift per channel. */
const groupNormalization = (
  detail: string,
  normalize: (graph: GraphBuilder, grouped: GraphValue) => GraphValue,
): GradientCase =>
  gradientCase(`Group normalisation ${detail}`, [[2, 4, 3, 2], positive(4, 1, 1), [4, 1, 1]], (graph, ...inputs) => {
    const [x, scale, shift] = inputs;
    const grouped = normalize(graph, graph.op('Reshape', [x, graph.integers([0, 2, -1])]));
    const restored = graph.op('Reshape', [grouped, graph.integers([2, 4, 3, 2])]);
    return graph.op('Add', [graph.op('Mul', [restored, scale!]), shift!]);
  });

export const normalizationCases: readonly GradientCase[] = [
  trained('of images', [3, 2, 3, 2], 2),
  trained('of vectors', [6, 3], 3),
  trained('of sequences', [3, 2, 4], 2),
  trained('of volumes', [2, 2, 2, 1, 2], 2),
  trained('without momentum', [3, 2, 3, 2], 2, { momentum: { float: 0 } }),
  trained('with another epsilon', [3, 2, 2, 2], 2, { epsilon: { float: 0.1 }, momentum: { float: 0 } }),
  trained('far from zero', between(50, 54, 4, 2, 2, 2), 2, { momentum: { float: 0 } }),
  operatorCase('BatchNormalization', 'frozen, of images', [[2, 3, 2, 2], ...vectors(3)]),
  operatorCase('BatchNormalization', 'frozen, of vectors', [[4, 3], ...vectors(3)], { epsilon: { float: 0.1 } }),
  operatorCase('InstanceNormalization', 'of images', [[2, 3, 3, 2], positive(3), [3]]),
  operatorCase('InstanceNormalization', 'of sequences', [[2, 2, 4], positive(2), [2]], { epsilon: { float: 0.1 } }),
  groupNormalization('composed of reductions', (graph, grouped) => {
    const centered = graph.op('Sub', [grouped, graph.op('ReduceMean', [grouped], { axes: [2] })]);
    const variance = graph.op('ReduceMean', [graph.op('Mul', [centered, centered])], { axes: [2] });
    const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(1e-5)])]);
    return graph.op('Div', [centered, deviation]);
  }),
  groupNormalization('as exported by PyTorch', (graph, grouped) => {
    return graph.op('InstanceNormalization', [grouped, graph.floats([1, 1]), graph.floats([0, 0])]);
  }),
  operatorCase('LayerNormalization', 'over the last axis', [[3, 5], [5], [5]]),
  operatorCase('LayerNormalization', 'of tokens', [[2, 2, 4], [4], [4]], { epsilon: { float: 1e-3 } }),
  operatorCase(
    'LayerNormalization',
    'over two axes',
    [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ],
    { axis: 1 },
  ),
  operatorCase('LayerNormalization', 'without shift', [[3, 5], [5]]),
];
