import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { boundsOf, QUERY_ZERO, quantizeQuery, QuantizedVectors } from '../../../src/core/neighbors/quantizedVectors.ts';
import { VectorSearch } from '../../../src/engine/search/vectorSearch.ts';
import { memoryVectors } from './memoryVectors.ts';

/** Normalised rows in groups that are close to each other, with exact copies among them. */
function randomMatrix(rows: number, dim: number, seed: number): Float32Array {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31;
  const matrix = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const near = row % 5 === 4 ? row - 1 : -1;
    const noise = row % 10 === 9 ? 0 : 0.05;
    const values = Array.from({ length: dim }, (_, i) =>
      near < 0 ? next() : matrix[near * dim + i]! + noise * next(),
    );
    const norm = noise === 0 && near >= 0 ? 1 : Math.hypot(...values);
    matrix.set(
      values.map((value) => value / norm),
      row * dim,
    );
  }
  return matrix;
}

function dot(matrix: Float32Array, dim: number, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += matrix[a * dim + i]! * matrix[b * dim + i]!;
  return sum;
}

describe('boundsOf', () => {
  it('holds the true similarity of every row, whatever the vectors look like', () => {
    const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    // A power spreads magnitudes, so that single coordinates dominate in some rows.
    const cases = fc.tuple(fc.array(vector, { minLength: 2, maxLength: 8 }), fc.constantFrom(1, 3, 9));
    fc.assert(
      fc.property(cases, ([vectors, power]) => {
        const rows = vectors
          .map((values) => values.map((value) => Math.sign(value) * Math.abs(value) ** power))
          .filter((values) => Math.hypot(...values) > 1e-6)
          .map((values) => values.map((value) => value / Math.hypot(...values)));
        if (rows.length === 0) return;
        const matrix = Float32Array.from(rows.flat());
        const quantized = new QuantizedVectors(rows.length, 6);
        quantized.fill(matrix, 0, rows.length);
        const query = quantizeQuery(matrix.subarray(0, 6));
        const products = Int32Array.from(rows, (_, row) =>
          query.codes.reduce((sum, code, i) => sum + (code - QUERY_ZERO) * quantized.codes[i * rows.length + row]!, 0),
        );
        const { lower, upper } = boundsOf(quantized, query, products);
        for (let row = 0; row < rows.length; row++) {
          const truth = dot(matrix, 6, 0, row);
          assert.ok(lower[row]! <= truth && truth <= upper[row]!, `${lower[row]} ≤ ${truth} ≤ ${upper[row]}`);
        }
      }),
    );
  });
});

describe('SearchTable', () => {
  const search = new VectorSearch(2);
  after(() => search.dispose());

  it('finds exactly what comparing everything finds, ties by row', async () => {
    const [rows, dim] = [3000, 48];
    const matrix = randomMatrix(rows, dim, 42);
    const paths = Array.from({ length: rows }, (_, row) => `${row}`);
    const table = search.open(memoryVectors(paths, matrix, dim), 1);
    for (const row of [0, 3, 4, 9, 1234, 2999]) {
      const accept = (other: number) => other !== row && other % 3 !== 0;
      const expected = [...Array(rows).keys()]
        .filter(accept)
        .map((other) => ({ other, score: Math.fround(dot(matrix, dim, row, other)) }))
        .sort((a, b) => b.score - a.score || a.other - b.other)
        .slice(0, 20);
      const found = await table.nearest(table.vector(row), 20, accept);
      assert.deepEqual(
        [...found.rows],
        expected.map(({ other }) => other),
      );
      assert.deepEqual(
        [...found.scores],
        expected.map(({ score }) => score),
      );
      assert.equal(found.considered, [...Array(rows).keys()].filter(accept).length);
    }
  });

  it('gives everything there is when asked for more', async () => {
    const matrix = randomMatrix(5, 48, 7);
    const paths = ['a', 'b', 'c', 'd', 'e'];
    const table = search.open(memoryVectors(paths, matrix, 48), 1);
    const found = await table.nearest(table.vector(2), 100, (row) => row !== 2);
    assert.deepEqual([...found.rows].sort(), [0, 1, 3, 4]);
    assert.equal(table.rowOf('c'), 2);
    assert.equal(table.rowOf('x'), -1);
  });
});
