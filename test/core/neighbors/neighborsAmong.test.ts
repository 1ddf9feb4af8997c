import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { neighborsAmong } from '../../../src/core/neighbors/neighborsAmong.ts';
import { classVectors } from '../projection/generated.ts';
import { sortedOthers } from '../projection/plain.ts';

test('rows find their nearest among others, over several tiles and blocks, as a search over all of them does', async () => {
  const data = classVectors({ rows: 5_000, dim: 4, classes: 5, seed: 1 });
  const queries = Uint32Array.from({ length: 600 }, (_, i) => 8 * i);
  const asking = new Set(queries);
  const bank = Uint32Array.from(Array.from({ length: data.rows }, (_, row) => row).filter((row) => !asking.has(row)));
  const done: number[] = [];
  const found = await neighborsAmong(data, queries, bank, 5, plainProducts, (rows) => void done.push(rows));
  assert.equal(done.at(-1), 600);
  for (const place of [0, 511, 512, 599]) {
    const similarity = (row: number) => {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += data.vectors[4 * row + k]! * data.vectors[4 * queries[place]! + k]!;
      return Math.fround(sum);
    };
    const expected = sortedOthers(bank.length, -1, (other) => -similarity(bank[other]!)).slice(0, 5);
    assert.deepEqual([...found.rows.subarray(5 * place, 5 * place + 5)], expected);
  }
});
