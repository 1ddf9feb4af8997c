import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageLinkage } from '../../../src/core/clustering/averageLinkage.ts';
import {
  greedyLeafOrder,
  leafOrder,
  neighborSimilarity,
  optimalLeafOrder,
} from '../../../src/core/clustering/leafOrder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { allDrawings, mergedMembers, randomSimilarities } from './plainLinkage.ts';

const random = new RandomStream(7);

test('the optimal order is as good as the best of all drawings', () => {
  for (let n = 1; n <= 9; n++) {
    for (let repeat = 0; repeat < 4; repeat++) {
      const matrix = randomSimilarities(random, n);
      const tree = averageLinkage(matrix.slice(), n);
      const drawings = allDrawings(tree);
      const best = Math.max(...drawings.map((order) => neighborSimilarity(Int32Array.from(order), matrix)));
      const order = optimalLeafOrder(tree, matrix);
      assert.ok(Math.abs(neighborSimilarity(order, matrix) - best) < 1e-5, `${n} leaves`);
      assert.ok(drawings.some((drawing) => drawing.join() === order.join()));
    }
  }
});

test('on larger trees it is never worse than the heuristic, and both keep subtrees together', () => {
  for (const n of [40, 90]) {
    const matrix = randomSimilarities(random, n);
    const tree = averageLinkage(matrix.slice(), n);
    const [optimal, greedy] = [optimalLeafOrder(tree, matrix), greedyLeafOrder(tree, matrix)];
    assert.ok(neighborSimilarity(optimal, matrix) >= neighborSimilarity(greedy, matrix) - 1e-4);
    for (const order of [optimal, greedy]) {
      const place = new Map([...order].map((leaf, position) => [leaf, position]));
      for (const members of mergedMembers(tree)) {
        const places = members.map((leaf) => place.get(leaf)!);
        assert.equal(Math.max(...places) - Math.min(...places), members.length - 1);
      }
    }
  }
});

test('the heuristic is better than leaving the merges as they come', () => {
  const n = 300;
  const matrix = randomSimilarities(random, n);
  const tree = averageLinkage(matrix.slice(), n);
  const asTheyCome = allInOrder(tree);
  assert.ok(neighborSimilarity(greedyLeafOrder(tree, matrix), matrix) > neighborSimilarity(asTheyCome, matrix));
});

test('beyond what is ordered in the best way the order is still one of all leaves', () => {
  const n = 700;
  const matrix = randomSimilarities(random, n);
  const order = leafOrder(averageLinkage(matrix.slice(), n), matrix);
  assert.deepEqual(
    order.toSorted(),
    Int32Array.from({ length: n }, (_, leaf) => leaf),
  );
});

function allInOrder({ leaves, left, right }: ReturnType<typeof averageLinkage>): Int32Array {
  const parts = Array.from({ length: leaves }, (_, leaf) => [leaf]);
  left.forEach((node, merge) => parts.push([...parts[node]!, ...parts[right[merge]!]!]));
  return Int32Array.from(parts.at(-1)!);
}
