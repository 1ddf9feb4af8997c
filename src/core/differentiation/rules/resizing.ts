import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { matrixAlong, undoneTaps, type Taps } from '../alongAxis.ts';
import { cast, range, reshape, scale, sizeOf } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';

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
    return range(axis.output).map((i) => [{ index: clamp(nearest(step, coordinate(step, axis, i))), weight: 1 }]);
  }
  if (mode === 'cubic') return range(axis.output).map((i) => cubicTaps(step, coordinate(step, axis, i), last));
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

/** Four neighbours with R. Keys's weights; those beyond the ends are the ends, or left out with `exclude_outside`. */
function cubicTaps(step: GradientStep, x: number, last: number): Taps[number] {
  const a = step.float('cubic_coeff_a', -0.75);
  const weightAt = (distance: number): number => {
    if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance ** 2 + 1;
    return ((distance - 5) * distance + 8) * distance * a - 4 * a;
  };
  const low = Math.floor(x);
  const taps = range(low + 3, low - 1).map((index) => ({ index, weight: weightAt(Math.abs(x - index)) }));
  if (step.int('exclude_outside', 0) === 0) {
    return taps.map(({ index, weight }) => ({ index: Math.min(Math.max(index, 0), last), weight }));
  }
  const inside = taps.filter(({ index }) => index >= 0 && index <= last);
  const total = inside.reduce((sum, { weight }) => sum + weight, 0);
  return inside.map(({ index, weight }) => ({ index, weight: weight / total }));
}

/**
 * Which element is nearest, where rounding errors decide about it: the same operator is asked with the numbers of the
 * elements. A matrix `[input, output]` with a 1 for each element of the output.
 */
function nearestMatrix(step: GradientStep, axes: readonly Axis[], axis: number): GraphValue {
  const { graph } = step;
  const { input, output } = axes[axis]!;
  const along = (size: number): number[] => axes.map((_, i) => (i === axis ? size : 1));
  const numbers = graph.floats(range(input), along(input));
  const scales = step.constants(2) ?? [];
  const target =
    scales.length > 0
      ? [graph.floats(scales.map((factor, i) => (i === axis ? factor : 1)))]
      : [undefined, graph.integers(along(output))];
  const found = step.op('Resize', [numbers, undefined, ...target], step.attributes);
  const isNearest = step.op('Equal', [graph.floats(range(input), [input, 1]), reshape(graph, found, [1, output])]);
  return cast(graph, isNearest);
}

/** Whether each element of the input is repeated in one block. */
function isRepetition(taps: Taps, { input, output }: Axis): boolean {
  if (!Number.isInteger(output / input)) return false;
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
  if (step.int('antialias', 0) !== 0) throw step.refuse('antialias is not supported');
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
  const isNearest = step.text('mode', 'nearest') === 'nearest';
  let gradient = step.gradient;
  taps.forEach((axisTaps, axis) => {
    if (axisTaps === undefined) return;
    const isWhole = Number.isInteger(factors[axis]);
    gradient =
      isNearest && !isWhole
        ? matrixAlong(step, gradient, axis, nearestMatrix(step, axes, axis))
        : undoneTaps(step, gradient, axis, axes[axis]!.input, axisTaps);
  });
  return [gradient];
}

/** The sums of blocks, as averages times their sizes. */
function blockSums(step: GradientStep, block: readonly number[]): GraphValue {
  const averages = step.op('AveragePool', [step.gradient], { kernel_shape: block, strides: block });
  return scale(step.graph, averages, sizeOf(block));
}

export const resizingRules: GradientRules = { Resize: resized };
