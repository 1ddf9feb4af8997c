import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { symmetricEigen, symmetricEigenvalues } from '../../../src/core/linearAlgebra/symmetricEigen.ts';
import { RandomStream } from '../../../src/core/random.ts';

type Matrix = Float64Array;

const entry = (matrix: Matrix, size: number, row: number, column: number) => matrix[row * size + column]!;

/** Symmetric, entries standard normal. */
function randomSymmetric(random: RandomStream, size: number): Matrix {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      matrix[row * size + column] = matrix[column * size + row] = random.normal();
    }
  }
  return matrix;
}

/** Rows are orthonormal: Gram–Schmidt, twice for precision. */
function randomOrthogonal(random: RandomStream, size: number): Matrix {
  const basis = Float64Array.from({ length: size * size }, () => random.normal());
  for (let row = 0; row < size; row++) {
    const vector = basis.subarray(row * size, (row + 1) * size);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < row; other++) {
        const direction = basis.subarray(other * size, (other + 1) * size);
        const product = direction.reduce((sum, value, i) => sum + value * vector[i]!, 0);
        for (let i = 0; i < size; i++) vector[i]! -= product * direction[i]!;
      }
      const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      for (let i = 0; i < size; i++) vector[i]! /= norm;
    }
  }
  return basis;
}

/** Σ λₖ qₖ qₖᵀ with the rows of `basis` as q. */
function compose(values: readonly number[], basis: Matrix): Matrix {
  const size = values.length;
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let k = 0; k < size; k++) {
        matrix[row * size + column]! += values[k]! * entry(basis, size, k, row) * entry(basis, size, k, column);
      }
    }
  }
  return matrix;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `[${i}]: ${actual[i]} instead of ${expected[i]}`);
  }
}

/** A·v = λ·v, orthonormal rows, descending order. */
function assertDecomposes(matrix: Matrix, size: number, tolerance: number): void {
  const { values, vectors } = symmetricEigen(matrix, size);
  for (let k = 0; k < size; k++) {
    const vector = vectors.subarray(k * size, (k + 1) * size);
    const product = Float64Array.from({ length: size }, (_, row) =>
      vector.reduce((sum, value, column) => sum + entry(matrix, size, row, column) * value, 0),
    );
    assertClose(
      product,
      vector.map((value) => value * values[k]!),
      tolerance,
    );
    for (let other = 0; other <= k; other++) {
      const dot = vector.reduce((sum, value, i) => sum + value * entry(vectors, size, other, i), 0);
      assert.ok(Math.abs(dot - (other === k ? 1 : 0)) < 1e-12, `rows ${k} and ${other}: ${dot}`);
    }
    if (k > 0) assert.ok(values[k]! <= values[k - 1]!);
  }
  assertClose(symmetricEigenvalues(matrix, size), values, tolerance);
}

suite('symmetricEigen', () => {
  test('decomposes random matrices of every small size', () => {
    for (let size = 1; size <= 24; size++) {
      assertDecomposes(randomSymmetric(new RandomStream(1, size), size), size, 1e-12);
    }
  });

  test('decomposes a larger random matrix', () => {
    assertDecomposes(randomSymmetric(new RandomStream(2), 96), 96, 1e-11);
  });

  const random = new RandomStream(3);
  const spectra: Record<string, number[]> = {
    'a multiple of the identity': [2, 2, 2, 2, 2, 2],
    'repeated eigenvalues': [5, 5, 5, 1, 1, -3, -3, -3, 0, 0],
    'clustered eigenvalues': [1, 1 + 1e-12, 1 + 2e-12, 1 - 1e-12, 0.5, 0.5 + 1e-13, 0.5 - 1e-13, 0.1],
    'rank one': [7, 0, 0, 0, 0, 0, 0, 0],
    'eigenvalues over fourteen orders of magnitude': Array.from({ length: 15 }, (_, k) => 10 ** -k),
    'opposite signs': [3, 3, 1e-3, -1e-3, -3, -3],
    zero: [0, 0, 0],
  };
  for (const [name, spectrum] of Object.entries(spectra)) {
    test(`finds ${name}`, () => {
      const size = spectrum.length;
      const matrix = compose(spectrum, randomOrthogonal(random, size));
      const expected = spectrum.toSorted((a, b) => b - a);
      assertClose(symmetricEigen(matrix, size).values, expected, 1e-13 * 10);
      assertDecomposes(matrix, size, 1e-12);
    });
  }

  test("finds the second difference's eigenvalues 2 − 2 cos(kπ / (n + 1)) and the sine as an eigenvector", () => {
    const size = 60;
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      matrix[i * size + i] = 2;
      if (i > 0) matrix[i * size + i - 1] = matrix[(i - 1) * size + i] = -1;
    }
    const expected = Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((size - k) * Math.PI) / (size + 1)));
    const { values, vectors } = symmetricEigen(matrix, size);
    assertClose(values, expected, 1e-13);
    const lowest = vectors.subarray((size - 1) * size).map(Math.abs);
    const sine = Float64Array.from({ length: size }, (_, i) => Math.sin(((i + 1) * Math.PI) / (size + 1)));
    const norm = Math.sqrt(sine.reduce((sum, value) => sum + value * value, 0));
    assertClose(
      lowest,
      sine.map((value) => value / norm),
      1e-12,
    );
  });

  test('keeps trace and Frobenius norm', () => {
    const size = 80;
    const matrix = randomSymmetric(new RandomStream(4), size);
    const values = symmetricEigenvalues(matrix, size);
    const trace = Array.from({ length: size }, (_, i) => entry(matrix, size, i, i)).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) - trace) < 1e-10);
    const squares = (array: Float64Array) => array.reduce((sum, value) => sum + value * value, 0);
    assert.ok(Math.abs(squares(values) / squares(matrix) - 1) < 1e-12);
  });

  test('handles diagonal matrices, and blocks that do not touch', () => {
    assert.deepEqual([...symmetricEigenvalues(Float64Array.of(3, 0, 0, 0, -1, 0, 0, 0, 8), 3)], [8, 3, -1]);
    const blocks = Float64Array.of(2, 1, 0, 0, 1, 2, 0, 0, 0, 0, 5, 4, 0, 0, 4, 5);
    assertClose(symmetricEigenvalues(blocks, 4), [9, 3, 1, 1], 1e-14);
  });

  test('reads the lower triangle alone and leaves the matrix as it was', () => {
    const matrix = Float64Array.of(2, Number.NaN, 1, 2);
    assertClose(symmetricEigen(matrix, 2).values, [3, 1], 1e-15);
    assert.deepEqual([...matrix], [2, Number.NaN, 1, 2]);
  });

  test('scales without overflow or underflow', () => {
    for (const scale of [1e-300, 1e300]) {
      const values = symmetricEigenvalues(
        Float64Array.of(2, 1, 1, 2).map((value) => value * scale),
        2,
      );
      assertClose(
        values.map((value) => value / scale),
        [3, 1],
        1e-14,
      );
    }
  });

  test('refuses what is not finite, and accepts nothing at all', () => {
    assert.throws(() => symmetricEigen(Float64Array.of(Number.NaN), 1), RangeError);
    assert.throws(() => symmetricEigenvalues(Float64Array.of(1, 0, Infinity, 1), 2), RangeError);
    assert.equal(symmetricEigen(new Float64Array(0), 0).values.length, 0);
  });

  test('takes well under a second for 256 dimensions', () => {
    const matrix = randomSymmetric(new RandomStream(5), 256);
    const start = performance.now();
    symmetricEigen(matrix, 256);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds < 1, `${seconds} s`);
  });
});
