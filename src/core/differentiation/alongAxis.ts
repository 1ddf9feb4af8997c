import type { GraphValue } from '../onnx/graphBuilder.ts';
import { cast, product, reshape, sizeOf } from './emit.ts';
import type { GradientStep } from './gradientStep.ts';

/** A linear map along one axis: which elements of the input an element of the output is made of, and their weights. */
export type Taps = readonly (readonly { readonly index: number; readonly weight: number }[])[];

/**
 * The gradient of the input of such a map: the product with its transposed matrix.
 *
 * @param gradient of the output
 * @param input how many elements the input has along the axis
 */
export function undoneTaps(
  step: GradientStep,
  gradient: GraphValue,
  axis: number,
  input: number,
  taps: Taps,
): GraphValue {
  const matrix = new Float32Array(input * taps.length);
  taps.forEach((entries, i) => {
    for (const { index, weight } of entries) matrix[index * taps.length + i]! += weight;
  });
  return matrixAlong(step, gradient, axis, step.graph.floats(matrix, [input, taps.length]));
}

/** The product of a matrix `[to, from]` with a value along one of its axes, which has `from` elements. */
export function matrixAlong(step: GradientStep, value: GraphValue, axis: number, matrix: GraphValue): GraphValue {
  const { graph } = step;
  const sizes = value.shape as number[];
  const [to, from] = matrix.shape as [number, number];
  const inner = sizeOf(sizes.slice(axis + 1));
  const outer = sizeOf(sizes.slice(0, axis));
  const factor = cast(graph, matrix, value.type);
  const result =
    inner === 1
      ? product(graph, reshape(graph, value, [outer, from]), factor, { transB: true })
      : step.op('MatMul', [factor, reshape(graph, value, [outer, from, inner])]);
  return reshape(graph, result, sizes.with(axis, to));
}
