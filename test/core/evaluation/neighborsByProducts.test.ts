import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nearestNeighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { neighborsByProducts } from '../../../src/core/evaluation/neighborsByProducts.ts';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertAllClose, randomMatrix } from './matrices.ts';

suite('neighborsByProducts', () => {
  const random = new RandomStream(8);
  const groups = (rows: number) => Int32Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? row % 15 : -1));
  const setOf = (rows: number) => ({ vectors: randomMatrix(random, rows, 6), rows, dim: 6, groups: groups(rows) });

  test('finds what nearestNeighbors finds, duplicates and those that may not be found left out', async () => {
    const bank = setOf(300);
    const accept = (row: number) => row % 3 !== 0;
    for (const search of [
      { bank, queries: bank, count: 7 },
      { bank, queries: setOf(150), count: 4, accept },
      { bank: setOf(3), queries: setOf(2), count: 5 },
      { bank, queries: bank, count: 2, accept: () => false },
    ]) {
      const done: number[] = [];
      const found = await neighborsByProducts(search, plainProducts, (count) => void done.push(count));
      const expected = runToEnd(nearestNeighbors(search));
      assert.deepEqual(found.rows, expected.rows);
      assertAllClose(
        found.similarities.filter((value) => !Number.isNaN(value)),
        expected.similarities.filter((value) => !Number.isNaN(value)),
      );
      if (expected.rows.some((row) => row >= 0)) assert.equal(done.at(-1), search.queries.rows);
    }
  });

  test('ends with what is thrown between two blocks, and frees what it held', async () => {
    let released = 0;
    const products: typeof plainProducts = {
      hold: async (matrix, rows, dim) => {
        const held = await plainProducts.hold(matrix, rows, dim);
        return {
          ...held,
          release: () => {
            released++;
            return held.release();
          },
        };
      },
    };
    const set = setOf(400);
    const stop = () => {
      throw new Error('enough');
    };
    await assert.rejects(neighborsByProducts({ bank: set, queries: set, count: 1 }, products, stop), /enough/);
    assert.equal(released, 1);
  });
});
