import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageLinkage } from '../../../src/core/clustering/averageLinkage.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { mergedMembers, plainAverageLinkage, randomSimilarities } from './plainLinkage.ts';

test('the chain finds the same merges as the definition, with and without weights', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new RandomStream(seed);
    const n = 2 + random.integer(25);
    const matrix = randomSimilarities(random, n);
    const weights = Array.from({ length: n }, () => 1 + random.integer(9));
    for (const own of [undefined, weights]) {
      const tree = averageLinkage(matrix.slice(), n, own);
      const expected = plainAverageLinkage(matrix, n, own);
      assert.deepEqual(
        mergedMembers(tree),
        expected.map(({ members }) => members),
      );
      expected.forEach(({ similarity }, merge) => {
        assert.ok(Math.abs(tree.similarities[merge]! - similarity) < 1e-5);
      });
    }
  }
});

test('copies are merged first, and merges never become more similar', () => {
  const n = 60;
  const matrix = new Float32Array(n * n);
  // Groups of six that are all the same, and all else equally far.
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) matrix[a * n + b] = Math.floor(a / 6) === Math.floor(b / 6) ? 1 : 0.25;
  }
  const tree = averageLinkage(matrix, n);
  assert.deepEqual([...tree.similarities], [...Array<number>(50).fill(1), ...Array<number>(9).fill(0.25)]);
  const groups = mergedMembers(tree).filter((members) => members.length === 6);
  assert.equal(groups.filter((members) => new Set(members.map((leaf) => Math.floor(leaf / 6))).size === 1).length, 10);
  // Each node is used once, and before it is there nothing uses it.
  const used = [...tree.left, ...tree.right].sort((a, b) => a - b);
  assert.deepEqual(
    used,
    Array.from({ length: 2 * n - 2 }, (_, node) => node),
  );
  tree.left.forEach((node, merge) => {
    assert.ok(node < n + merge && tree.right[merge]! < n + merge);
  });
});

test('one leaf has no merge, and none neither', () => {
  assert.equal(averageLinkage(Float32Array.of(1), 1).left.length, 0);
  assert.equal(averageLinkage(new Float32Array(0), 0).left.length, 0);
});

test('two thousand leaves take less than a few seconds', () => {
  const n = 2000;
  const random = new RandomStream(3);
  const matrix = randomSimilarities(random, n);
  const start = performance.now();
  const tree = averageLinkage(matrix, n);
  assert.ok(performance.now() - start < 5000);
  assert.equal(mergedMembers(tree).at(-1)!.length, n);
});
