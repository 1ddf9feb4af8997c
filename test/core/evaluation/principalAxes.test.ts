import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { principalCoordinates } from '../../../src/core/evaluation/principalAxes.ts';
import { singularValues } from '../../../src/core/evaluation/spectrum.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertAllClose, assertClose, randomMatrix } from './matrices.ts';

function products(matrix: ArrayLike<number>, rows: number, dim: number): number[] {
  return Array.from({ length: rows * rows }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += matrix[Math.floor(i / rows) * dim + k]! * matrix[(i % rows) * dim + k]!;
    return sum;
  });
}

suite('principal coordinates', () => {
  for (const [rows, dim] of [
    [30, 7],
    [6, 20],
    [9, 9],
  ] as const) {
    test(`of ${rows} × ${dim} keep all inner products, with orthogonal columns by length`, async () => {
      const matrix = randomMatrix(new RandomStream(rows), rows, dim, 0.5);
      const turned = await principalCoordinates(matrix, rows, dim, plainProducts);
      assert.equal(turned.dim, Math.min(rows, dim));
      assertAllClose(products(turned.coordinates, rows, turned.dim), products(matrix, rows, dim), 1e-9);
      assertAllClose(turned.singularValues, singularValues(matrix, rows, dim), 1e-9);
      for (let a = 0; a < turned.dim; a++) {
        for (let b = 0; b <= a; b++) {
          let sum = 0;
          for (let row = 0; row < rows; row++) {
            sum += turned.coordinates[row * turned.dim + a]! * turned.coordinates[row * turned.dim + b]!;
          }
          assertClose(sum, a === b ? turned.singularValues[a]! ** 2 : 0, 1e-8);
        }
      }
    });
  }

  test('leave out axes without length', async () => {
    const random = new RandomStream(1);
    const [a, b] = [randomMatrix(random, 1, 8), randomMatrix(random, 1, 8)];
    const matrix = Float32Array.from({ length: 20 * 8 }, (_, i) => {
      return Math.floor(i / 8) % 3 === 0 ? a[i % 8]! : 2 ** -(Math.floor(i / 8) % 4) * b[i % 8]!;
    });
    assert.equal((await principalCoordinates(matrix, 20, 8, plainProducts)).dim, 2);
    assert.equal((await principalCoordinates(new Float32Array(12), 3, 4, plainProducts)).dim, 1);
  });
});
