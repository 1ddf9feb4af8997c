import { ROW_TILE, rowProducts, type RowMatrix } from '../linearAlgebra/rowMatrix.ts';

/** Multiplications per block: about ten milliseconds. */
const BLOCK_WORK = 2 ** 25;

/** Similarities of a few queries with the whole bank. */
export interface SimilarityBlock {
  /** The first query, and the one after the last. */
  readonly start: number;
  readonly end: number;
  /** Of query q: `bank.rows` numbers. Valid until the next block. */
  readonly of: (query: number) => Float64Array;
}

/**
 * Inner products of all rows of `queries` with all rows of `bank`, a block of queries at a time; cosine similarities
 * where the rows have length 1. Holds one block, never the whole matrix.
 */
export function* similarityBlocks(queries: RowMatrix, bank: RowMatrix): Generator<SimilarityBlock, void, void> {
  const tiles = Math.floor(BLOCK_WORK / Math.max(1, bank.paddedRows * bank.dim * ROW_TILE));
  const height = Math.min(Math.max(1, tiles) * ROW_TILE, queries.paddedRows);
  const products = new Float64Array(height * bank.paddedRows);
  for (let start = 0; start < queries.rows; start += height) {
    const paddedEnd = Math.min(start + height, queries.paddedRows);
    rowProducts(queries, start, paddedEnd, bank, products);
    const of = (query: number) => {
      const offset = (query - start) * bank.paddedRows;
      return products.subarray(offset, offset + bank.rows);
    };
    yield { start, end: Math.min(paddedEnd, queries.rows), of };
  }
}
