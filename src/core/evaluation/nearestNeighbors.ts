import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { topK } from '../neighbors/topK.ts';
import { excludeDuplicates, galleryOf, type EmbeddingSet } from './embeddingSet.ts';
import { similarityBlocks } from './similarityBlocks.ts';
import type { Steps } from './steps.ts';

/** The nearest rows of a bank, per query. */
export interface Neighbors {
  readonly queries: number;
  /** Columns below. */
  readonly count: number;
  /** `queries × count`: rows of the bank, most similar first; −1 after the last where there are fewer. */
  readonly rows: Int32Array;
  /** `queries × count`: their cosine similarities; NaN after the last. */
  readonly similarities: Float64Array;
}

export interface NeighborSearch {
  readonly bank: EmbeddingSet;
  /** The bank itself for leave-one-out: no row is then its own neighbour. */
  readonly queries: EmbeddingSet;
  readonly count: number;
  /** Rows of the bank that may be found, for example those with a label; all where it's left out. */
  readonly accept?: (row: number) => boolean;
}

/**
 * Exact nearest neighbours by cosine similarity, duplicates of the query left out. Rows whose similarities are the same
 * number in float32 come in the order of the bank.
 */
export function* nearestNeighbors({ bank, queries, count, accept = () => true }: NeighborSearch): Steps<Neighbors> {
  const gallery = galleryOf(bank, accept);
  const queryRows = normalizedRows(queries.vectors, queries.rows, queries.dim);
  const collector = new NeighborCollector(gallery.rows, queries.rows, count);
  const scores = new Float32Array(gallery.rows.length);
  for (const { start, end, of } of similarityBlocks(queryRows, gallery.vectors)) {
    for (let query = start; query < end; query++) {
      const exact = of(query);
      scores.set(exact);
      excludeDuplicates(scores, gallery, queries, query);
      collector.add(query, scores, exact);
    }
    yield end;
  }
  return collector.neighbors;
}

/** Keeps the nearest of one query after another. */
export class NeighborCollector {
  readonly neighbors: Neighbors;
  readonly #galleryRows: Uint32Array;

  /** @param galleryRows rows of the bank that may be found, in the order of their similarities */
  constructor(galleryRows: Uint32Array, queries: number, count: number) {
    this.#galleryRows = galleryRows;
    const rows = new Int32Array(queries * count).fill(-1);
    const similarities = new Float64Array(queries * count).fill(Number.NaN);
    this.neighbors = { queries, count, rows, similarities };
  }

  /**
   * @param scores one per row of the gallery; NaN for those that may not be found
   * @param exact the same in full precision, where it is known
   */
  add(query: number, scores: Float32Array, exact: Float64Array | Float32Array = scores): void {
    const { count, rows, similarities } = this.neighbors;
    topK(scores, count, () => true).rows.forEach((position, rank) => {
      rows[query * count + rank] = this.#galleryRows[position]!;
      similarities[query * count + rank] = exact[position]!;
    });
  }
}
