import { RUNTIME_DOMAIN, fixedShape, type GraphBuilder, type GraphValue } from '../../onnx/graphBuilder.ts';
import type { Windows } from '../../onnx/shapes/windows.ts';
import { filled, range, reshape, transpose } from '../emit.ts';

/** A two-dimensional convolution without groups. */
interface Plane {
  readonly windows: Windows;
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly input: readonly [height: number, width: number];
  readonly output: readonly [height: number, width: number];
}

/** Up to so many windows in a picture, a product for each tap is fastest. */
const FEW_WINDOWS = 64;
/** With fewer channels, products are too narrow to be worth arranging anything for. */
const MANY_CHANNELS = 16;

/**
 * The gradient of a convolution's weights in the form that is fastest for its sizes, or undefined where none of these is
 * faster than the general one. ONNX Runtime has no operator for it: it is a product of dY with shifted copies of X, and
 * copying takes as long as multiplying. GFLOP/s on two cores for 3 × 3 convolutions of 256 pictures:
 *
 * | channels, windows | all copies (general) | separable | by tap | one-hot |
 * | --- | --- | --- | --- | --- |
 * | 32, 32 × 32 | 98 | 131 | 59 | 80 |
 * | 64, 16 × 16 | 162 | 154 | 95 | 133 |
 * | 128, 8 × 8 | 203 | 166 | 218 | 183 |
 * | 256, 4 × 4 | 209 | 107 | 304 | 115 |
 * | 3, 32 × 32, stride 2 | 24 | | 5 | 78 |
 * | 32, 16 × 16, stride 2 | 50 | | 49 | 91 |
 */
export function planeWeightGradient(
  graph: GraphBuilder,
  windows: Windows,
  x: GraphValue,
  dY: GraphValue,
): GraphValue | undefined {
  if (x.shape?.length !== 4 || windows.kernel.every((size) => size === 1)) return undefined;
  const [batch, channels, ...input] = fixedShape(x) as [number, number, number, number];
  const [, filters, ...output] = fixedShape(dY) as [number, number, number, number];
  const plane: Plane = { windows, batch, channels, filters, input, output };
  const count = output[0] * output[1];
  const dense = [...windows.strides, ...windows.dilations].every((value) => value === 1);
  if (channels < MANY_CHANNELS) return byOneHotFilters(graph, x, dY, plane);
  if (count <= FEW_WINDOWS) return byTap(graph, x, dY, plane);
  return dense ? separable(graph, x, dY, plane) : byOneHotFilters(graph, x, dY, plane);
}

/**
 * The gradient of the weights of a depthwise convolution, in which each channel has one filter of its own: that picture's plane
 * is convolved with its output gradient, all planes in one convolution with as many groups, and the pictures are summed. The
 * general form makes matrices of one row here. Milliseconds for 32 pictures on two cores that had other work too:
 *
 * | channels, plane, kernel | all copies (general) | by picture |
 * | --- | --- | --- |
 * | 576, 7 × 7, 5 × 5 | 48 | 15 |
 * | 240, 14 × 14, 5 × 5 | 38 | 23 |
 * | 96, 56 × 56, 7 × 7 | 513 | 183 |
 * | 144, 56 × 56, 3 × 3 | 164 | 108 |
 * | 96, 28 × 28, 5 × 5, stride 2 | 132 | 9 |
 * | 16, 112 × 112, 3 × 3, stride 2 | 88 | 16 |
 *
 * @param x `[N, C, spatial…]`
 * @param dY `[N, C, windows…]`
 * @returns `[C, 1, kernel…]`
 */
export function depthwiseWeightGradient(
  graph: GraphBuilder,
  { kernel, strides, dilations, before, after }: Windows,
  x: GraphValue,
  dY: GraphValue,
): GraphValue {
  const [batch, channels, ...input] = fixedShape(x) as [number, number, ...number[]];
  const windows = fixedShape(dY).slice(2);
  const planes = batch * channels;
  const image = reshape(graph, x, [1, planes, ...input]);
  const filters = reshape(graph, dY, [planes, 1, ...windows]);
  // What one tap meets lies a stride apart, and taps lie a dilation apart: the two change places.
  const attributes = { strides: dilations, dilations: strides, pads: [...before, ...after], group: planes };
  const taps = graph.op('Conv', [image, filters], attributes);
  const found = fixedShape(taps).slice(2);
  const axes = range(kernel.length).filter((i) => found[i]! > kernel[i]!);
  const each = (value: (axis: number) => number): GraphValue => graph.integers(axes.map(value));
  // Beyond the last window there may be something left over, which no tap has met.
  const met =
    axes.length === 0 ? taps : graph.op('Slice', [taps, each(() => 0), each((i) => kernel[i]!), each((i) => i + 2)]);
  const size = channels * kernel.reduce((product, length) => product * length, 1);
  const sum = graph.op('MatMul', [filled(graph, [1, batch], 1), reshape(graph, met, [batch, size])]);
  return reshape(graph, sum, [channels, 1, ...kernel]);
}

