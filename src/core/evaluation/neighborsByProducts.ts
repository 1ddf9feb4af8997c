import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { excludeDuplicates, galleryOf, type EmbeddingSet, type Gallery } from './embeddingSet.ts';
import { NeighborCollector, type Neighbors, type NeighborSearch } from './nearestNeighbors.ts';

/** Queries whose similarities are held at once. */
const BLOCK = 128;

/** Called after every block with the queries done; what it throws ends the work. */
export type BetweenBlocks = (done: number) => Promise<void> | void;

/**
 * `nearestNeighbors` in float32, by whatever multiplies matrices fastest.
 */
export async function neighborsByProducts(
  { bank, queries, count, accept = () => true }: NeighborSearch,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors> {
  const gallery = galleryOf(bank, accept);
  const collector = new NeighborCollector(gallery.rows, queries.rows, count);
  await eachQuery(gallery, queries, products, between, (query, similarities) => {
    collector.add(query, similarities);
  });
  return collector.neighbors;
}

/**
 * Hands out the cosine similarities of one query after another to the gallery, duplicates of the query left out.
 *
 * @param visit `similarities` are in the order of the gallery, and valid during the call only
 */
export async function eachQuery(
  gallery: Gallery,
  queries: EmbeddingSet,
  products: MatrixProducts,
  between: BetweenBlocks,
  visit: (query: number, similarities: Float32Array) => void,
): Promise<void> {
  const { length } = gallery.rows;
  const { rows, dim } = queries;
  if (length === 0 || rows === 0) return;
  const queryRows = Float32Array.from(normalizedRows(queries.vectors, rows, dim).values);
  const held = await products.hold(Float32Array.from(gallery.vectors.values.subarray(0, length * dim)), length, dim);
  const blockFrom = (start: number) => {
    const present = Math.min(BLOCK, rows - start);
    return held.timesTransposed(queryRows.slice(start * dim, (start + present) * dim), present);
  };
  try {
    let pending: Promise<Float32Array> | undefined = blockFrom(0);
    for (let start = 0; pending !== undefined; start += BLOCK) {
      const block: Float32Array = await pending;
      const end = Math.min(start + BLOCK, rows);
      // The next block is computed while this one is looked at.
      pending = end < rows ? blockFrom(end) : undefined;
      try {
        for (let query = start; query < end; query++) {
          const similarities = block.subarray((query - start) * length, (query - start + 1) * length);
          excludeDuplicates(similarities, gallery, queries, query);
          visit(query, similarities);
        }
        await between(end);
      } catch (error) {
        // Nobody waits for it any more.
        await pending?.catch(() => undefined);
        throw error;
      }
    }
  } finally {
    await held.release();
  }
}
