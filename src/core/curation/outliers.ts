import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { quantile } from './qualityIssues.ts';

/** Neighbours whose mean distance tells how alone an image is; Datalab's. */
export const OUTLIER_NEIGHBORS = 10;
/** Quartile ranges above the third quartile; Datalab's. */
export const OUTLIER_REACH = 1.7;

export interface Outlier {
  readonly row: number;
  /** e^(−strangeness / median strangeness): 0 to 1, the lower the further out. */
  readonly score: number;
}

export interface OutlierOptions {
  readonly reach?: number;
  /** How far each image is from its class, as `classDistances` tells; 1 where nothing is known. */
  readonly classDistances?: ArrayLike<number>;
  /** Rows that are strange for a reason already told; they neither are outliers nor say what is usual. */
  readonly explained?: ReadonlySet<number>;
}

/**
 * Images that belong nowhere: far from everything and, where they have a class, far from that too. How strange one is, is its
 * mean cosine distance to its nearest neighbours times the root of its distance from its class; outliers lie above the third
 * quartile by `reach` quartile ranges. They are also further from everything than three quarters of the images: what is strange to
 * its class but among its like has the wrong label.
 *
 * Without classes that is Datalab's rule. With them it finds more of the images that were mixed in from elsewhere, most of all
 * with encoders that find many things alike.
 */
export function outliers(
  neighbors: Neighbors,
  { reach = OUTLIER_REACH, classDistances, explained = new Set() }: OutlierOptions = {},
): Outlier[] {
  const rows = Array.from({ length: neighbors.queries }, (_, row) => row).filter((row) => !explained.has(row));
  const distances = Float64Array.from(rows, (row) => meanDistance(neighbors, row));
  const strangeness = distances.map((distance, i) => distance * Math.sqrt(classDistances?.[rows[i]!] ?? 1));
  const [first, middle, third] = quartiles(strangeness);
  const limit = third + reach * (third - first);
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

function meanDistance({ count, rows, similarities }: Neighbors, row: number): number {
  let [sum, seen] = [0, 0];
  for (let i = row * count; i < row * count + Math.min(OUTLIER_NEIGHBORS, count) && rows[i]! >= 0; i++) {
    sum += 1 - similarities[i]!;
    seen++;
  }
  return seen === 0 ? Number.NaN : sum / seen;
}
