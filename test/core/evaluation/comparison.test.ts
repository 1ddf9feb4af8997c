import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compareWithBank } from '../../../src/core/evaluation/comparison.ts';
import type { LabelledSet } from '../../../src/core/evaluation/embeddingSet.ts';
import { nearestNeighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { evaluateRetrieval } from '../../../src/core/evaluation/retrieval.ts';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertAllClose, assertClose, randomMatrix } from './matrices.ts';

function labelled(rows: number, dim: number, seed: number, groups?: Int32Array): LabelledSet {
  const random = new RandomStream(seed);
  return {
    vectors: randomMatrix(random, rows, dim),
    rows,
    dim,
    labels: Int32Array.from({ length: rows }, () => random.integer(5) - 1),
    ...(groups && { groups }),
  };
}

suite('comparing with a bank in one pass', () => {
  const groups = Int32Array.from({ length: 300 }, (_, row) => (row % 10 === 0 ? 0 : row));
  const bank = labelled(300, 8, 1, groups);
  const others = labelled(150, 8, 2, groups.subarray(0, 150));

  for (const [name, queries] of Object.entries({ 'leave one out': bank, 'a test split': others })) {
    test(`finds what the two passes find: ${name}`, async () => {
      const done: number[] = [];
      const { neighbors, retrieval } = await compareWithBank(
        { bank, queries, neighbors: 7, cutoffs: [1, 5] },
        plainProducts,
        (count) => {
          done.push(count);
        },
      );
      const accept = (row: number) => bank.labels[row]! >= 0;
      const expected = runToEnd(nearestNeighbors({ bank, queries, count: 7, accept }));
      assert.deepEqual(neighbors.rows, expected.rows);
      assertAllClose(neighbors.similarities, expected.similarities, 1e-6);
      const score = runToEnd(evaluateRetrieval({ gallery: bank, queries, cutoffs: [1, 5] }));
      assertClose(retrieval.meanAveragePrecision, score.meanAveragePrecision, 1e-6);
      assert.deepEqual([retrieval.queries, retrieval.hitAt], [score.queries, score.hitAt]);
      assert.deepEqual(done.at(-1), queries.rows);
    });
  }

  test('stops when it is told to', async () => {
    const between = () => {
      throw new Error('stopped');
    };
    const options = { bank, queries: bank, neighbors: 1, cutoffs: [1] };
    await assert.rejects(compareWithBank(options, plainProducts, between), /stopped/);
  });
});
