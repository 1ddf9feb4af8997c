import { readWindows, type Windows } from '../../../../core/onnx/shapes/windows.ts';
import type { Operator, OperatorNode, Operators } from '../operator.ts';
import { tensorOf, type Tensor } from '../tensors.ts';
import { padded } from './arranging.ts';
import { fromChannelsLast, spread, toChannelsLast } from './channelsLast.ts';

type Pair = [number, number];
type Triple = [number, number, number];

/** Lower than what any network computes, and finite: a gradient of zero times infinity would be no number. */
const LOWEST = -3.4e38;

interface PlanarWindows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding, and what a last window that is cut off by the end needs besides. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly beyond: readonly number[];
}

function planarWindows(node: OperatorNode): PlanarWindows {
  const dims = node.shape().slice(2);
  const windows: Windows = readWindows(node.view, dims);
  const output = node.outputShape().slice(2);
  const beyond = dims.map((size, i) => {
    const extent = (windows.kernel[i]! - 1) * windows.dilations[i]! + 1;
    const reach = (output[i]! - 1) * windows.strides[i]! + extent;
    return Math.max(0, reach - size - windows.before[i]! - windows.after[i]!);
  });
  return {
    kernel: spread(windows.kernel, 1),
    strides: spread(windows.strides, 1),
    dilations: spread(windows.dilations, 1),
    before: spread(windows.before, 0),
    after: spread(windows.after, 0),
    beyond: spread(beyond, 0),
  };
}

/** Values around the spatial dimensions of `[N, …, C]`. */
function surrounded(
  node: OperatorNode,
  input: Tensor,
  before: readonly number[],
  after: readonly number[],
  value: number,
): Tensor {
  return before.reduce((result, pad, i) => {
    return pad === 0 && after[i] === 0 ? result : padded(node.tf, result, i + 1, pad, after[i]!, value);
  }, input);
}

/** Means over windows without any padding. */
function averages(node: OperatorNode, input: Tensor, { kernel, strides }: PlanarWindows): Tensor {
  const { tf } = node;
  if (kernel.length === 2) return tf.avgPool(input as never, kernel as Pair, strides as Pair, 'valid');
  if (kernel.length === 3) return tf.avgPool3d(input as never, kernel as Triple, strides as Triple, 'valid');
  throw node.unsupported(`pooling over ${kernel.length} dimensions`);
}

const averagePool: Operator = (node) => {
  const { tf, view } = node;
  const windows = planarWindows(node);
  if (windows.dilations.some((dilation) => dilation !== 1)) throw node.unsupported('dilations are not supported');
  const { before, after, beyond } = windows;
  const behind = after.map((pad, i) => pad + beyond[i]!);
  const last = toChannelsLast(tf, node.input(0));
  const means = averages(node, surrounded(node, last, before, behind, 0), windows);
  const outside = [...(view.int('count_include_pad', 0) === 0 ? [...before, ...after] : []), ...beyond];
  if (outside.every((pad) => pad === 0)) return fromChannelsLast(tf, means, node.outputShape());
  // The share of each window that counts: the zeros in the mean have to be taken out of its divisor.
  const counted = view.int('count_include_pad', 0) === 0 ? 0 : 1;
  const ones = tf.ones([1, ...last.shape.slice(1, -1), 1]);
  const counts = surrounded(
    node,
    surrounded(node, ones, before, after, counted),
    before.map(() => 0),
    beyond,
    0,
  );
  return fromChannelsLast(tf, tf.div(means, averages(node, counts, windows)), node.outputShape());
};

/** The largest of the input's values at each tap of a window: TensorFlow's pooling has no dilated windows. */
function largestOfTaps(node: OperatorNode, input: Tensor, { kernel, strides, dilations }: PlanarWindows): Tensor {
  const { tf } = node;
  const output = spread(node.outputShape().slice(2), 1);
  const taken = (values: Tensor, axis: number): Tensor =>
    Array.from({ length: kernel[axis]! }, (_, tap) => {
      const indices = Array.from({ length: output[axis]! }, (_, at) => at * strides[axis]! + tap * dilations[axis]!);
      return tf.gather(values, tensorOf(tf, 'int32', [indices.length], indices), axis + 1);
    }).reduce((left, right) => tf.maximum(left, right));
  return kernel.reduce((values, _, axis) => taken(values, axis), input);
}

const maxPool: Operator = (node) => {
  const { tf } = node;
  const windows = planarWindows(node);
  const { kernel, strides, dilations, before, after, beyond } = windows;
  const behind = after.map((pad, i) => pad + beyond[i]!);
  const input = surrounded(node, toChannelsLast(tf, node.input(0)), before, behind, LOWEST);
  const pool = (): Tensor => {
    if (dilations.some((dilation) => dilation !== 1)) return largestOfTaps(node, input, windows);
    if (kernel.length === 2) return tf.maxPool(input as never, kernel as Pair, strides as Pair, 'valid');
    if (kernel.length === 3) return tf.maxPool3d(input as never, kernel as Triple, strides as Triple, 'valid');
    throw node.unsupported(`pooling over ${kernel.length} dimensions`);
  };
  return fromChannelsLast(tf, pool(), node.outputShape());
};

function spatialAxes(node: OperatorNode): number[] {
  return node.shape().flatMap((_, axis) => (axis < 2 ? [] : [axis]));
}

export const poolingOperators: Operators = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: (node) => node.tf.mean(node.input(0), spatialAxes(node), true),
  GlobalMaxPool: (node) => node.tf.max(node.input(0), spatialAxes(node), true),
};
