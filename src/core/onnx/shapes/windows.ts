import { sameDimension, type Dimension, type NodeView, type Shape, type ValueType } from './nodeView.ts';
import type { ShapeRules } from './rules.ts';

/** Where the windows of a convolution or a pooling lie; each list has one entry per spatial dimension. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Reads the attributes that convolutions and poolings share.
 *
 * @param kernel size of the window, where the weights say it
 * @param input spatial sizes of the input, which `auto_pad` depends on
 */
export function readWindows(node: NodeView, input: readonly Dimension[], kernel?: readonly number[]): Windows {
  const sizes = kernel ?? node.ints('kernel_shape');
  if (sizes === undefined) throw node.fail('the size of the window is not known');
  const ones = sizes.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET' || mode === 'VALID') {
    const pads = (mode === 'NOTSET' ? node.ints('pads') : undefined) ?? [...ones, ...ones].fill(0);
    if (pads.length !== 2 * sizes.length) throw node.fail(`pads needs ${2 * sizes.length} numbers`);
    return { kernel: sizes, strides, dilations, before: pads.slice(0, sizes.length), after: pads.slice(sizes.length) };
  }
  const totals = sizes.map((size, i) => {
    const length = input[i];
    if (typeof length !== 'number') throw node.fail(`auto_pad ${mode} needs fixed sizes`);
    const windows = Math.ceil(length / strides[i]!);
    return Math.max(0, (windows - 1) * strides[i]! + (size - 1) * dilations[i]! + 1 - length);
  });
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total, i) => total - smaller[i]!);
  const [before, after] = mode === 'SAME_LOWER' ? [larger, smaller] : [smaller, larger];
  return { kernel: sizes, strides, dilations, before, after };
}

/**
 * As `readWindows`, for a transposed convolution: there `auto_pad` makes the output `strides` times as large as the input
 * (https://onnx.ai/onnx/operators/onnx__ConvTranspose.html).
 *
 * @param kernel size of the window
 * @param input spatial sizes of the input
 */
export function readTransposedWindows(node: NodeView, input: readonly Dimension[], kernel: readonly number[]): Windows {
  const windows = readWindows(node, input, kernel);
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') return windows;
  const extra = node.ints('output_padding') ?? [];
  const totals = kernel.map((size, i) => {
    const extent = (size - 1) * windows.dilations[i]! + 1;
    return Math.max(0, extent + (extra[i] ?? 0) - windows.strides[i]!);
  });
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total, i) => total - smaller[i]!);
  const [before, after] = mode === 'SAME_LOWER' ? [larger, smaller] : [smaller, larger];
  return { ...windows, before, after };
}

/** How many windows fit along each spatial dimension. */
function countWindows(node: NodeView, input: readonly Dimension[], windows: Windows, ceil: boolean): Dimension[] {
  return input.map((length, i) => {
    if (typeof length === 'string') return node.derived(i + 2);
    const extent = (windows.kernel[i]! - 1) * windows.dilations[i]! + 1;
    const room = length + windows.before[i]! + windows.after[i]! - extent;
    if (room < 0) throw node.fail(`a window of ${extent} doesn't fit into ${length} with its padding`);
    const steps = room / windows.strides[i]!;
    // With ceil, a last window that would begin in the padding behind is dropped (as ONNX Runtime does).
    const last = Math.ceil(steps);
    if (!ceil) return Math.floor(steps) + 1;
    return (last * windows.strides[i]! >= length + windows.before[i]! ? last - 1 : last) + 1;
  });
}

function spatial(node: NodeView, shape: Shape): Shape {
  if (shape.length < 3) throw node.fail('the input needs a batch, channels and at least one spatial dimension');
  return shape.slice(2);
}

function kernelOf(node: NodeView, weights: Shape): number[] {
  return weights.slice(2).map((size) => {
    if (typeof size === 'string') throw node.fail('the size of the window is not known');
    return size;
  });
}

