import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { readWindows, type Windows } from '../../onnx/shapes/windows.ts';
import { cast, expand, range, reshape, scale, sizeOf, uniform } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';
import { scatterAdd } from '../scatter.ts';
import { sharedAmongEqual } from './reducing.ts';

/** How many windows there are along each spatial dimension. */
function windowCounts(step: GradientStep): readonly number[] {
  return (step.output.shape as number[]).slice(2);
}

function averagePool(step: GradientStep): GraphValue[] {
  const input = step.sizes(0).slice(2);
  const windows = readWindows(step, input);
  const output = windowCounts(step);
  // How many elements such a window counts differs between versions of the specification.
  if (step.int('count_include_pad', 0) !== 0 && leftOver(windows, input, output).some((size) => size < 0)) {
    throw step.refuse('windows beyond a padding that counts (ceil_mode) are not supported');
  }
  const shares = dividedByCounts(step, windows, input, output);
  const tiles = windows.kernel.every(
    (size, i) =>
      size === windows.strides[i] && windows.dilations[i] === 1 && windows.before[i] === 0 && windows.after[i] === 0,
  );
  return [tiles ? repeatedTiles(step, shares, windows.kernel) : spreadWindows(step, shares, windows)];
}

/** How many elements of the padded input lie beyond the last window; negative where that reaches beyond the padding. */
function leftOver(
  { kernel, strides, dilations, before, after }: Windows,
  input: readonly number[],
  output: readonly number[],
): number[] {
  return input.map((size, i) => {
    const reach = (output[i]! - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
    return size + before[i]! + after[i]! - reach;
  });
}

/** The output's gradient divided by the number of elements that each window averages. */
function dividedByCounts(
  step: GradientStep,
  { kernel, strides, dilations, before }: Windows,
  input: readonly number[],
  output: readonly number[],
): GraphValue {
  const countsPadding = step.int('count_include_pad', 0) !== 0;
  const counts = output.map((windowCount, i) =>
    range(windowCount).map((window) => {
      if (countsPadding) return kernel[i]!;
      const positions = range(kernel[i]!).map((tap) => window * strides[i]! - before[i]! + tap * dilations[i]!);
      return positions.filter((position) => position >= 0 && position < input[i]!).length;
    }),
  );
  const equal = counts.map(uniform);
  if (!equal.includes(undefined)) return scale(step.graph, step.gradient, 1 / sizeOf(equal as number[]));
  const table = counts.reduce((products, axis) => products.flatMap((a) => axis.map((b) => a * b)), [1]);
  const divisors = step.graph.floats(table, [1, 1, ...output]);
  return step.op('Div', [step.gradient, cast(step.graph, divisors, step.gradient.type)]);
}

/** Windows that tile the input: each element of the gradient repeated; 0 for what the last windows leave over. */
function repeatedTiles(step: GradientStep, gradient: GraphValue, kernel: readonly number[]): GraphValue {
  const { graph } = step;
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  const repeated = step.op('Resize', [gradient, undefined, graph.floats([1, 1, ...kernel])], attributes);
  const rest = step.sizes(0).map((size, axis) => size - (repeated.shape![axis] as number));
  if (rest.every((size) => size === 0)) return repeated;
  return step.op('Pad', [repeated, graph.integers([...rest.map(() => 0), ...rest])]);
}

/** Adds each element of the gradient to all places of its window, per channel. */
function spreadWindows(step: GradientStep, gradient: GraphValue, windows: Windows): GraphValue {
  const { graph } = step;
  const { kernel, strides, dilations, before } = windows;
  const [batch, channels, ...input] = step.sizes(0) as [number, number, ...number[]];
  const over = leftOver(windows, input, windowCounts(step));
  const rest = over.map((size) => Math.max(0, size));
  const after = windows.after.map((pad, i) => pad + Math.max(0, -over[i]!));
  const ones = cast(graph, graph.floats(Array<number>(sizeOf(kernel)).fill(1), [1, 1, ...kernel]), gradient.type);
  const planes = reshape(graph, gradient, [batch * channels, 1, ...windowCounts(step)]);
  const attributes = { strides, dilations, pads: [...before, ...after], output_padding: rest };
  return reshape(graph, step.op('ConvTranspose', [planes, ones], attributes), step.sizes(0));
}

/** Among equal largest elements of a window, the one that ONNX Runtime meets first takes the gradient. */
function maxPool(step: GradientStep): GraphValue[] {
  const { graph, gradient } = step;
  const flat = (value: GraphValue): GraphValue => reshape(graph, value, [sizeOf(gradient.shape as number[])]);
  const sizes = step.sizes(0);
  const scattered = scatterAdd(step, [sizeOf(sizes)], flat(maxIndices(step)), flat(gradient), 0);
  return [reshape(graph, scattered, sizes)];
}

/** Where in the whole input the maxima lie; computed again, where the forward pass only kept their values. */
function maxIndices(step: GradientStep): GraphValue {
  const columnMajor = step.int('storage_order', 0) !== 0;
  const kept = columnMajor ? undefined : step.keptOutput(1);
  if (kept !== undefined) return kept;
  return step.graph.ops('MaxPool', [step.value(0)], 2, { ...step.attributes, storage_order: 0 })[1]!;
}

function globalAveragePool(step: GradientStep): GraphValue[] {
  const sizes = step.sizes(0);
  return [expand(step.graph, scale(step.graph, step.gradient, 1 / sizeOf(sizes.slice(2))), sizes)];
}

export const poolingRules: GradientRules = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: (step) => [sharedAmongEqual(step, step.output, step.gradient, range(step.sizes(0).length, 2))],
};
