import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { allNeighbors } from '../../../src/core/neighbors/allNeighbors.ts';
import { classVectors } from '../projection/generated.ts';
import { plainNeighbors } from '../projection/plain.ts';

test('every row finds its nearest others, over several tiles and blocks', async () => {
  const data = classVectors({ rows: 4_700, dim: 3, classes: 5, seed: 1 });
  const done: number[] = [];
  const found = await allNeighbors(data, 4, plainProducts, (rows) => void done.push(rows));
  assert.deepEqual(done.at(-1), 4_700);
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
  );
  for (const row of [0, 511, 512, 4_095, 4_096, 4_699]) {
    const expected = Array.from({ length: data.rows }, (_, other) => {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += data.vectors[row * 3 + k]! * data.vectors[other * 3 + k]!;
      return Math.fround(sum);
    });
    const best = expected
      .map((score, other) => ({ score, other }))
      .filter(({ other }) => other !== row)
      .sort((a, b) => b.score - a.score || a.other - b.other)
      .slice(0, 4);
    assert.deepEqual(
      [...found.rows.subarray(row * 4, row * 4 + 4)],
      best.map(({ other }) => other),
    );
  }
});

test('copies come in the order of the rows, and missing ones are marked', async () => {
  const vectors = Float32Array.of(1, 0, 1, 0, 0, 1, 1, 0);
  const { rows, similarities } = await allNeighbors({ vectors, rows: 4, dim: 2 }, 4, plainProducts, () => undefined);
  assert.deepEqual([...rows], [1, 3, 2, -1, 0, 3, 2, -1, 0, 1, 3, -1, 0, 1, 2, -1]);
  assert.deepEqual([...similarities.subarray(0, 4)], [1, 1, 0, Number.NaN]);
});

test('it agrees with a plain search', async () => {
  const data = classVectors({ rows: 200, dim: 10, classes: 4, seed: 2 });
  const found = await allNeighbors(data, 12, plainProducts, () => undefined);
  assert.deepEqual(found.rows, plainNeighbors(data, 12).rows);
});

test('what is thrown between blocks ends the search', async () => {
  const data = classVectors({ rows: 1_500, dim: 2, classes: 2, seed: 2 });
  const stopped = new Error('stopped');
  const stop = () => {
    throw stopped;
  };
  await assert.rejects(allNeighbors(data, 2, plainProducts, stop), stopped);
});
