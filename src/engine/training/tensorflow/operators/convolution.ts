import { readTransposedWindows, readWindows, type Windows } from '../../../../core/onnx/shapes/windows.ts';
import type { Operator, OperatorNode, Operators } from '../operator.ts';
import type { Tensor, TensorFlow } from '../tensors.ts';
import { padded, partsOf } from './arranging.ts';
import { fromChannelsLast, spread, toChannelsLast } from './channelsLast.ts';

type Pair = [number, number];
type Triple = [number, number, number];

/**
 * A kernel `[…, A, B]` with zeros between its taps. TensorFlow has no gradient of dilated convolutions; that of a larger
 * kernel with zeros is the same.
 */
function dilated(tf: TensorFlow, kernel: Tensor, dilations: readonly number[]): Tensor {
  return dilations.reduce((taps, dilation, axis) => {
    if (dilation === 1) return taps;
    const size = taps.shape[axis]!;
    const outer = taps.shape.slice(0, axis).reduce((product, length) => product * length, 1);
    const apart = padded(tf, tf.reshape(taps, [outer * size, 1, -1]), 1, 0, dilation - 1, 0);
    const spaced = tf.reshape(apart, taps.shape.with(axis, size * dilation));
    return padded(tf, spaced, axis, 0, 1 - dilation, 0);
  }, kernel);
}

/** Weights `[A, B, …]` as `[…, B, A]`, dilated. */
function kernelOf(tf: TensorFlow, weights: Tensor, dilations: readonly number[]): Tensor {
  const [first, second, ...sizes] = weights.shape as [number, number, ...number[]];
  const planar = tf.reshape(weights, [first, second, ...spread(sizes, 1)]);
  const rank = planar.shape.length;
  const kernel = tf.transpose(planar, [...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1, 0]);
  return dilated(tf, kernel, spread(dilations, 1));
}

/** Zeros around the spatial dimensions of `[N, …, C]`. */
function surrounded(tf: TensorFlow, input: Tensor, { before, after }: Windows): Tensor {
  const ahead = spread(before, 0);
  const behind = spread(after, 0);
  if ([...ahead, ...behind].every((pad) => pad === 0)) return input;
  return ahead.reduce((result, pad, i) => padded(tf, result, i + 1, pad, behind[i]!, 0), input);
}

/** A convolution of `[N, …, C]` with a kernel `[…, C, F]`, without padding. */
function convolve(node: OperatorNode, input: Tensor, kernel: Tensor, strides: readonly number[]): Tensor {
  const { tf } = node;
  // TensorFlow's types tell apart the ranks of tensors, which only this function knows.
  if (strides.length === 2) return tf.conv2d(input as never, kernel as never, strides as Pair, 'valid');
  if (strides.length === 3) return tf.conv3d(input as never, kernel as never, strides as Triple, 'valid');
  throw node.unsupported(`convolutions over ${strides.length} dimensions`);
}

const convolution: Operator = (node) => {
  const { tf, view } = node;
  const [input, weights] = [node.input(0), node.input(1)];
  const windows = readWindows(view, input.shape.slice(2), weights.shape.slice(2));
  const strides = spread(windows.strides, 1);
  const groups = view.int('group', 1);
  const last = surrounded(tf, toChannelsLast(tf, input), windows);
  const kernel = kernelOf(tf, weights, windows.dilations);
  const output = fromChannelsLast(tf, grouped(node, last, kernel, strides, groups), node.outputShape());
  return node.has(2) ? tf.add(output, biasOf(node)) : output;
};

/** @param kernel `[…, C / groups, F]` */
function grouped(
  node: OperatorNode,
  input: Tensor,
  kernel: Tensor,
  strides: readonly number[],
  groups: number,
): Tensor {
  const { tf } = node;
  if (groups === 1) return convolve(node, input, kernel, strides);
  const perGroup = kernel.shape.at(-2)!;
  const [vertical, horizontal] = strides;
  if (perGroup === 1 && strides.length === 2 && vertical === horizontal) {
    // `[H, W, 1, F]` holds the filters of one channel after those of the other.
    const filters = kernel.shape.at(-1)! / groups;
    const depthwise = tf.reshape(kernel, [...kernel.shape.slice(0, 2), groups, filters]);
    return tf.depthwiseConv2d(input as never, depthwise as never, strides as Pair, 'valid');
  }
  const inputs = equalParts(tf, input, groups);
  const kernels = equalParts(tf, kernel, groups);
  return tf.concat(
    inputs.map((part, i) => convolve(node, part, kernels[i]!, strides)),
    -1,
  );
}

function equalParts(tf: TensorFlow, input: Tensor, count: number): Tensor[] {
  const axis = input.shape.length - 1;
  return partsOf(tf, input, new Array<number>(count).fill(input.shape[axis]! / count), axis);
}

function biasOf(node: OperatorNode): Tensor {
  const ones = new Array<number>(node.shape().length - 2).fill(1);
  return node.tf.reshape(node.input(2), [-1, ...ones]);
}

/** A transposed convolution without padding, from which the padding is cut off. */
const transposedConvolution: Operator = (node) => {
  const { tf, view } = node;
  const [input, weights] = [node.input(0), node.input(1)];
  const dims = input.shape.slice(2);
  if (dims.length > 2) throw node.unsupported(`transposed convolutions over ${dims.length} dimensions`);
  const windows = readTransposedWindows(view, dims, weights.shape.slice(2));
  const strides = spread(windows.strides, 1) as Pair;
  const groups = view.int('group', 1);
  const inputs = equalParts(tf, toChannelsLast(tf, input), groups);
  const kernels = equalParts(tf, kernelOf(tf, weights, windows.dilations), groups);
  const parts = inputs.map((part, i): Tensor => {
    const kernel = kernels[i]!;
    const sizeOf = (axis: 0 | 1) => (part.shape[axis + 1]! - 1) * strides[axis] + kernel.shape[axis]!;
    const shape: [number, number, number, number] = [part.shape[0], sizeOf(0), sizeOf(1), kernel.shape[2]!];
    return tf.conv2dTranspose(part as never, kernel as never, shape, strides, 'valid');
  });
  const full = parts.length === 1 ? parts[0]! : tf.concat(parts, -1);
  const extra = spread(view.ints('output_padding') ?? dims.map(() => 0), 0);
  const [before, after] = [spread(windows.before, 0), spread(windows.after, 0)];
  const cut = [0, 1].reduce((result, i) => padded(tf, result, i + 1, -before[i]!, extra[i]! - after[i]!, 0), full);
  const output = fromChannelsLast(tf, cut, node.outputShape());
  return node.has(2) ? tf.add(output, biasOf(node)) : output;
};

export const convolutionOperators: Operators = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
};
