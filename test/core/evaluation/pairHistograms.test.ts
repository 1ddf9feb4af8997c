import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAIR_BINS, pairHistograms } from '../../../src/core/evaluation/pairHistograms.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Every pair by itself, in double precision. */
function byHand(z: Float32Array, count: number, dim: number) {
  const rows = Array.from({ length: 2 * count }, (_, row) => [...z.subarray(row * dim, (row + 1) * dim)]);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  const counts = { positives: new Uint32Array(PAIR_BINS), negatives: new Uint32Array(PAIR_BINS) };
  for (let a = 0; a < rows.length; a++) {
    for (let b = 0; b < a; b++) {
      const cosine = dot(rows[a]!, rows[b]!) / Math.sqrt(dot(rows[a]!, rows[a]!) * dot(rows[b]!, rows[b]!));
      const bin = Math.min(PAIR_BINS - 1, Math.floor(((cosine + 1) / 2) * PAIR_BINS));
      counts[a % count === b % count ? 'positives' : 'negatives'][bin]!++;
    }
  }
  return counts;
}

test('histograms are those of all pairs looked at one by one', () => {
  for (const [count, dim] of [
    [1, 3],
    [7, 5],
    [33, 16],
  ] as const) {
    const random = new RandomStream(count);
    const z = Float32Array.from({ length: 2 * count * dim }, () => random.normal() + 0.3);
    const { positives, negatives } = pairHistograms(z, count, dim);
    const expected = byHand(z, count, dim);
    assert.deepEqual(positives.counts, expected.positives);
    assert.deepEqual(negatives.counts, expected.negatives);
    const sum = (counts: Uint32Array) => counts.reduce((total, value) => total + value, 0);
    assert.deepEqual([sum(positives.counts), sum(negatives.counts)], [count, 2 * count * (count - 1)]);
  }
});

test('equal views are in the last bin, opposite ones in the first', () => {
  const { positives, negatives } = pairHistograms(Float32Array.of(1, 0, -2, 0, 3, 0, -1, 0), 2, 2);
  assert.equal(positives.counts[PAIR_BINS - 1], 2);
  assert.equal(negatives.counts[0], 4);
});