function checkBias(node: NodeView, index: number, channels: Dimension): void {
  if (!node.has(index)) return;
  const bias = node.shapeOfRank(index, 1, 'the bias');
  if (bias !== undefined && !sameDimension(bias[0]!, channels)) throw node.fail(`the bias needs ${channels} elements`);
}

/** Shape of a convolution's output; the numbers say which inputs are what. */
export function convolutionShape(node: NodeView, weightsAt = 1, biasAt = 2): Shape | undefined {
  const input = node.shape(0);
  const weights = node.shape(weightsAt);
  if (input === undefined || weights === undefined) return undefined;
  if (weights.length !== input.length) throw node.fail('the weights need as many dimensions as the input');
  const groups = node.int('group', 1);
  const [batch, channels] = input as [Dimension, Dimension];
  const [filters, channelsPerGroup] = weights as [Dimension, Dimension];
  if (typeof channels === 'number' && typeof channelsPerGroup === 'number' && channels !== channelsPerGroup * groups) {
    throw node.fail(`the input has ${channels} channels, the weights take ${channelsPerGroup * groups}`);
  }
  if (typeof filters === 'number' && filters % groups !== 0) {
    throw node.fail(`${filters} filters can't be split into ${groups} groups`);
  }
  checkBias(node, biasAt, filters);
  const windows = readWindows(node, spatial(node, input), kernelOf(node, weights));
  return [batch, filters, ...countWindows(node, input.slice(2), windows, false)];
}

function transposedConvolution(node: NodeView): ValueType[] {
  const type = node.commonType();
  const input = node.shape(0);
  const weights = node.shape(1);
  if (input === undefined || weights === undefined) return [{ type, shape: undefined }];
  if (node.ints('output_shape') !== undefined) throw node.fail('output_shape is not supported');
  if (weights.length !== input.length) throw node.fail('the weights need as many dimensions as the input');
  const [batch, channels] = input as [Dimension, Dimension];
  const [weightChannels, filtersPerGroup] = weights as [Dimension, Dimension];
  if (!sameDimension(channels, weightChannels)) {
    throw node.fail(`the input has ${channels} channels, the weights ${weightChannels}`);
  }
  if (typeof filtersPerGroup === 'string') throw node.fail('the number of filters is not known');
  const filters = filtersPerGroup * node.int('group', 1);
  checkBias(node, 2, filters);
  const lengths = spatial(node, input);
  const windows = readTransposedWindows(node, lengths, kernelOf(node, weights));
  const extra = node.ints('output_padding') ?? [];
  const sizes = lengths.map((length, i) => {
    if (typeof length === 'string') return node.derived(i + 2);
    const extent = (windows.kernel[i]! - 1) * windows.dilations[i]! + 1;
    return (length - 1) * windows.strides[i]! + extent - windows.before[i]! - windows.after[i]! + (extra[i] ?? 0);
  });
  return [{ type, shape: [batch, filters, ...sizes] }];
}

function pooling(node: NodeView): ValueType[] {
  const { type, shape } = node.input(0);
  const indices: ValueType = { type: 'int64', shape: undefined };
  if (shape === undefined) return [{ type, shape }, indices].slice(0, node.outputCount);
  const windows = readWindows(node, spatial(node, shape));
  const ceil = node.int('ceil_mode', 0) !== 0;
  const sizes = [...shape.slice(0, 2), ...countWindows(node, shape.slice(2), windows, ceil)];
  return [
    { type, shape: sizes },
    { ...indices, shape: sizes },
  ].slice(0, node.outputCount);
}

function globalPooling(node: NodeView): ValueType[] {
  const { type, shape } = node.input(0);
  return [{ type, shape: shape && [...shape.slice(0, 2), ...spatial(node, shape).map(() => 1)] }];
}

export const windowShapes: ShapeRules = {
  Conv: (node) => [{ type: node.commonType(), shape: convolutionShape(node) }],
  ConvTranspose: transposedConvolution,
  AveragePool: pooling,
  MaxPool: pooling,
  LpPool: pooling,
  GlobalAveragePool: globalPooling,
  GlobalMaxPool: globalPooling,
};
