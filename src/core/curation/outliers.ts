import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { quantile } from './qualityIssues.ts';

/** Neighbours whose mean distance tells how alone an image is; Datalab's. */
export const OUTLIER_NEIGHBORS = 10;
/** Quartile ranges above the third quartile; Datalab's. */
export const OUTLIER_REACH = 1.7;

export interface Outlier {
  readonly row: number;
  /** e^(−distance / median distance): 0 to 1, the lower the further out. */
  readonly score: number;
}

/**
 * Images that are far from everything: their mean cosine distance to their nearest neighbours lies above the third quartile by
 * `reach` quartile ranges.
 */
export function outliers(neighbors: Neighbors, reach = OUTLIER_REACH): Outlier[] {
  const distances = Float64Array.from({ length: neighbors.queries }, (_, row) => meanDistance(neighbors, row));
  const sorted = distances.filter((distance) => !Number.isNaN(distance)).sort();
  const [first, middle, third] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share)) as [number, number, number];
  const limit = third + reach * (third - first);
  return Array.from(distances.keys())
    .filter((row) => distances[row]! > limit)
    .map((row) => ({ row, score: Math.exp(-distances[row]! / Math.max(middle, Number.EPSILON)) }))
    .sort((a, b) => a.score - b.score || a.row - b.row);
}

function meanDistance({ count, rows, similarities }: Neighbors, row: number): number {
  let [sum, seen] = [0, 0];
  for (let i = row * count; i < row * count + Math.min(OUTLIER_NEIGHBORS, count) && rows[i]! >= 0; i++) {
    sum += 1 - similarities[i]!;
    seen++;
  }
  return seen === 0 ? Number.NaN : sum / seen;
}
