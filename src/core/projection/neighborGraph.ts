import type { Neighbors } from '../evaluation/nearestNeighbors.ts';

/** The nearest other points of every point. */
export interface NeighborGraph {
  readonly rows: number;
  /** Columns below. */
  readonly count: number;
  /** `rows × count`: nearest first, never the point itself; −1 after the last where there are fewer. */
  readonly neighbors: Int32Array;
  /** `rows × count`: their distances, at least 0; Infinity after the last. */
  readonly distances: Float32Array;
}

/**
 * Cosine distances (1 − similarity) below this are rounding of float32 products: such images are the same to the encoder,
 * and a distance that is nothing but rounding must not count as the nearest that isn't zero.
 */
const ROUNDING = 2e-6;

/** Cosine distances of the `count` nearest. @param count at most that of the neighbours */
export function cosineGraph({ rows, similarities, queries, count: found }: Neighbors, count = found): NeighborGraph {
  const neighbors = new Int32Array(queries * count);
  const distances = new Float32Array(queries * count);
  for (let row = 0; row < queries; row++) {
    for (let rank = 0; rank < count; rank++) {
      const from = row * found + rank;
      const distance = 1 - similarities[from]!;
      neighbors[row * count + rank] = rows[from]!;
      distances[row * count + rank] = rows[from]! < 0 ? Infinity : distance < ROUNDING ? 0 : distance;
    }
  }
  return { rows: queries, count, neighbors, distances };
}
