import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { quantile } from './qualityIssues.ts';
import { remoteness } from './remoteness.ts';

/**
 * Neighbours whose mean similarity tells how alone an image is. Datalab asks ten; of twenty, more of the images that were mixed in
 * from elsewhere come first, most of all where several of them are alike.
 */
const NEIGHBORS = 20;
/** Quartile ranges above the third quartile; Datalab's. */
export const OUTLIER_REACH = 1.7;
/** So many times as far where classes count: a product of two distances strays further than one of them. */
const REACH_WITH_CLASSES = Math.SQRT2;

export interface Outlier {
  readonly row: number;
  /** e^(−strangeness / median strangeness): 0 to 1, the lower the further out. */
  readonly score: number;
}

export interface OutlierOptions {
  readonly reach?: number;
  /** How far each image is from its class, as `classDistances` tells: 1 where it has none. Absent: no image has one. */
  readonly classDistances?: ArrayLike<number> | undefined;
  /** Rows that are strange for a reason already told; they neither are outliers nor say what is usual. */
  readonly explained?: ReadonlySet<number>;
}

/**
 * Images that belong nowhere: far from everything and, where they have a class, far from that too. How strange one is, is its
 * remoteness from its nearest neighbours times its distance from its class; outliers lie above the third quartile by `reach` quartile
 * ranges, or with classes √2 times as many. They are also further from everything than three quarters of the images: what is
 * strange to its class but among its like has the wrong label.
 *
 * Without classes that is Datalab's rule, but for twenty neighbours and for a distance without an end (see `remoteness`).
 */
export function outliers(
  neighbors: Neighbors,
  { reach = OUTLIER_REACH, classDistances, explained = new Set() }: OutlierOptions = {},
): Outlier[] {
  const rows = Array.from({ length: neighbors.queries }, (_, row) => row).filter((row) => !explained.has(row));
  const distances = Float64Array.from(rows, (row) => remoteness(meanSimilarity(neighbors, row)));
  const strangeness = distances.map((distance, i) => distance * (classDistances?.[rows[i]!] ?? 1));
  const [first, middle, third] = quartiles(strangeness);
  const limit = third + (classDistances ? REACH_WITH_CLASSES : 1) * reach * (third - first);
  const far = quartiles(distances)[2];
  return rows
    .flatMap((row, i) =>
      strangeness[i]! > limit && distances[i]! > far
        ? [{ row, score: Math.exp(-strangeness[i]! / Math.max(middle, Number.EPSILON)) }]
        : [],
    )
    .sort((a, b) => a.score - b.score || a.row - b.row);
}

function quartiles(values: Float64Array): [number, number, number] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
}

/** NaN where an image has no neighbour. */
function meanSimilarity({ count, rows, similarities }: Neighbors, row: number): number {
  let [sum, seen] = [0, 0];
  for (let i = row * count; i < row * count + Math.min(NEIGHBORS, count) && rows[i]! >= 0; i++) {
    sum += similarities[i]!;
    seen++;
  }
  return seen === 0 ? Number.NaN : sum / seen;
}
