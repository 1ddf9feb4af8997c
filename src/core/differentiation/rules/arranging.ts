import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { slicedRange } from '../../onnx/shapes/arranging.ts';
import { undoneTaps } from '../alongAxis.ts';
import { filled, range, reduceToShape, reshape, sumOver, transpose } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';

/** A constant list of integers among the inputs, where the rule can't do without it. */
function listed(step: GradientStep, index: number, what: string): readonly number[] {
  const numbers = step.constants(index);
  if (numbers === undefined) throw step.refuse(`${what} are not constant`);
  return numbers;
}

function reshapedBack(step: GradientStep): GraphValue[] {
  return [reshape(step.graph, step.gradient, step.sizes(0))];
}

function transposedBack(step: GradientStep): GraphValue[] {
  const rank = step.sizes(0).length;
  const order = step.ints('perm') ?? range(rank).reverse();
  return [
    transpose(
      step.graph,
      step.gradient,
      range(rank).map((axis) => order.indexOf(axis)),
    ),
  ];
}

/** The elements from `start` on along an axis. */
function part(step: GradientStep, value: GraphValue, axis: number, start: number, size: number): GraphValue {
  const bounds = [[start], [start + size], [axis]].map((list) => step.graph.integers(list));
  return step.op('Slice', [value, ...bounds]);
}

function concatenated(step: GradientStep): (GraphValue | undefined)[] {
  const axis = step.axis(step.int('axis', 0), step.sizes(0).length);
  const parts = step.inputs.map((_, i) => step.sizes(i)[axis]!);
  const all = parts.every((_, i) => step.needs(i));
  if (all && parts.length > 1) {
    return step.graph.ops('Split', [step.gradient, step.graph.integers(parts)], parts.length, { axis });
  }
  let start = 0;
  return parts.map((size, i) => {
    const from = start;
    start += size;
    if (!step.needs(i)) return undefined;
    return parts.length === 1 ? step.gradient : part(step, step.gradient, axis, from, size);
  });
}

function split(step: GradientStep): GraphValue[] {
  const { graph, outputs } = step;
  const axis = step.axis(step.int('axis', 0), step.sizes(0).length);
  const used = outputs.flatMap((_, i) => step.gradientOf(i) ?? []);
  if (used.length > 1 || outputs.length === 1) {
    const gradients = outputs.map(({ shape, type }, i) => {
      return step.gradientOf(i) ?? filled(graph, shape as number[], 0, type);
    });
    return gradients.length === 1 ? gradients : [step.op('Concat', gradients, { axis })];
  }
  const position = outputs.findIndex((_, i) => step.gradientOf(i) !== undefined);
  const before = outputs.slice(0, position).reduce((sum, { shape }) => sum + (shape as number[])[axis]!, 0);
  return [placed(step, used[0]!, axis, before, step.sizes(0)[axis]!)];
}

/** Zeros around a value, so that it begins at `start` of an axis with `size` elements. */
export function placed(step: GradientStep, value: GraphValue, axis: number, start: number, size: number): GraphValue {
  const sizes = value.shape as number[];
  return placedAt(
    step,
    value,
    sizes.map((_, i) => (i === axis ? start : 0)),
    sizes.with(axis, size),
  );
}

/** Zeros around a value, so that it begins at `starts` of a tensor of `sizes`. */
function placedAt(
  step: GradientStep,
  value: GraphValue,
  starts: readonly number[],
  sizes: readonly number[],
): GraphValue {
  const own = value.shape as number[];
  const pads = [...starts, ...sizes.map((size, axis) => size - starts[axis]! - own[axis]!)];
  return pads.every((pad) => pad === 0) ? value : step.op('Pad', [value, step.graph.integers(pads)]);
}

function sliced(step: GradientStep): GraphValue[] {
  const sizes = step.sizes(0);
  const [starts, ends] = [listed(step, 1, 'its bounds'), listed(step, 2, 'its bounds')];
  const axes = step.has(3) ? listed(step, 3, 'its axes') : range(starts.length);
  const steps = step.has(4) ? listed(step, 4, 'its steps') : starts.map(() => 1);
  const places = sizes.map(() => 0);
  let gradient = step.gradient;
  if ((gradient.shape as number[]).includes(0)) return [filled(step.graph, sizes, 0, gradient.type)];
  axes.forEach((given, i) => {
    const axis = step.axis(given, sizes.length);
    const stride = steps[i]!;
    const { start, count } = slicedRange(sizes[axis]!, starts[i]!, ends[i]!, stride);
    if (stride < 0) gradient = reversed(step, gradient, axis);
    gradient = spaced(step, gradient, axis, Math.abs(stride));
    places[axis] = stride < 0 ? start + (count - 1) * stride : start;
  });
  return [placedAt(step, gradient, places, sizes)];
}

