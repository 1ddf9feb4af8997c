import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { between, drawElements, gradientCase, operatorCase, type GradientCase } from './gradientCase.ts';

const convolution = (
  detail: string,
  x: readonly number[],
  weights: readonly number[],
  attributes: Attributes = {},
  bias = false,
): GradientCase => {
  const inputs = [between(-1, 1, ...x), between(-1, 1, ...weights), ...(bias ? [[weights[0]!]] : [])];
  return operatorCase('Conv', detail, inputs, attributes);
};

const transposed = (
  detail: string,
  x: readonly number[],
  weights: readonly number[],
  attributes: Attributes = {},
  bias?: number,
): GradientCase => {
  const inputs = [between(-1, 1, ...x), between(-1, 1, ...weights), ...(bias === undefined ? [] : [[bias]])];
  return operatorCase('ConvTranspose', detail, inputs, attributes);
};

/** The gradient of the weights alone, for sizes that are too large to try every element of the input. */
const weightsOnly = (
  detail: string,
  x: readonly number[],
  weights: readonly number[],
  attributes: Attributes = {},
): GradientCase =>
  gradientCase(`Conv, weights alone, ${detail}`, [between(-1, 1, ...weights)], (graph, w) => {
    return graph.op('Conv', [graph.floats(drawElements(x, -1, 1, 1), x), w], attributes);
  });

