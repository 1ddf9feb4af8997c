import type { GraphBuilder, GraphValue } from '../../onnx/graphBuilder.ts';
import { fixedShape } from '../../onnx/graphBuilder.ts';
import { readTransposedWindows, readWindows, type Windows } from '../../onnx/shapes/windows.ts';
import { product, range, reshape, sameSizes, sizeOf, sumOver, transpose } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';
import { depthwiseWeightGradient, planeWeightGradient } from './convolutionWeights.ts';

/** What a forward convolution does besides its weights. */
export interface Convolution extends Windows {
  readonly groups: number;
}

/**
 * The gradient of a convolution's input: every weight times the output gradients that it contributed to.
 *
 * With stride 1 that is a convolution of the output gradient with the weights turned around and their channels swapped,
 * which ONNX Runtime computes faster than the equivalent `ConvTranspose`.
 *
 * @param x `[N, C, spatial…]`, of which the shape matters only
 * @param weights `[M, C / groups, kernel…]`
 * @param dY `[N, M, windows…]`
 */
export function convolutionInputGradient(
  graph: GraphBuilder,
  convolution: Convolution,
  x: GraphValue,
  weights: GraphValue,
  dY: GraphValue,
): GraphValue {
  const { kernel, strides, dilations, before, after, groups } = convolution;
  const reach = kernel.map((size, i) => (size - 1) * dilations[i]!);
  const margins = [before, after].flatMap((pads) => pads.map((pad, i) => reach[i]! - pad));
  if (strides.every((stride) => stride === 1) && margins.every((margin) => margin >= 0)) {
    const turned = turnedWeights(graph, weights, groups);
    return graph.op('Conv', [dY, turned], { strides, dilations, pads: margins, group: groups });
  }
  // What the last window left over is beyond its reach, but belongs to the input.
  const rest = fixedShape(x)
    .slice(2)
    .map((size, i) => (size + before[i]! + after[i]! - reach[i]! - 1) % strides[i]!);
  const attributes = { strides, dilations, pads: [...before, ...after], output_padding: rest, group: groups };
  return graph.op('ConvTranspose', [dY, weights], attributes);
}

/** `[M, C / groups, kernel…]` → `[C, M / groups, kernel…]`, each kernel turned around. */
function turnedWeights(graph: GraphBuilder, weights: GraphValue, groups: number): GraphValue {
  const [filters, channels, ...kernel] = fixedShape(weights) as [number, number, ...number[]];
  const axes = range(kernel.length).filter((i) => kernel[i]! > 1);
  const each = (value: number): GraphValue => graph.integers(axes.map(() => value));
  const turned =
    axes.length === 0
      ? weights
      : graph.op('Slice', [
          weights,
          each(-1),
          each(Number.MIN_SAFE_INTEGER),
          graph.integers(axes.map((i) => i + 2)),
          each(-1),
        ]);
  const perGroup = filters / groups;
  const order = [0, 2, 1, ...range(kernel.length + 3, 3)];
  const swapped = transpose(graph, reshape(graph, turned, [groups, perGroup, channels, ...kernel]), order);
  return reshape(graph, swapped, [groups * channels, perGroup, ...kernel]);
}

/**
 * The gradient of a convolution's weights: for each, the sum over batch and windows of output gradient times the input
 * that it met there.
 *
 * With channels in front of the batch, the input as seen by each weight (im2col) is one matrix `[kernel · C, N · windows]`
 * without copying more than its slices, and one product gives the result. ONNX Runtime's CPU provider does 70 to 200
 * GFLOP/s in this form on two threads (3×3, 32 to 256 channels), always more than with a product for each image, whose
 * results have to be kept and summed.
 *
 * @param x `[N, C, spatial…]`
 * @param weights `[M, C / groups, kernel…]`, of which the shape matters only
 * @param dY `[N, M, windows…]`
 */
export function convolutionWeightGradient(
  graph: GraphBuilder,
  convolution: Convolution,
  x: GraphValue,
  weights: GraphValue,
  dY: GraphValue,
): GraphValue {
  const { groups } = convolution;
  const faster = groups === 1 ? planeWeightGradient(graph, convolution, x, dY) : undefined;
  if (faster !== undefined) return faster;
  const [filters, channels, ...kernel] = fixedShape(weights) as [number, number, ...number[]];
  if (channels === 1 && filters === groups) return depthwiseWeightGradient(graph, convolution, x, dY);
  const [batch, , ...windows] = fixedShape(dY) as [number, number, ...number[]];
  const positions = batch * sizeOf(windows);
  const taps = sizeOf(kernel);
  const perGroup = filters / groups;
  // One group needs no dimension of its own.
  const lead = groups === 1 ? [] : [groups];

  const parts = slidingSlices(graph, convolution, channelsFirst(graph, x), windows).map((slice) => {
    return reshape(graph, slice, [...lead, channels, positions]);
  });
  const columns = parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis: lead.length });
  const outputs = reshape(graph, channelsFirst(graph, dY), [...lead, perGroup, positions]);
  const result = product(graph, columns, outputs, { transB: true });
  const split = reshape(graph, result, [groups, taps, channels, perGroup]);
  return reshape(graph, transpose(graph, split, [0, 3, 2, 1]), [filters, channels, ...kernel]);
}

