import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { gradientCase, type GradientCase } from './gradientCase.ts';

const resize = (
  detail: string,
  shape: readonly number[],
  scales: readonly number[],
  attributes: Attributes = {},
): GradientCase =>
  gradientCase(`Resize ${detail}`, [shape], (graph, x) => {
    return graph.op('Resize', [x, undefined, graph.floats(scales)], attributes);
  });

const resizeTo = (
  detail: string,
  shape: readonly number[],
  sizes: readonly number[],
  attributes: Attributes = {},
): GradientCase =>
  gradientCase(`Resize ${detail}`, [shape], (graph, x) => {
    return graph.op('Resize', [x, undefined, undefined, graph.integers(sizes)], attributes);
  });

const linear = { mode: 'linear' };
const asymmetric = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };

export const resizingCases: readonly GradientCase[] = [
  resize('nearest 2×', [1, 2, 3, 2], [1, 1, 2, 2], asymmetric),
  resize('nearest 2× with the defaults', [2, 1, 2, 3], [1, 1, 2, 2]),
  resize('nearest 3× and 2×', [1, 2, 2, 2], [1, 1, 3, 2]),
  resizeTo('nearest to given sizes', [1, 2, 2, 3], [1, 2, 4, 9]),
  resize('nearest 3× rounded, uneven blocks', [1, 1, 3, 2], [1, 1, 3, 3], {
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'round_prefer_ceil',
  }),
  resize('nearest 2× with aligned corners', [1, 1, 3, 3], [1, 1, 2, 2], {
    coordinate_transformation_mode: 'align_corners',
    nearest_mode: 'floor',
  }),
  resize('nearest of a matrix', [2, 3], [2, 2], asymmetric),
  resize('nearest of a sequence', [1, 2, 3], [1, 1, 2], asymmetric),
  resize('linear 2×', [1, 2, 3, 2], [1, 1, 2, 2], linear),
  resize('linear 2× with aligned corners', [1, 1, 3, 2], [1, 1, 2, 2], {
    ...linear,
    coordinate_transformation_mode: 'align_corners',
  }),
  resize('linear 2×, asymmetric', [1, 1, 3, 2], [1, 1, 2, 2], {
    ...linear,
    coordinate_transformation_mode: 'asymmetric',
  }),
  resize('linear 1.5×', [1, 1, 4, 3], [1, 1, 1.5, 1.5], linear),
  resizeTo('linear to fewer elements', [1, 2, 5, 4], [1, 2, 3, 2], {
    ...linear,
    coordinate_transformation_mode: 'pytorch_half_pixel',
  }),
  resizeTo('linear of one row', [1, 1, 1, 3], [1, 1, 3, 5], linear),
];