export const convolutionCases: readonly GradientCase[] = [
  convolution('1×1', [2, 3, 3, 2], [2, 3, 1, 1]),
  convolution('1×1 with stride 2', [1, 2, 5, 4], [3, 2, 1, 1], { strides: [2, 2] }),
  convolution('3×3', [2, 2, 4, 5], [2, 2, 3, 3]),
  convolution('3×3 padded, with a bias', [2, 2, 4, 3], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }, true),
  convolution('3×2 with uneven padding', [1, 2, 4, 4], [2, 2, 3, 2], { pads: [2, 0, 1, 1] }),
  convolution('padded further than the window reaches', [1, 1, 3, 3], [1, 1, 2, 2], { pads: [2, 1, 3, 2] }),
  convolution('with stride 2', [2, 2, 5, 5], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  convolution('with stride 2 whose windows leave a row over', [1, 2, 6, 6], [2, 2, 3, 3], { strides: [2, 2] }),
  convolution('with strides 3 and 1 that leave two rows over', [1, 1, 7, 4], [1, 1, 2, 2], { strides: [3, 1] }),
  convolution('with a stride beyond the window', [1, 2, 7, 5], [2, 2, 2, 1], { strides: [3, 2] }),
  convolution('dilated', [1, 2, 5, 6], [2, 2, 2, 3], { dilations: [2, 2] }),
  convolution('dilated, with stride 2 and padding', [1, 1, 6, 6], [2, 1, 3, 2], {
    dilations: [2, 1],
    strides: [2, 2],
    pads: [2, 1, 1, 0],
  }),
  convolution('with auto_pad SAME_UPPER', [1, 1, 5, 6], [2, 1, 2, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  convolution('with auto_pad SAME_LOWER', [1, 1, 5, 6], [2, 1, 2, 3], { auto_pad: 'SAME_LOWER', strides: [2, 2] }),
  convolution('with auto_pad SAME_UPPER and stride 1', [1, 1, 4, 4], [1, 1, 4, 2], { auto_pad: 'SAME_UPPER' }),
  convolution('with auto_pad VALID', [1, 1, 4, 4], [1, 1, 2, 2], { auto_pad: 'VALID' }),
  convolution('in two groups', [2, 4, 3, 3], [6, 2, 2, 2], { group: 2 }, true),
  convolution('in two groups with stride 2', [1, 4, 5, 4], [4, 2, 3, 2], {
    group: 2,
    strides: [2, 2],
    pads: [1, 0, 1, 0],
  }),
  convolution('depthwise', [2, 3, 4, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  convolution('depthwise with stride 2', [1, 3, 5, 5], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  convolution('depthwise, dilated, with stride, uneven padding and a rest', [2, 3, 7, 8], [3, 1, 2, 3], {
    group: 3,
    strides: [2, 3],
    dilations: [2, 1],
    pads: [0, 1, 1, 0],
  }),
  convolution('depthwise with two filters per channel', [1, 2, 4, 4], [4, 1, 2, 2], { group: 2 }),
  convolution('of a sequence', [2, 2, 6], [3, 2, 3], { pads: [1, 1] }, true),
  convolution('of a sequence with stride 2', [2, 2, 6], [3, 2, 3], { strides: [2] }),
  convolution('dilated, in two groups, with stride and uneven padding', [1, 4, 6, 6], [4, 2, 2, 3], {
    group: 2,
    dilations: [2, 2],
    strides: [2, 1],
    pads: [1, 2, 0, 3],
  }),
  convolution('of a volume', [1, 2, 3, 2, 3], [2, 2, 2, 2, 2]),
  weightsOnly('16 channels, few windows', [2, 16, 3, 4], [2, 16, 3, 3], { pads: [1, 1, 1, 1] }),
  weightsOnly('16 channels, few windows, stride 2', [2, 16, 6, 5], [2, 16, 3, 2], {
    pads: [1, 0, 0, 1],
    strides: [2, 2],
  }),
  weightsOnly('16 channels, many windows', [2, 16, 9, 8], [2, 16, 3, 3], { pads: [1, 1, 1, 1] }),
  weightsOnly('16 channels, many windows, uneven padding', [1, 16, 9, 9], [2, 16, 2, 3], { pads: [0, 2, 1, 0] }),
  weightsOnly('16 channels, many windows, no padding', [1, 16, 12, 11], [1, 16, 3, 3]),
  weightsOnly('16 channels, many windows, stride 2', [1, 16, 18, 18], [2, 16, 3, 3], {
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  }),
  weightsOnly('16 channels, many windows, dilated', [1, 16, 13, 13], [1, 16, 3, 3], { dilations: [2, 2] }),
  weightsOnly('16 channels in four groups', [1, 16, 4, 4], [8, 4, 3, 3], { pads: [1, 1, 1, 1], group: 4 }),
  transposed('2×2 with stride 2', [1, 2, 3, 2], [2, 3, 2, 2], { strides: [2, 2] }, 3),
  transposed('3×3 padded', [2, 2, 3, 3], [2, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  transposed('with output padding', [1, 2, 3, 3], [2, 1, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  transposed('with output padding on one side', [1, 1, 2, 3], [1, 2, 3, 2], {
    strides: [3, 2],
    output_padding: [2, 0],
  }),
  transposed('dilated', [1, 1, 3, 3], [1, 2, 2, 2], { dilations: [2, 1], strides: [1, 2] }),
  transposed('of a sequence', [2, 2, 3], [2, 2, 3], { strides: [2], pads: [1, 0] }, 2),
  ...['SAME_UPPER', 'SAME_LOWER'].flatMap((mode) => [
    transposed(`with auto_pad ${mode}`, [1, 2, 3, 2], [2, 2, 3, 4], { auto_pad: mode, strides: [2, 2] }),
    transposed(`with auto_pad ${mode} and stride 1`, [1, 1, 4, 3], [1, 2, 4, 3], { auto_pad: mode }),
  ]),
  transposed('with auto_pad VALID', [1, 1, 3, 3], [1, 2, 2, 3], { auto_pad: 'VALID', strides: [2, 1] }),
  transposed('with uneven padding', [1, 2, 4, 3], [2, 2, 3, 3], { pads: [2, 0, 1, 1], strides: [2, 2] }),
  transposed('dilated, in two groups, padded, with stride and output padding', [1, 4, 3, 3], [4, 1, 2, 3], {
    group: 2,
    dilations: [2, 1],
    strides: [2, 2],
    pads: [1, 1, 0, 1],
    output_padding: [1, 0],
  }),
  transposed('in two groups', [1, 4, 2, 3], [4, 1, 2, 2], { group: 2, strides: [2, 1] }, 2),
];

/** TensorFlow.js has no such form. */
export const transposedVolumeCases: readonly GradientCase[] = [
  transposed('of a volume', [1, 2, 2, 2, 2], [2, 1, 2, 2, 2], { strides: [2, 1, 2] }),
];