function channelsFirst(graph: GraphBuilder, value: GraphValue): GraphValue {
  return transpose(graph, value, [1, 0, ...range(value.shape!.length, 2)]);
}

/** For each position in the window, in row-major order: what lies there in all windows, `[C, N, windows…]`. */
function slidingSlices(
  graph: GraphBuilder,
  { kernel, strides, dilations, before, after }: Convolution,
  x: GraphValue,
  windows: readonly number[],
): GraphValue[] {
  const padding = [0, 0, ...before, 0, 0, ...after];
  const padded = padding.some((pad) => pad !== 0) ? graph.op('Pad', [x, graph.integers(padding)]) : x;
  const whole = sameSizes(windows, padded.shape!.slice(2) as number[]) && sizeOf(kernel) === 1;
  if (whole) return [padded];
  const axes = graph.integers(range(kernel.length + 2, 2));
  const steps = graph.integers(strides);
  return range(sizeOf(kernel)).map((tap) => {
    let rest = tap;
    const starts = [...kernel];
    for (let i = kernel.length - 1; i >= 0; i--) {
      starts[i] = (rest % kernel[i]!) * dilations[i]!;
      rest = Math.floor(rest / kernel[i]!);
    }
    const ends = starts.map((start, i) => start + (windows[i]! - 1) * strides[i]! + 1);
    return graph.op('Slice', [padded, graph.integers(starts), graph.integers(ends), axes, steps]);
  });
}

function convolutionOf(step: GradientStep, read: typeof readTransposedWindows = readWindows): Convolution {
  const windows = read(step, step.sizes(0).slice(2), step.sizes(1).slice(2));
  return { ...windows, groups: step.int('group', 1) };
}

/** The gradient of a bias per channel. */
function biasGradient(step: GradientStep): GraphValue {
  const axes = step.sizes(0).map((_, axis) => axis);
  return reshape(step.graph, sumOver(step.graph, step.gradient, axes.toSpliced(1, 1)), step.sizes(2));
}

/**
 * Its adjoint is the convolution with the same weights, whose input is the output here. Output padding is what that
 * convolution pads less; elements beyond the reach of all windows, which are nothing but the bias, are cut off.
 */
function transposedConvolution(step: GradientStep): (GraphValue | undefined)[] {
  const { graph } = step;
  const given = convolutionOf(step, readTransposedWindows);
  const extra = step.ints('output_padding') ?? given.after.map(() => 0);
  const convolution = { ...given, after: given.after.map((pad, i) => Math.max(0, pad - extra[i]!)) };
  const beyond = extra.map((size, i) => Math.max(0, size - given.after[i]!));
  const gradient = withoutLast(step, step.gradient, beyond);
  const [x, weights] = [step.value(0), step.value(1)];
  const { strides, dilations, before, after, groups } = convolution;
  const attributes = { strides, dilations, pads: [...before, ...after], group: groups };
  return [
    step.needs(0) ? step.op('Conv', [gradient, weights], attributes) : undefined,
    step.needs(1) ? convolutionWeightGradient(graph, convolution, gradient, weights, x) : undefined,
    step.needs(2) ? biasGradient(step) : undefined,
  ];
}

/** A value without the last elements of each spatial dimension. */
function withoutLast(step: GradientStep, value: GraphValue, counts: readonly number[]): GraphValue {
  if (counts.every((count) => count === 0)) return value;
  const pads = [0, 0, ...counts.map(() => 0), 0, 0, ...counts.map((count) => 0 - count)];
  return step.op('Pad', [value, step.graph.integers(pads)]);
}

export const convolutionRules: GradientRules = {
  Conv: (step) => {
    const { graph, gradient } = step;
    const convolution = convolutionOf(step);
    const [x, weights] = [step.value(0), step.value(1)];
    return [
      step.needs(0) ? convolutionInputGradient(graph, convolution, x, weights, gradient) : undefined,
      step.needs(1) ? convolutionWeightGradient(graph, convolution, x, weights, gradient) : undefined,
      step.needs(2) ? biasGradient(step) : undefined,
    ];
  },
  ConvTranspose: transposedConvolution,
};
