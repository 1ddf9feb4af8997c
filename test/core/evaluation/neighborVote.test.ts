import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nearestNeighbors, type Neighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { predictByVote, voteShares } from '../../../src/core/evaluation/neighborVote.ts';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertAllClose, flat, type Rows } from './matrices.ts';

interface WeightedKnnVectors {
  readonly train: Rows;
  readonly train_labels: readonly number[];
  readonly test: Rows;
  readonly num_classes: number;
  readonly cases: readonly {
    readonly T: number;
    readonly k: number;
    readonly neighbours: Rows;
    readonly pred: readonly number[];
    readonly prob_normalised: Rows;
  }[];
}

/** Neighbours of one query. */
function neighborsOf(rows: readonly number[], similarities: readonly number[]): Neighbors {
  return {
    queries: 1,
    count: rows.length,
    rows: Int32Array.from(rows),
    similarities: Float64Array.from(similarities),
  };
}

test('a neighbour that is left out has no vote, and nobody else gets it', () => {
  const shares = new Float64Array(2);
  const neighbors = neighborsOf([0, 1, 2], [1, 0.5, 0.4]);
  const labels = Int32Array.of(0, 1, 0);
  voteShares(neighbors, 0, labels, { count: 2 }, shares);
  assert.deepEqual([...shares], [0.5, 0.5]);
  voteShares(neighbors, 0, labels, { count: 2, leaveOut: (query, row) => query === 0 && row === 0 }, shares);
  assert.deepEqual([...shares], [0, 1]);
});

suite('predictByVote', () => {
  test('equals the reference vectors', { skip: unlessVectors }, () => {
    const {
      train,
      train_labels,
      test: queryRows,
      num_classes,
      cases,
    } = testVectors('weighted_knn') as WeightedKnnVectors;
    const dim = train[0]!.length;
    const labels = Int32Array.from(train_labels);
    const bank = { vectors: flat(train), rows: train.length, dim };
    const queries = { vectors: flat(queryRows), rows: queryRows.length, dim };
    const neighbors = runToEnd(nearestNeighbors({ bank, queries, count: 8 }));
    for (const { T: temperature, k: count, neighbours, pred, prob_normalised } of cases) {
      const predictions = predictByVote(neighbors, labels, num_classes, { count, temperature });
      assert.deepEqual([...predictions.classes], pred);
      assertAllClose(
        predictions.shares,
        prob_normalised.map((shares) => Math.max(...shares)),
      );
      const shares = new Float64Array(num_classes);
      neighbours.forEach((expected, query) => {
        assert.deepEqual([...neighbors.rows.subarray(query * 8, query * 8 + count)], expected);
        voteShares(neighbors, query, labels, { count, temperature }, shares);
        assertAllClose(shares, prob_normalised[query]!);
      });
    }
  });

  const labels = Int32Array.of(2, 1, 1, 0, -1);

  test('without a temperature the majority wins, with one the nearer do', () => {
    const neighbors = neighborsOf([0, 1, 2, 3], [0.9, 0.3, 0.2, 0.1]);
    assert.deepEqual(predictByVote(neighbors, labels, 3, { count: 4 }), {
      classes: Int32Array.of(1),
      shares: Float64Array.of(0.5),
    });
    assert.equal(predictByVote(neighbors, labels, 3, { count: 4, temperature: 0.1 }).classes[0], 2);
  });

  test('of equal votes the lowest class wins', () => {
    const equal = neighborsOf([0, 1, 3], [0.5, 0.5, 0.5]);
    for (const options of [{ count: 3 }, { count: 3, temperature: 0.07 }]) {
      assert.equal(predictByVote(equal, labels, 3, options).classes[0], 0);
      assert.equal(predictByVote(equal, labels, 3, { ...options, count: 2 }).classes[0], 1);
    }
  });

  test('only the nearest `count` vote, and missing or unlabelled neighbours do not', () => {
    const neighbors = neighborsOf([4, 0, 1, 2, -1, -1], [0.9, 0.8, 0.7, 0.6, Number.NaN, Number.NaN]);
    assert.equal(predictByVote(neighbors, labels, 3, { count: 2 }).classes[0], 2);
    assert.equal(predictByVote(neighbors, labels, 3, { count: 200 }).classes[0], 1);
    const nobody = predictByVote(neighbors, labels, 3, { count: 1, temperature: 0.1 });
    assert.deepEqual([nobody.classes[0], nobody.shares[0]], [-1, 0]);
  });

  test('a tiny temperature leaves the vote to the nearest', () => {
    const neighbors = neighborsOf([0, 1, 2], [0.9, 0.8, 0.8]);
    const { classes, shares } = predictByVote(neighbors, labels, 3, { count: 3, temperature: 1e-5 });
    assert.deepEqual([classes[0], shares[0]], [2, 1]);
  });
});
