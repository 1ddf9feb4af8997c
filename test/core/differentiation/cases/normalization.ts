import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { between, gradientCase, operatorCase, positive, type GradientCase, type InputSpec } from './gradientCase.ts';

const vectors = (channels: number): InputSpec[] => [positive(channels), [channels], [channels], positive(channels)];

/** Mean and variance have to be inputs: ONNX Runtime writes the new ones over the old ones, even where these are constant. */
const trained = (detail: string, x: InputSpec, channels: number, attributes: Attributes = {}): GradientCase => {
  return gradientCase(`BatchNormalization in training, ${detail}`, [x, ...vectors(channels)], (graph, ...inputs) => {
    return graph.ops('BatchNormalization', inputs, 3, { training_mode: 1, ...attributes })[0]!;
  });
};

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
