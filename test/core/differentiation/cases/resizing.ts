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
const cubic = { mode: 'cubic' };
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
  resize('nearest 1.5×', [1, 2, 4, 2], [1, 1, 1.5, 1.5]),
  resize('nearest to half, rounded up', [1, 1, 6, 5], [1, 1, 0.5, 0.6], { nearest_mode: 'round_prefer_ceil' }),
  resize('nearest 0.75×, asymmetric', [1, 1, 10, 7], [1, 1, 0.75, 0.75], asymmetric),
  resizeTo('nearest to sizes without a common factor', [1, 1, 3, 5], [1, 1, 7, 4], { nearest_mode: 'ceil' }),
  resizeTo('nearest to other sizes with aligned corners', [2, 1, 3, 4], [2, 1, 5, 3], {
    coordinate_transformation_mode: 'align_corners',
  }),
  resize('linear 2× of a sequence', [1, 2, 3], [1, 1, 2], linear),
  resize('linear 0.6×', [1, 2, 5, 5], [1, 1, 0.6, 0.6], linear),
  resizeTo('linear of one row', [1, 1, 1, 3], [1, 1, 3, 5], linear),
];

/** TensorFlow.js has no such form. */
export const cubicCases: readonly GradientCase[] = [
  resize('cubic 2×', [1, 2, 4, 3], [1, 1, 2, 2], cubic),
  resize('cubic 2× without what lies outside', [1, 1, 4, 3], [1, 1, 2, 2], { ...cubic, exclude_outside: 1 }),
  resizeTo('cubic to other sizes with another coefficient', [1, 1, 5, 4], [1, 1, 3, 7], {
    ...cubic,
    cubic_coeff_a: { float: -0.5 },
    coordinate_transformation_mode: 'align_corners',
  }),
];
