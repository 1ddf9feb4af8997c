import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { Neighborhoods } from '../../core/evaluation/neighborhoods.ts';
import type { EvaluatedImages } from './evaluatedImages.ts';

/**
 * The nearest images of each query, of all encoders alike.
 *
 * @param nearest positions in the bank, one set of lists per encoder
 * @param count kept of each query, at most
 */
export function neighborhoodsOf(
  { images, classes, labels, bank, queries, test }: EvaluatedImages,
  nearest: readonly Neighbors[],
  count: number,
): Neighborhoods {
  // Without a test split a query lies in the bank itself.
  const candidates = bank.length - (test === undefined ? 1 : 0);
  const kept = Math.min(count, candidates);
  return {
    count: kept,
    paths: images.map(({ path }) => path),
    classes,
    classOf: labels,
    queries,
    candidates,
    encoders: nearest.map((found) => {
      const place = (position: number) => Math.floor(position / kept) * found.count + (position % kept);
      const length = queries.length * kept;
      return {
        rows: Int32Array.from({ length }, (_, position) => {
          const row = found.rows[place(position)]!;
          return row < 0 ? row : bank[row]!;
        }),
        similarities: Float32Array.from({ length }, (_, position) => found.similarities[place(position)]!),
      };
    }),
  };
}
