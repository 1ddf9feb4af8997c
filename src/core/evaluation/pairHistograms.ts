import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import type { Histogram } from './separation.ts';
import { similarityBlocks } from './similarityBlocks.ts';

/** Bins between −1 and 1: fine enough to see two humps, and 500 bytes a line. */
export const PAIR_BINS = 50;
const [LOW, HIGH] = [-1, 1];

/** Cosine similarities of a batch of view pairs, in the same bins. */
export interface PairHistograms {
  /** Of the two views of each image: N. */
  readonly positives: Histogram;
  /** Of views of different images, each pair once: 2N(N − 1). */
  readonly negatives: Histogram;
}

/**
 * What a histogram of all pairs shows that a mean doesn't: whether positives and negatives overlap.
 *
 * @param z `2 · count × dim`: all first views, then all second ones in the same order; of any length
 */
export function pairHistograms(z: Float32Array, count: number, dim: number): PairHistograms {
  const views = normalizedRows(z, 2 * count, dim);
  const positives = emptyHistogram();
  const negatives = emptyHistogram();
  for (const { start, end, of } of similarityBlocks(views, views)) {
    for (let view = start; view < end; view++) {
      const similarities = of(view);
      for (let other = view + 1; other < 2 * count; other++) {
        const similarity = similarities[other]!;
        if (Number.isNaN(similarity)) continue;
        const { counts } = other === view + count ? positives : negatives;
        const bin = Math.floor(((similarity - LOW) / (HIGH - LOW)) * PAIR_BINS);
        counts[Math.max(0, Math.min(PAIR_BINS - 1, bin))]!++;
      }
    }
  }
  return { positives, negatives };
}

const emptyHistogram = (): Histogram => ({ low: LOW, high: HIGH, counts: new Uint32Array(PAIR_BINS) });