function reversed(step: GradientStep, value: GraphValue, axis: number): GraphValue {
  const bounds = [[-1], [Number.MIN_SAFE_INTEGER], [axis], [-1]].map((list) => step.graph.integers(list));
  return step.op('Slice', [value, ...bounds]);
}

/** Zeros between the elements along an axis, so that they lie `stride` apart. */
function spaced(step: GradientStep, value: GraphValue, axis: number, stride: number): GraphValue {
  const sizes = value.shape as number[];
  const count = sizes[axis]!;
  if (stride === 1 || count === 1) return value;
  const apart = reshape(step.graph, value, sizes.toSpliced(axis, 1, count, 1));
  const gaps = placed(step, apart, axis + 1, 0, stride);
  return part(step, reshape(step.graph, gaps, sizes.with(axis, count * stride)), axis, 0, (count - 1) * stride + 1);
}

function padded(step: GradientStep): GraphValue[] {
  step.onlyFirst(1);
  const sizes = step.sizes(0);
  const pads = listed(step, 1, 'its pads');
  const given = step.has(3) ? listed(step, 3, 'its axes') : range(sizes.length);
  const axes = given.map((axis) => step.axis(axis, sizes.length));
  const mode = step.text('mode', 'constant');
  if (mode !== 'constant') return [paddedWithOwn(step, mode, axes, pads)];
  // A negative pad takes elements away, and so the opposite of a pad undoes it either way.
  const opposite = Array<number>(2 * sizes.length).fill(0);
  axes.forEach((axis, i) => {
    opposite[axis] = 0 - pads[i]!;
    opposite[axis + sizes.length] = 0 - pads[i + axes.length]!;
  });
  return [step.op('Pad', [step.gradient, step.graph.integers(opposite)])];
}

/** Padding with elements of the input: each of them gets the gradients of its copies too. */
function paddedWithOwn(step: GradientStep, mode: string, axes: readonly number[], pads: readonly number[]): GraphValue {
  if (pads.some((pad) => pad < 0)) throw step.refuse(`negative pads in mode ${mode} are not supported`);
  const sizes = step.sizes(0);
  return axes.reduce((gradient, axis, i) => {
    const [size, before, after] = [sizes[axis]!, pads[i]!, pads[i + axes.length]!];
    if (before === 0 && after === 0) return gradient;
    const taps = range(size + before + after).map((position) => {
      return [{ index: padSource(step, mode, position - before, size), weight: 1 }];
    });
    return undoneTaps(step, gradient, axis, size, taps);
  }, step.gradient);
}

/** Which element stands at a position that may lie beyond the ends. */
function padSource(step: GradientStep, mode: string, position: number, size: number): number {
  switch (mode) {
    case 'edge':
      return Math.min(Math.max(position, 0), size - 1);
    case 'wrap':
      return ((position % size) + size) % size;
    case 'reflect': {
      const distance = Math.abs(position);
      return distance < size ? distance : 2 * (size - 1) - distance;
    }
    default:
      throw step.refuse(`mode ${mode} is not supported`);
  }
}

function tiled(step: GradientStep): GraphValue[] {
  const sizes = step.sizes(0);
  const repeats = listed(step, 1, 'its repeats');
  const blocks = sizes.flatMap((size, axis) => [repeats[axis]!, size]);
  const copies = reshape(step.graph, step.gradient, blocks);
  const axes = range(sizes.length).map((axis) => 2 * axis);
  return [reshape(step.graph, sumOver(step.graph, copies, axes), sizes)];
}

export const arrangingRules: GradientRules = {
  Reshape: reshapedBack,
  Flatten: reshapedBack,
  Squeeze: reshapedBack,
  Unsqueeze: reshapedBack,
  Transpose: transposedBack,
  Concat: concatenated,
  Split: split,
  Slice: sliced,
  Pad: padded,
  Tile: tiled,
  Expand: (step) => [reduceToShape(step.graph, step.gradient, step.sizes(0))],
};
