import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { cast, range, reshape, scale, sizeOf } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';

/** Resizing along one axis: which elements of the input an element of the output is made of, and their weights. */
type Taps = readonly (readonly { readonly index: number; readonly weight: number }[])[];

interface Axis {
  readonly input: number;
  readonly output: number;
  /** As given, or the quotient of the sizes. */
  readonly factor: number;
}

/** Where the centre of an output element lies in the input (https://onnx.ai/onnx/operators/onnx__Resize.html). */
function coordinate(step: GradientStep, { input, output, factor }: Axis, position: number): number {
  const mode = step.text('coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return (position + 0.5) / factor - 0.5;
    case 'pytorch_half_pixel':
      return output > 1 ? (position + 0.5) / factor - 0.5 : 0;
    case 'align_corners':
      return output > 1 ? (position * (input - 1)) / (output - 1) : 0;
    case 'asymmetric':
      return position / factor;
    default:
      throw step.refuse(`coordinate_transformation_mode ${mode} is not supported`);
  }
}

function nearest(step: GradientStep, x: number): number {
  const mode = step.text('nearest_mode', 'round_prefer_floor');
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    default:
      throw step.refuse(`nearest_mode ${mode} is not supported`);
  }
}

function tapsOf(step: GradientStep, axis: Axis): Taps {
  const last = axis.input - 1;
  const clamp = (x: number): number => Math.min(Math.max(x, 0), last);
  const mode = step.text('mode', 'nearest');
  if (mode === 'nearest') {
    // With other factors, rounding errors decide which element is nearest.
    if (!Number.isInteger(axis.output / axis.input)) throw step.refuse('nearest neighbours need a whole factor');
    return range(axis.output).map((i) => [{ index: clamp(nearest(step, coordinate(step, axis, i))), weight: 1 }]);
  }
  if (mode !== 'linear') throw step.refuse(`mode ${mode} is not supported`);
  return range(axis.output).map((i) => {
    const x = clamp(coordinate(step, axis, i));
    const low = Math.min(Math.floor(x), Math.max(0, last - 1));
    return [
      { index: low, weight: 1 - (x - low) },
      { index: Math.min(low + 1, last), weight: x - low },
    ];
  });
}

/** Whether each element of the input is repeated in one block. */
function isRepetition(taps: Taps, { input, output }: Axis): boolean {
  return taps.every((entries, i) => entries.length === 1 && entries[0]!.index === Math.floor((i * input) / output));
}

function axesOf(step: GradientStep): Axis[] {
  const outputs = step.output.shape as number[];
  const scales = step.constants(2) ?? [];
  return step.sizes(0).map((input, i) => {
    const output = outputs[i]!;
    return { input, output, factor: scales[i] ?? output / input };
  });
}

/** Resizing is linear in the input, one axis after the other: its gradient is the transposed of these matrices. */
function resized(step: GradientStep): GraphValue[] {
  step.onlyFirst(1);
  for (const attribute of ['antialias', 'exclude_outside'] as const) {
    if (step.int(attribute, 0) !== 0) throw step.refuse(`${attribute} is not supported`);
  }
  if (step.ints('axes') !== undefined || step.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch') {
    throw step.refuse('axes and keep_aspect_ratio_policy are not supported');
  }
  const axes = axesOf(step);
  const taps = axes.map((axis) => (axis.input === axis.output && axis.factor === 1 ? undefined : tapsOf(step, axis)));
  const factors = axes.map(({ input, output }) => output / input);
  const spatial = factors.length > 2 && factors.length <= 5 && taps[0] === undefined && taps[1] === undefined;
  if (spatial && axes.every((axis, i) => taps[i] === undefined || isRepetition(taps[i], axis))) {
    return [blockSums(step, factors.slice(2))];
  }
  let gradient = step.gradient;
  taps.forEach((axisTaps, axis) => {
    if (axisTaps !== undefined) gradient = gatheredAlong(step, gradient, axis, axes[axis]!, axisTaps);
  });
  return [gradient];
}

/** The sums of blocks, as averages times their sizes. */
function blockSums(step: GradientStep, block: readonly number[]): GraphValue {
  const averages = step.op('AveragePool', [step.gradient], { kernel_shape: block, strides: block });
  return scale(step.graph, averages, sizeOf(block));
}

/** The product with the transposed matrix of one axis. */
function gatheredAlong(
  step: GradientStep,
  gradient: GraphValue,
  axis: number,
  { input, output }: Axis,
  taps: Taps,
): GraphValue {
  const { graph } = step;
  const sizes = gradient.shape as number[];
  const matrix = new Float32Array(input * output);
  const inner = sizeOf(sizes.slice(axis + 1));
  const outer = sizeOf(sizes.slice(0, axis));
  const last = inner === 1;
  taps.forEach((entries, i) => {
    for (const { index, weight } of entries) matrix[last ? i * input + index : index * output + i]! += weight;
  });
  const factor = cast(graph, graph.floats(matrix, last ? [output, input] : [input, output]), gradient.type);
  const result = last
    ? step.op('MatMul', [reshape(graph, gradient, [outer, output]), factor])
    : step.op('MatMul', [factor, reshape(graph, gradient, [outer, output, inner])]);
  return reshape(graph, result, sizes.with(axis, input));
}

export const resizingRules: GradientRules = { Resize: resized };
