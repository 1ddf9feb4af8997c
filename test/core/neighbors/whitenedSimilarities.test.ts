import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { symmetricEigen } from '../../../src/core/linearAlgebra/symmetricEigen.ts';
import { allNeighbors } from '../../../src/core/neighbors/allNeighbors.ts';
import { whitenedSimilarities } from '../../../src/core/neighbors/whitenedSimilarities.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Unit vectors that vary ten times as much along the first two directions as along the others, about a common one. */
function drawn(rows: number, dim: number) {
  const random = new RandomStream(3, rows);
  const vectors = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const own = Array.from({ length: dim }, (_, k) => (k < 2 ? 1 : 0.1) * random.normal() + (k === 2 ? 2 : 0));
    vectors.set(
      own.map((value) => value / Math.hypot(...own)),
      row * dim,
    );
  }
  return { vectors, rows, dim };
}

/** By eigenvectors in float64: a second way to the same. */
function reference({ vectors, rows, dim }: ReturnType<typeof drawn>): (first: number, second: number) => number {
  const mean = Array.from({ length: dim }, (_, k) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += vectors[row * dim + k]!;
    return sum / rows;
  });
  const centred = (row: number) => mean.map((value, k) => vectors[row * dim + k]! - value);
  const covariance = new Float64Array(dim * dim);
  for (let row = 0; row < rows; row++) {
    const own = centred(row);
    for (let i = 0; i < dim; i++) for (let j = 0; j < dim; j++) covariance[i * dim + j]! += (own[i]! * own[j]!) / rows;
  }
  const { values, vectors: directions } = symmetricEigen(covariance, dim);
  const ridge = (Math.max(1, (0.6 * dim) / rows) * values.reduce((sum, value) => sum + value, 0)) / dim;
  const whitened = (row: number) => {
    const own = centred(row);
    const along = Array.from(values, (value, k) => {
      const direction = directions.subarray(k * dim, (k + 1) * dim);
      return own.reduce((sum, part, i) => sum + part * direction[i]!, 0) / Math.sqrt(value + ridge);
    });
    return along.map((part) => part / Math.hypot(...along));
  };
  return (first, second) => {
    const other = whitened(second);
    return whitened(first).reduce((sum, value, k) => sum + value * other[k]!, 0);
  };
}

describe('similarities where all directions vary alike', () => {
  for (const [rows, dim, name] of [
    [1100, 6, 'of more rows than are worked on at once'],
    [20, 30, 'of fewer rows than directions'],
  ] as const) {
    it(`are those by eigenvectors, ${name}`, async () => {
      const images = drawn(rows, dim);
      const neighbors = await allNeighbors(images, 8, plainProducts, () => undefined);
      const steps: number[] = [];
      const { similarities, rows: others } = await whitenedSimilarities(images, neighbors, plainProducts, (done) => {
        steps.push(done);
      });
      assert.deepEqual(others, neighbors.rows);
      assert.equal(steps.at(-1), 2 * rows);
      const expected = reference(images);
      for (let row = 0; row < rows; row += 37) {
        for (let i = row * 8; i < row * 8 + 8; i++) {
          assert.ok(Math.abs(similarities[i]! - expected(row, others[i]!)) < 1e-4, `${row}, ${others[i]}`);
        }
      }
    });
  }

  it('tell the twin among images that have the same in common', async () => {
    const images = drawn(300, 12);
    // The second row is the first seen again: the same details, elsewhere along what most varies.
    const again = images.vectors.slice(0, 12).map((value, k) => (k < 2 ? value + 0.15 : value));
    images.vectors.set(
      again.map((value) => value / Math.hypot(...again)),
      12,
    );
    const neighbors = await allNeighbors(images, 20, plainProducts, () => undefined);
    const { similarities } = await whitenedSimilarities(images, neighbors, plainProducts, () => undefined);
    const place = neighbors.rows.subarray(0, 20).indexOf(1);
    const most = Math.max(...similarities.subarray(0, 20));
    assert.ok(place > 0, 'not the nearest as it is');
    assert.equal(similarities[place], most);
  });

  it('are 1 of copies, and nothing where all images are the same', async () => {
    const images = drawn(40, 4);
    images.vectors.copyWithin(4, 0, 4);
    const neighbors = await allNeighbors(images, 5, plainProducts, () => undefined);
    const { similarities } = await whitenedSimilarities(images, neighbors, plainProducts, () => undefined);
    assert.ok(Math.abs(similarities[0]! - 1) < 1e-5 && neighbors.rows[0] === 1);
    const same = { ...images, vectors: Float32Array.from({ length: 160 }, (_, i) => (i % 4 === 0 ? 1 : 0)) };
    const none = await whitenedSimilarities(same, neighbors, plainProducts, () => undefined);
    assert.ok(none.similarities.every((value) => value === 0));
  });
});
