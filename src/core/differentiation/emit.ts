import type { DataTypeName } from '../onnx/model.ts';
import { DataType } from '../onnx/model.ts';
import { RUNTIME_DOMAIN, fixedShape, type GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import { floatTensor } from '../onnx/tensors.ts';

/** Operations that rules are made of. Each emits nothing where there is nothing to do. */

export function sizeOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

export function range(end: number, start = 0): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

export function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The first number where all are equal. */
export function uniform(numbers: readonly number[]): number | undefined {
  return numbers.every((number) => number === numbers[0]) ? numbers[0] : undefined;
}

export function reshape(graph: GraphBuilder, value: GraphValue, sizes: readonly number[]): GraphValue {
  if (sameSizes(fixedShape(value), sizes)) return value;
  // By default a size of 0 would copy one of the value's.
  const attributes = sizes.includes(0) ? { allowzero: 1 } : {};
  return graph.op('Reshape', [value, graph.integers(sizes)], attributes);
}

export function transpose(graph: GraphBuilder, value: GraphValue, order: readonly number[]): GraphValue {
  return order.every((axis, position) => axis === position) ? value : graph.op('Transpose', [value], { perm: order });
}

export function cast(graph: GraphBuilder, value: GraphValue, type: DataTypeName = 'float32'): GraphValue {
  return value.type === type ? value : graph.op('Cast', [value], { to: DataType[type] });
}

/** A constant without dimensions of the type of another value. */
export function scalarLike(graph: GraphBuilder, like: GraphValue, value: number): GraphValue {
  return cast(graph, graph.scalar(value), like.type);
}

/** A value's elements times a number. */
export function scale(graph: GraphBuilder, value: GraphValue, factor: number): GraphValue {
  if (factor === 1) return value;
  return factor === -1 ? graph.op('Neg', [value]) : graph.op('Mul', [value, scalarLike(graph, value, factor)]);
}

/** A tensor of equal numbers, which takes no room in the model. */
export function filled(
  graph: GraphBuilder,
  sizes: readonly number[],
  value: number,
  type: DataTypeName = 'float32',
): GraphValue {
  const types = [{ type: 'float32', shape: sizes }] as const;
  const attributes = { value: { tensor: floatTensor([value], [1]) } };
  return cast(graph, graph.op('ConstantOfShape', [graph.integers(sizes)], attributes, { types }), type);
}

/** 1 where a condition holds and 0 elsewhere, to multiply gradients with; faster than `Where` with a zero. */
export function mask(graph: GraphBuilder, condition: GraphValue, like: GraphValue): GraphValue {
  return cast(graph, condition, like.type);
}

/** A value repeated along its dimensions of size 1, and leading ones that it lacks. */
export function expand(graph: GraphBuilder, value: GraphValue, sizes: readonly number[]): GraphValue {
  return sameSizes(fixedShape(value), sizes) ? value : graph.op('Expand', [value, graph.integers(sizes)]);
}

/** A matrix product that reads either side transposed without copying it. */
export function product(
  graph: GraphBuilder,
  a: GraphValue,
  b: GraphValue,
  { transA = false, transB = false, alpha = 1 } = {},
): GraphValue {
  if (!transA && !transB && alpha === 1) return graph.op('MatMul', [a, b]);
  const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
  const matrices = a.shape?.length === 2 && b.shape?.length === 2;
  if (matrices) return graph.op('Gemm', [a, b], attributes);
  return graph.op('FusedMatMul', [a, b], attributes, { domain: RUNTIME_DOMAIN });
}

/**
 * Sums over some axes; they stay with size 1.
 *
 * Sums over leading axes are products with a row of ones: on ONNX Runtime's CPU provider `ReduceSum` takes 2 to 8 times
 * as long there (262,144 × 32 and 256 × 32,768 elements, two threads). The others are left to `ReduceSum`, after
 * neighbouring axes are merged.
 */
export function sumOver(graph: GraphBuilder, value: GraphValue, axes: readonly number[]): GraphValue {
  const sizes = fixedShape(value);
  const kept = sizes.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const blocks = mergedBlocks(sizes, axes);
  let result = value;
  const [first, ...rest] = blocks;
  if (first?.summed === true && rest.length > 0) {
    const inner = sizeOf(rest.map(({ size }) => size));
    const ones = filled(graph, [1, first.size], 1, value.type);
    result = graph.op('MatMul', [ones, reshape(graph, value, [first.size, inner])]);
    blocks.shift();
  }
  const summed = range(blocks.length).filter((i) => blocks[i]!.summed);
  if (summed.length > 0) {
    const merged = blocks.map(({ size }) => size);
    result = graph.op('ReduceSum', [reshape(graph, result, merged), graph.integers(summed)], { keepdims: 1 });
  }
  return reshape(graph, result, kept);
}

/** Neighbouring axes that are all summed or all kept, as one; axes of size 1 are left out. */
function mergedBlocks(sizes: readonly number[], axes: readonly number[]): { size: number; readonly summed: boolean }[] {
  const blocks: { size: number; summed: boolean }[] = [];
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    const summed = axes.includes(axis);
    const last = blocks.at(-1);
    if (last?.summed === summed) last.size *= size;
    else blocks.push({ size, summed });
  });
  return blocks;
}

/**
 * Undoes broadcasting (https://onnx.ai/onnx/repo-docs/Broadcasting.html) for a gradient: sums over the dimensions along
 * which a value of the given sizes was repeated.
 */
export function reduceToShape(graph: GraphBuilder, gradient: GraphValue, sizes: readonly number[]): GraphValue {
  const from = fixedShape(gradient);
  const aligned = [...Array<number>(from.length - sizes.length).fill(1), ...sizes];
  const repeated = range(from.length).filter((axis) => aligned[axis] === 1 && from[axis] !== 1);
  return reshape(graph, repeated.length === 0 ? gradient : sumOver(graph, gradient, repeated), sizes);
}
