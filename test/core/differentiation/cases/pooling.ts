import { gradientCase, operatorCase, type GradientCase } from './gradientCase.ts';

export const poolingCases: readonly GradientCase[] = [
  operatorCase('AveragePool', '2×2', [[2, 2, 4, 4]], { kernel_shape: [2, 2], strides: [2, 2] }),
  operatorCase('AveragePool', '2×3 that leaves a rest', [[1, 2, 5, 7]], { kernel_shape: [2, 3], strides: [2, 3] }),
  operatorCase('AveragePool', 'with stride 1', [[1, 2, 4, 3]], { kernel_shape: [3, 2] }),
  operatorCase('AveragePool', 'padded', [[1, 2, 4, 5]], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  operatorCase('AveragePool', 'that counts its padding', [[1, 2, 4, 5]], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 0, 1, 1],
    count_include_pad: 1,
  }),
  operatorCase('AveragePool', 'that leaves rows over', [[1, 1, 6, 7]], { kernel_shape: [2, 2], strides: [3, 3] }),
  operatorCase('AveragePool', 'with auto_pad SAME_UPPER', [[1, 1, 5, 4]], {
    kernel_shape: [2, 3],
    strides: [2, 2],
    auto_pad: 'SAME_UPPER',
  }),
  operatorCase('AveragePool', 'with ceil_mode that adds no window', [[1, 1, 4, 4]], {
    kernel_shape: [2, 2],
    strides: [2, 2],
    ceil_mode: 1,
  }),
  operatorCase('AveragePool', 'with ceil_mode', [[1, 2, 5, 5]], {
    kernel_shape: [2, 2],
    strides: [2, 2],
    ceil_mode: 1,
  }),
  operatorCase('AveragePool', 'with ceil_mode, overlapping and padded', [[2, 1, 6, 7]], {
    kernel_shape: [3, 3],
    strides: [2, 3],
    pads: [1, 0, 0, 1],
    ceil_mode: 1,
  }),
  operatorCase('AveragePool', 'with ceil_mode that adds no window, counting its padding', [[1, 1, 5, 4]], {
    kernel_shape: [3, 2],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
    count_include_pad: 1,
  }),
  operatorCase('AveragePool', 'with auto_pad SAME_LOWER that counts its padding', [[1, 1, 5, 4]], {
    kernel_shape: [2, 3],
    strides: [2, 2],
    auto_pad: 'SAME_LOWER',
    count_include_pad: 1,
  }),
  operatorCase('AveragePool', 'of a sequence', [[2, 2, 6]], { kernel_shape: [2], strides: [2] }),
  operatorCase('AveragePool', 'of a volume', [[1, 1, 2, 4, 2]], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  operatorCase('MaxPool', '2×2', [[2, 2, 4, 4]], { kernel_shape: [2, 2], strides: [2, 2] }),
  operatorCase('MaxPool', 'whose windows overlap', [[1, 2, 5, 5]], { kernel_shape: [3, 3], strides: [2, 2] }),
  operatorCase('MaxPool', 'padded', [[2, 1, 5, 4]], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  operatorCase('MaxPool', 'with stride 1', [[1, 2, 4, 3]], { kernel_shape: [2, 2] }),
  operatorCase('MaxPool', 'that leaves a rest', [[1, 2, 5, 5]], { kernel_shape: [2, 2], strides: [2, 2] }),
  operatorCase('MaxPool', 'with ceil_mode', [[1, 2, 5, 5]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
  operatorCase('MaxPool', 'with ceil_mode, padded unevenly', [[1, 1, 6, 7]], {
    kernel_shape: [3, 3],
    strides: [2, 3],
    pads: [1, 0, 0, 1],
    ceil_mode: 1,
  }),
  operatorCase('MaxPool', 'dilated', [[1, 1, 5, 5]], { kernel_shape: [2, 2], dilations: [2, 2] }),
  operatorCase('MaxPool', 'with auto_pad SAME_LOWER', [[1, 1, 5, 4]], {
    kernel_shape: [3, 2],
    strides: [2, 2],
    auto_pad: 'SAME_LOWER',
  }),
  operatorCase('MaxPool', 'of a sequence', [[2, 2, 6]], { kernel_shape: [2], strides: [2] }),
  gradientCase('MaxPool that gives its indices', [[2, 2, 4, 4]], (graph, x) => {
    return graph.ops('MaxPool', [x], 2, { kernel_shape: [3, 3], strides: [1, 1] })[0]!;
  }),
  gradientCase('MaxPool that gives its indices by columns', [[1, 2, 4, 3]], (graph, x) => {
    return graph.ops('MaxPool', [x], 2, { kernel_shape: [2, 2], storage_order: 1 })[0]!;
  }),
  operatorCase('GlobalAveragePool', '', [[2, 3, 3, 2]]),
  operatorCase('GlobalAveragePool', 'of a sequence', [[2, 3, 4]]),
  operatorCase('GlobalMaxPool', '', [[2, 3, 3, 2]]),
];

/** TensorFlow.js has no such form. */
export const dilatedAverageCases: readonly GradientCase[] = [
  operatorCase('AveragePool', 'dilated', [[1, 1, 6, 5]], { kernel_shape: [2, 2], dilations: [2, 3] }, 19),
];
