import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  gramOfRows,
  normalizedRows,
  rowMatrix,
  rowProducts,
  transposed,
  ROW_TILE,
} from '../../../src/core/linearAlgebra/rowMatrix.ts';
import { RandomStream } from '../../../src/core/random.ts';

const random = new RandomStream(1);
const sizes = [1, 2, 3, 4, 5, 8, 11];

function matrixOf(rows: number, dim: number): Float32Array {
  return Float32Array.from({ length: rows * dim }, () => random.normal());
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number, dim: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += a[i * dim + k]! * b[j * dim + k]!;
  return sum;
}

test('products of rows equal the definition, whatever the sizes', () => {
  for (const rowsOfA of sizes) {
    for (const rowsOfB of sizes) {
      const dim = 1 + random.integer(9);
      const [a, b] = [matrixOf(rowsOfA, dim), matrixOf(rowsOfB, dim)];
      const [left, right] = [rowMatrix(a, rowsOfA, dim), rowMatrix(b, rowsOfB, dim)];
      const out = new Float64Array(left.paddedRows * right.paddedRows);
      // In two parts where there is more than one tile.
      const middle = left.paddedRows > ROW_TILE ? ROW_TILE : 0;
      rowProducts(left, 0, middle, right, out);
      rowProducts(left, middle, left.paddedRows, right, out.subarray(middle * right.paddedRows));
      for (let i = 0; i < rowsOfA; i++) {
        for (let j = 0; j < rowsOfB; j++) assert.equal(out[i * right.paddedRows + j], dot(a, i, b, j, dim));
      }
    }
  }
});

suite('gramOfRows', () => {
  test('holds the products of all rows, and of all columns after transposing', () => {
    for (const rows of sizes) {
      const dim = 6;
      const matrix = matrixOf(rows, dim);
      const gram = gramOfRows(rowMatrix(matrix, rows, dim));
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) assert.equal(gram[i * rows + j], dot(matrix, i, matrix, j, dim));
      }
      const columns = Float32Array.from(
        { length: rows * dim },
        (_, k) => matrix[(k % rows) * dim + Math.floor(k / rows)]!,
      );
      assert.deepEqual(gramOfRows(transposed(rowMatrix(matrix, rows, dim))), gramOfRows(rowMatrix(columns, dim, rows)));
    }
  });
});

suite('normalizedRows', () => {
  test('have length 1 and the same direction; zeros stay zeros', () => {
    const { values } = normalizedRows(Float32Array.of(3, 4, 0, 0, -1e-30, 0), 3, 2);
    assert.deepEqual([...values.subarray(0, 6)].map(Math.abs), [0.6, 0.8, 0, 0, 1, 0]);
  });

  test('can be a selection, in its order', () => {
    const { values, rows } = normalizedRows(Float32Array.of(1, 0, 0, 5, -2, 0), 3, 2, [2, 1]);
    assert.equal(rows, 2);
    assert.deepEqual([...values.subarray(0, 4)], [-1, 0, 0, 1]);
  });

  test('leave the matrix as it was', () => {
    const matrix = Float32Array.of(3, 4);
    normalizedRows(matrix, 1, 2);
    assert.deepEqual([...matrix], [3, 4]);
  });
});
