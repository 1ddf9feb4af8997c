import assert from 'node:assert/strict';
import type { RandomStream } from '../../../src/core/random.ts';

export type Rows = readonly (readonly number[])[];

export function flat(rows: Rows): Float32Array {
  return Float32Array.from(rows.flat());
}

/** Entries standard normal, plus an offset that makes directions alike. */
export function randomMatrix(random: RandomStream, rows: number, dim: number, offset = 0): Float32Array {
  return Float32Array.from({ length: rows * dim }, () => random.normal() + offset);
}

export function row(matrix: Float32Array, index: number, dim: number): number[] {
  return [...matrix.subarray(index * dim, (index + 1) * dim)];
}

/** The definition, in plain arithmetic. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Inputs are float32, references float64: what differs by less is rounding of the inputs. */
export function assertClose(actual: number, expected: number, tolerance = 1e-6, what = ''): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= tolerance, `${what} ${actual} instead of ${expected}`);
}

export function assertAllClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) assertClose(actual[i]!, expected[i]!, tolerance, `[${i}]`);
}
