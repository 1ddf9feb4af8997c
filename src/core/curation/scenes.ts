import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { AROUND, usualDistances } from './usualDistances.ts';

/**
 * How much closer to each other than to those around them two shots of a scene are, by whitened similarities: 98 of 100 second shots of
 * drawn scenes with two encoders, also where there are few images.
 */
export const SCENE_RATIO = 0.55;

export interface ScenePair {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
  /** Their distance as a share of the usual one around them. */
  readonly ratio: number;
}

/**
 * Pairs of images that stand out as each other's like: much closer to one another than either is to the images around it. A
 * similarity by itself would tell little, since encoders and classes differ in what is close.
 *
 * @param neighbors 20 of each image, the image itself left out, with `whitenedSimilarities`
 * @param ratio pairs up to this one
 */
export function scenePairs(neighbors: Neighbors, ratio = SCENE_RATIO): ScenePair[] {
  const { queries, count, rows, similarities } = neighbors;
  const usual = usualDistances(neighbors);
  const pairs = new Map<number, ScenePair>();
  for (let row = 0; row < queries; row++) {
    for (let i = row * count; i < row * count + Math.min(AROUND.from, count) && rows[i]! >= 0; i++) {
      const other = rows[i]!;
      const similarity = similarities[i]!;
      const share = (1 - similarity) / Math.min(usual[row]!, usual[other]!);
      if (!(share <= ratio)) continue;
      const [first, second] = row < other ? [row, other] : [other, row];
      pairs.set(first * queries + second, { first, second, similarity, ratio: share });
    }
  }
  return [...pairs.values()].sort((a, b) => a.ratio - b.ratio || a.first - b.first || a.second - b.second);
}