/** Channels last, and for each tap one product over all pictures; the results are small. */
function byTap(graph: GraphBuilder, x: GraphValue, dY: GraphValue, plane: Plane): GraphValue {
  const { windows, batch, channels, filters, output } = plane;
  const { kernel, strides, dilations, before, after } = windows;
  const rows = batch * output[0] * output[1];
  const padding = [0, ...before, 0, 0, ...after, 0];
  const last = transpose(graph, x, [0, 2, 3, 1]);
  const padded = padding.some((pad) => pad !== 0) ? graph.op('Pad', [last, graph.integers(padding)]) : last;
  const gradientRows = reshape(graph, transpose(graph, dY, [0, 2, 3, 1]), [rows, filters]);
  const products = range(kernel[0]! * kernel[1]!).map((tap) => {
    const position = [Math.floor(tap / kernel[1]!), tap % kernel[1]!];
    const starts = position.map((index, i) => index * dilations[i]!);
    const ends = starts.map((start, i) => start + (output[i]! - 1) * strides[i]! + 1);
    const slice = graph.op('Slice', [padded, ...[starts, ends, [1, 2], strides].map((list) => graph.integers(list))]);
    return graph.op('Gemm', [gradientRows, reshape(graph, slice, [rows, channels])], { transA: 1 });
  });
  const taps = reshape(graph, graph.op('Concat', products, { axis: 0 }), [...kernel, filters, channels]);
  return transpose(graph, taps, [2, 3, 0, 1]);
}

/**
 * For stride 1. The shift of a tap is divided between both sides: X is copied once for each column of the kernel, its rows
 * padded, and dY once for each row of the kernel. One product per picture gives all taps.
 */
function separable(graph: GraphBuilder, x: GraphValue, dY: GraphValue, plane: Plane): GraphValue {
  const { windows, batch, channels, filters, input, output } = plane;
  const { kernel, before, after } = windows;
  const [rows, columns] = kernel as [number, number];
  const [top, left] = before as [number, number];
  const bottom = after[0]!;
  const shiftedX = range(columns).map((column) => {
    // A negative padding cuts off.
    const start = left - column;
    const pads = [0, 0, top, start, 0, 0, bottom, output[1] - input[1] - start];
    return graph.op('Pad', [x, graph.integers(pads)]);
  });
  const positions = (input[0] + top + bottom) * output[1];
  const count = output[0] * output[1];
  const flat = reshape(graph, dY, [batch, filters, count]);
  const shiftedY = range(rows).map((row) => {
    const start = row * output[1];
    return graph.op('Pad', [flat, graph.integers([0, 0, start, 0, 0, positions - count - start])]);
  });
  const a = graph.op('Concat', shiftedY, { axis: 1 });
  const b = reshape(graph, graph.op('Concat', shiftedX, { axis: 1 }), [batch, columns * channels, positions]);
  const sum = summedProducts(graph, a, b, batch);
  return transpose(graph, reshape(graph, sum, [rows, filters, columns, channels]), [1, 3, 0, 2]);
}

/** A convolution of every channel with filters of a single 1 makes the copies, on all threads. */
function byOneHotFilters(graph: GraphBuilder, x: GraphValue, dY: GraphValue, plane: Plane): GraphValue {
  const { windows, batch, channels, filters, input, output } = plane;
  const { kernel, strides, dilations, before, after } = windows;
  const taps = kernel[0]! * kernel[1]!;
  const identity = Float32Array.from({ length: taps * taps }, (_, i) => Number(i % (taps + 1) === 0));
  const copies = graph.op(
    'Conv',
    [reshape(graph, x, [batch * channels, 1, ...input]), graph.floats(identity, [taps, 1, ...kernel])],
    { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] },
  );
  const count = output[0] * output[1];
  const a = reshape(graph, dY, [batch, filters, count]);
  const sum = summedProducts(graph, a, reshape(graph, copies, [batch, channels * taps, count]), batch);
  return reshape(graph, sum, [filters, channels, ...kernel]);
}

/** Σ_n a_n · b_nᵀ; the sum is a product with a row of ones, several times faster than a reduction. */
function summedProducts(graph: GraphBuilder, a: GraphValue, b: GraphValue, batch: number): GraphValue {
  const products = graph.op('FusedMatMul', [a, b], { transB: 1 }, { domain: RUNTIME_DOMAIN });
  const [, rows, columns] = fixedShape(products) as [number, number, number];
  const ones = filled(graph, [1, batch], 1);
  return graph.op('MatMul', [ones, reshape(graph, products, [batch, rows * columns])]);
}
