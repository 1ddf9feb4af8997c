import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageLinkage } from '../../../src/core/clustering/averageLinkage.ts';
import { cutTree } from '../../../src/core/clustering/treeCut.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Blocks of the given sizes: alike within, less so between. */
function blocks(sizes: readonly number[], random: RandomStream, within = 0.9, between = 0.2): Float32Array {
  const owners = sizes.flatMap((size, block) => Array<number>(size).fill(block));
  const n = owners.length;
  const matrix = new Float32Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      const similarity = (owners[a] === owners[b] ? within : between) + 0.05 * random.uniform();
      matrix[a * n + b] = matrix[b * n + a] = a === b ? 1 : similarity;
    }
  }
  return matrix;
}

const clustersOf = (matrix: Float32Array, n: number, minimumSize: number, weights?: readonly number[]) =>
  cutTree(averageLinkage(matrix.slice(), n, weights), matrix, minimumSize, weights);

test('finds the groups that there are, the largest first, and leaves single images out', () => {
  const random = new RandomStream(1);
  const { count, clusterOf } = clustersOf(blocks([4, 12, 7, 1], random), 24, 3);
  assert.equal(count, 3);
  const expected = [...Array<number>(4).fill(2), ...Array<number>(12).fill(0), ...Array<number>(7).fill(1), -1];
  assert.deepEqual([...clusterOf], expected);
});

test('the score is the mean silhouette: of all cuts none has a higher one', () => {
  const random = new RandomStream(5);
  for (let repeat = 0; repeat < 5; repeat++) {
    const n = 18;
    const matrix = blocks([6, 5, 7], random, 0.6, 0.45);
    const tree = averageLinkage(matrix.slice(), n);
    const found = cutTree(tree, matrix, 2);
    const scores = Array.from({ length: n - 1 }, (_, i) => silhouette(matrix, n, partsAfter(tree, i), 2));
    const best = Math.max(0, ...scores);
    // Three groups, of which none is most of all.
    assert.ok(Math.abs(silhouette(matrix, n, [...found.clusterOf], 2) - best) < 1e-5);
  }
});

test('a cluster of nearly everything gives way to those that it consists of', () => {
  const n = 40;
  const matrix = new Float32Array(n * n);
  const random = new RandomStream(8);
  // Four faint groups that are far from a fifth one.
  const groupOf = (leaf: number): number => (leaf < 36 ? leaf % 4 : 4);
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      const [one, other] = [groupOf(a), groupOf(b)];
      const similarity = one === other ? 0.75 : one === 4 || other === 4 ? 0.1 : 0.5;
      matrix[a * n + b] = matrix[b * n + a] = a === b ? 1 : similarity + 0.01 * random.uniform();
    }
  }
  const { count, clusterOf } = clustersOf(matrix, n, 3);
  assert.equal(count, 5);
  for (let leaf = 4; leaf < 36; leaf++) assert.equal(clusterOf[leaf], clusterOf[leaf - 4]);
});

test('a leaf that stands for several images counts as all of them', () => {
  // Copies of an image: once as leaves, once as a weight.
  const spelt = clustersOf(blocks([3, 3, 3], new RandomStream(2), 1, 0.1), 9, 3);
  const weighted = new Float32Array([0.98, 0.1, 0.12, 0.1, 0.98, 0.11, 0.12, 0.11, 0.98]);
  const merged = clustersOf(weighted, 3, 3, [3, 3, 3]);
  assert.deepEqual([spelt.count, merged.count], [3, 3]);
});

test('where nothing splits there are no clusters', () => {
  const same = new Float32Array(25).fill(1);
  assert.deepEqual(clustersOf(same, 5, 2), { count: 0, clusterOf: new Int32Array(5).fill(-1) });
  assert.equal(clustersOf(Float32Array.of(1), 1, 2).count, 0);
});

function partsAfter({ leaves, left, right }: ReturnType<typeof averageLinkage>, merges: number): number[] {
  const parts = Array.from({ length: leaves }, (_, leaf) => leaf);
  for (let merge = 0; merge < merges; merge++) {
    for (let leaf = 0; leaf < leaves; leaf++) {
      if (parts[leaf] === left[merge] || parts[leaf] === right[merge]) parts[leaf] = leaves + merge;
    }
  }
  return parts;
}

/** By its definition; members of parts that are too small count as 0. */
function silhouette(matrix: Float32Array, n: number, parts: readonly number[], minimumSize: number): number {
  const groups = [...new Set(parts)]
    .filter((part) => part >= 0)
    .map((part) => parts.flatMap((other, leaf) => (other === part ? [leaf] : [])))
    .filter((members) => members.length >= minimumSize);
  if (groups.length < 2) return 0;
  let sum = 0;
  for (const own of groups) {
    for (const leaf of own) {
      const distance = (members: readonly number[]) =>
        members.reduce((total, other) => total + 1 - matrix[leaf * n + other]!, 0) / members.length;
      const within = distance(own.filter((other) => other !== leaf));
      const nearest = Math.min(...groups.filter((group) => group !== own).map(distance));
      sum += (nearest - within) / Math.max(within, nearest);
    }
  }
  return sum / n;
}
