import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { excludeDuplicates, galleryOf, type LabelledSet } from './embeddingSet.ts';
import { NeighborCollector, type Neighbors } from './nearestNeighbors.ts';
import { RetrievalTally, type RetrievalScore } from './retrieval.ts';

export interface ComparisonOptions {
  readonly bank: LabelledSet;
  /** The bank itself for leave-one-out. */
  readonly queries: LabelledSet;
  /** Nearest labelled images that are kept of each query. */
  readonly neighbors: number;
  /** The k of hit@k and precision@k. */
  readonly cutoffs: readonly number[];
}

export interface Comparison {
  readonly neighbors: Neighbors;
  readonly retrieval: RetrievalScore;
}

/** Queries whose similarities are held at once. */
const BLOCK = 128;

/**
 * `nearestNeighbors` and `evaluateRetrieval` in one pass over the similarities, in float32.
 *
 * @param between called after every block with the queries done; what it throws ends the work
 */
export async function compareWithBank(
  { bank, queries, neighbors, cutoffs }: ComparisonOptions,
  products: MatrixProducts,
  between: (done: number) => Promise<void> | void,
): Promise<Comparison> {
  const gallery = galleryOf(bank, (row) => bank.labels[row]! >= 0);
  const { rows } = gallery;
  const { dim } = queries;
  const collector = new NeighborCollector(rows, queries.rows, neighbors);
  const galleryLabels = Int32Array.from(rows, (row) => bank.labels[row]!);
  const tally = new RetrievalTally(galleryLabels, queries, cutoffs);
  const queryRows = Float32Array.from(normalizedRows(queries.vectors, queries.rows, dim).values);
  const bankRows = Float32Array.from(gallery.vectors.values.subarray(0, rows.length * dim));
  const held = await products.hold(bankRows, rows.length, dim);
  const blockFrom = (start: number) => {
    const count = Math.min(BLOCK, queries.rows - start);
    return held.timesTransposed(queryRows.slice(start * dim, (start + count) * dim), count);
  };
  try {
    let pending = queries.rows > 0 ? blockFrom(0) : undefined;
    for (let start = 0; pending !== undefined; start += BLOCK) {
      const block = await pending;
      const end = Math.min(start + BLOCK, queries.rows);
      // The next block is computed while this one is looked at.
      pending = end < queries.rows ? blockFrom(end) : undefined;
      for (let query = start; query < end; query++) {
        const similarities = block.subarray((query - start) * rows.length, (query - start + 1) * rows.length);
        excludeDuplicates(similarities, gallery, queries, query);
        collector.add(query, similarities);
        tally.add(query, similarities);
      }
      await between(end);
    }
    return { neighbors: collector.neighbors, retrieval: tally.score() };
  } finally {
    await held.release();
  }
}
