import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { MatrixProducts } from '../../core/linearAlgebra/products.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import { neighborsAmong } from '../../core/neighbors/neighborsAmong.ts';
import { shareableMatrix } from '../../core/neighbors/simdProducts.ts';
import type { JobContext } from '../../core/progress.ts';
import { inPhase } from '../jobs/phase.ts';

/** Up to so many images all pairs are compared, which takes the square of their number. */
export const MOST_EXACT = 50_000;

/** For vectors whose neighbours are to be found: of very many they lie where the threads that look for them can see them. */
export function matrixForNeighbors(rows: number, dim: number): Float32Array {
  return rows > MOST_EXACT ? shareableMatrix(rows, dim) : new Float32Array(rows * dim);
}

/** Neighbours with exact ones for some rows, so that those can be relied on, and how many of those had been found. */
export async function withExact(
  images: UnitVectors,
  found: Neighbors,
  sample: Uint32Array,
  products: MatrixProducts,
  context: JobContext,
): Promise<{ readonly nearest: Neighbors; readonly recall: number }> {
  const { count } = found;
  const all = Uint32Array.from({ length: images.rows }, (_, row) => row);
  const exact = await inPhase('Checking neighbours', sample.length, context, (between) =>
    neighborsAmong(images, sample, all, count + 1, products, between),
  );
  const nearest = { ...found, rows: found.rows.slice(), similarities: found.similarities.slice() };
  let hits = 0;
  sample.forEach((row, i) => {
    const known = found.rows.subarray(row * count, (row + 1) * count);
    let rank = 0;
    for (let j = i * (count + 1); rank < count; j++) {
      const other = exact.rows[j]!;
      // Everyone is the nearest to itself, or among its copies.
      if (other === row) continue;
      if (known.includes(other)) hits++;
      nearest.rows[row * count + rank] = other;
      nearest.similarities[row * count + rank] = exact.similarities[j]!;
      rank++;
    }
  });
  return { nearest, recall: hits / (sample.length * count) };
}
