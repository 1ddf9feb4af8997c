import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { excludeDuplicates, galleryOf } from './embeddingSet.ts';
import { NeighborCollector, type Neighbors, type NeighborSearch } from './nearestNeighbors.ts';

/** Queries whose similarities are held at once. */
const BLOCK = 128;

/**
 * `nearestNeighbors` in float32, by whatever multiplies matrices fastest.
 *
 * @param between called after every block with the queries done; what it throws ends the work
 */
export async function neighborsByProducts(
  { bank, queries, count, accept = () => true }: NeighborSearch,
  products: MatrixProducts,
  between: (done: number) => Promise<void> | void,
): Promise<Neighbors> {
  const gallery = galleryOf(bank, accept);
  const { rows } = gallery;
  const { dim } = queries;
  const collector = new NeighborCollector(rows, queries.rows, count);
  if (rows.length === 0 || queries.rows === 0) return collector.neighbors;
  const queryRows = Float32Array.from(normalizedRows(queries.vectors, queries.rows, dim).values);
  const bankRows = Float32Array.from(gallery.vectors.values.subarray(0, rows.length * dim));
  const held = await products.hold(bankRows, rows.length, dim);
  const blockFrom = (start: number) => {
    const present = Math.min(BLOCK, queries.rows - start);
    return held.timesTransposed(queryRows.slice(start * dim, (start + present) * dim), present);
  };
  try {
    let pending: Promise<Float32Array> | undefined = blockFrom(0);
    for (let start = 0; pending !== undefined; start += BLOCK) {
      const block: Float32Array = await pending;
      const end = Math.min(start + BLOCK, queries.rows);
      // The next block is computed while this one is looked at.
      pending = end < queries.rows ? blockFrom(end) : undefined;
      for (let query = start; query < end; query++) {
        const similarities = block.subarray((query - start) * rows.length, (query - start + 1) * rows.length);
        excludeDuplicates(similarities, gallery, queries, query);
        collector.add(query, similarities);
      }
      try {
        await between(end);
      } catch (error) {
        // Nobody waits for it any more.
        await pending?.catch(() => undefined);
        throw error;
      }
    }
    return collector.neighbors;
  } finally {
    await held.release();
  }
}
