import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sphericalMeans } from '../../../src/core/clustering/sphericalMeans.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { classVectors } from '../projection/generated.ts';

test('every vector is in the group whose mean points most its way, and the same seed gives the same groups', async () => {
  const data = classVectors({ rows: 600, dim: 8, classes: 5, seed: 1 });
  const done: number[] = [];
  const options = { groups: 12, rounds: 60, seed: 4 };
  const groupOf = await sphericalMeans(data, options, plainProducts, (rows) => void done.push(rows));
  assert.deepEqual(await sphericalMeans(data, options, plainProducts, () => undefined), groupOf);
  const count = Math.max(...groupOf) + 1;
  assert.ok(count > 1 && count <= 12);
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
  );
  const { dim, vectors } = data;
  const sums = Array.from({ length: count }, () => new Float64Array(dim));
  groupOf.forEach((group, row) => {
    for (let k = 0; k < dim; k++) sums[group]![k]! += vectors[row * dim + k]!;
  });
  const centres = sums.map((sum) => {
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return sum.map((value) => value / length);
  });
  groupOf.forEach((group, row) => {
    const scores = centres.map((centre) =>
      centre.reduce((total, value, k) => total + value * vectors[row * dim + k]!, 0),
    );
    assert.ok(scores[group]! >= Math.max(...scores) - 1e-5, `row ${row}`);
  });
});

test('there are no more groups than vectors, and none is empty', async () => {
  const vectors = Float32Array.of(1, 0, 1, 0, 1, 0);
  const groupOf = await sphericalMeans(
    { vectors, rows: 3, dim: 2 },
    { groups: 9, rounds: 3, seed: 0 },
    plainProducts,
    () => undefined,
  );
  assert.deepEqual([...groupOf], [0, 0, 0]);
});
