import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withinClassProjection } from '../../../src/core/linearAlgebra/withinClassProjection.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Two classes that differ in the first number, each of which varies a hundred times as much in the second. */
const random = new RandomStream(3, 1);
const dim = 5;
const rows = 4000;
const classOf = Array.from({ length: rows }, (_, row) => row % 2);
const spread = [0.1, 10, 1, 0.5, 2];
const vectors = Float32Array.from({ length: rows * dim }, (_, i) => {
  const [row, k] = [Math.floor(i / dim), i % dim];
  return 3 + (k === 0 ? classOf[row]! : 0) + spread[k]! * random.normal();
});

describe('the projection within classes', () => {
  const whole = withinClassProjection({ vectors, rows, dim, classOf }, { components: dim, shrinkage: 0 });

  it('makes classes as wide in every direction, and puts first what tells them apart', () => {
    const projected = project(whole);
    for (const label of [0, 1]) {
      const members = projected.filter((_, row) => classOf[row] === label);
      const means = meansOf(members);
      for (let a = 0; a < dim; a++) {
        for (let b = 0; b < dim; b++) {
          const covariance = meanOf(members.map((values) => (values[a]! - means[a]!) * (values[b]! - means[b]!)));
          assert.ok(Math.abs(covariance - (a === b ? 1 : 0)) < 0.1, `covariance ${a} ${b}: ${covariance}`);
        }
      }
    }
    const [first, second] = [0, 1].map((label) => meansOf(projected.filter((_, row) => classOf[row] === label)));
    assert.ok(Math.abs(first![0]! - second![0]!) > 8, 'a distance of 1 at a spread of 0.1');
    for (let k = 1; k < dim; k++) assert.ok(Math.abs(first![k]! - second![k]!) < 0.2);
    for (const mean of meansOf(projected)) assert.ok(Math.abs(mean) < 1e-4, 'rows are centred');
  });

  it('of fewer components is the first of them', () => {
    const { matrix } = withinClassProjection({ vectors, rows, dim, classOf }, { components: 2, shrinkage: 0 });
    assert.deepEqual(matrix, whole.matrix.slice(0, 2 * dim));
    assert.throws(
      () => withinClassProjection({ vectors, rows, dim, classOf }, { components: 6, shrinkage: 0 }),
      RangeError,
    );
  });

  it('leaves distances as they are where the shrinkage is large, but for their size', () => {
    const projected = project(
      withinClassProjection({ vectors, rows, dim, classOf }, { components: dim, shrinkage: 1e6 }),
    );
    const ratios = Array.from({ length: 50 }, (_, i) => {
      const [a, b] = [i, i + 100];
      const original = vectors.subarray(a * dim, (a + 1) * dim).map((value, k) => value - vectors[b * dim + k]!);
      return Math.hypot(...projected[a]!.map((value, k) => value - projected[b]![k]!)) / Math.hypot(...original);
    });
    for (const ratio of ratios) assert.ok(Math.abs(ratio / ratios[0]! - 1) < 1e-3);
  });

  function project({ mean, matrix }: { readonly mean: Float64Array; readonly matrix: Float64Array }): number[][] {
    return Array.from({ length: rows }, (_, row) =>
      Array.from({ length: matrix.length / dim }, (_unused, component) => {
        let sum = 0;
        for (let k = 0; k < dim; k++) sum += matrix[component * dim + k]! * (vectors[row * dim + k]! - mean[k]!);
        return sum;
      }),
    );
  }
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meansOf(table: readonly (readonly number[])[]): number[] {
  return table[0]!.map((_, column) => meanOf(table.map((values) => values[column]!)));
}
