import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { quantile } from './qualityIssues.ts';
import { AROUND, usualDistances } from './usualDistances.ts';

/**
 * How much closer to each other than to those around them two shots of a scene are at most, by whitened similarities: of those planted in
 * six samples 96 of 100 are found with the encoder that ships, and 94 with MobileNetV3-small.
 */
export const SCENE_RATIO = 0.55;
/**
 * So many times as far below the median of all as the third quartile is above it: 5 is about 3.4 standard deviations of a normal
 * distribution. Where vectors have few directions to differ in, many are close to some other by chance.
 */
const FENCE = 5;
/** Closer ones are the same picture, which says nothing of how close others are. */
const SAME = 0.02;

export interface ScenePair {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
  /** Their distance as a share of the usual one around them. */
  readonly ratio: number;
}

/**
 * Pairs of images that stand out as each other's like: much closer to one another than either is to the images around it, and than
 * images are to their nearest in general. A similarity by itself would tell little, since encoders and classes differ in what is close.
 *
 * @param neighbors 20 of each image, the image itself left out, with `whitenedSimilarities`
 * @param ratio pairs up to this one
 */
export function scenePairs(neighbors: Neighbors, ratio = SCENE_RATIO): ScenePair[] {
  const { queries, count, rows, similarities } = neighbors;
  const usual = usualDistances(neighbors);
  const nearest = new Float64Array(queries).fill(Number.POSITIVE_INFINITY);
  const pairs = new Map<number, ScenePair>();
  for (let row = 0; row < queries; row++) {
    for (let i = row * count; i < row * count + Math.min(AROUND.from, count) && rows[i]! >= 0; i++) {
      const other = rows[i]!;
      const similarity = similarities[i]!;
      const share = (1 - similarity) / Math.min(usual[row]!, usual[other]!);
      if (share > SAME && share < nearest[row]!) nearest[row] = share;
      if (!(share <= ratio)) continue;
      const [first, second] = row < other ? [row, other] : [other, row];
      pairs.set(first * queries + second, { first, second, similarity, ratio: share });
    }
  }
  const most = fenceOf(nearest);
  return [...pairs.values()]
    .filter((pair) => !(pair.ratio > most))
    .sort((a, b) => a.ratio - b.ratio || a.first - b.first || a.second - b.second);
}

/** Below what pairs stand out, by the ratio of each image and its nearest other. */
function fenceOf(nearest: Float64Array): number {
  const logarithms = nearest.filter(Number.isFinite).map(Math.log);
  const sorted = logarithms.sort();
  const [middle, third] = [quantile(sorted, 0.5), quantile(sorted, 0.75)];
  return Math.exp(middle - FENCE * (third - middle));
}
