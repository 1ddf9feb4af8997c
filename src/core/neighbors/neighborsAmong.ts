import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from './allNeighbors.ts';
import { NearestLists } from './nearestLists.ts';

/** Rows of the bank, and queries, that are multiplied at once: 8 MiB of products. */
const TILE = 4096;
const BLOCK = 512;

/**
 * The exact nearest of some rows, by cosine similarity, for each of some others, in float32; nothing is left out,
 * duplicates neither. Equal similarities come in the order of the bank. Holds a tile of the bank and a block of products.
 *
 * @param queries rows that look for others
 * @param bank rows that are found
 * @param count at most the rows of the bank
 * @param between is told the queries' worth of work that is done
 * @returns for each query, places in the bank
 */
export async function neighborsAmong(
  { vectors, dim }: UnitVectors,
  queries: Uint32Array,
  bank: Uint32Array,
  count: number,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors> {
  const nearest = new NearestLists(queries.length, count);
  for (let tile = 0; tile < bank.length; tile += TILE) {
    const tileEnd = Math.min(tile + TILE, bank.length);
    const held = await products.hold(gathered(vectors, dim, bank.subarray(tile, tileEnd)), tileEnd - tile, dim);
    try {
      for (let start = 0; start < queries.length; start += BLOCK) {
        const end = Math.min(start + BLOCK, queries.length);
        const block = await held.timesTransposed(gathered(vectors, dim, queries.subarray(start, end)), end - start);
        nearest.addOthers(block, start, end, tile, tileEnd);
        await between(Math.floor((queries.length * tile + end * (tileEnd - tile)) / bank.length));
      }
    } finally {
      await held.release();
    }
  }
  return nearest.neighbors();
}

/** Some rows of a matrix, one after the other. */
export function gathered(vectors: Float32Array, dim: number, rows: Uint32Array): Float32Array<ArrayBuffer> {
  const chosen = new Float32Array(rows.length * dim);
  rows.forEach((row, place) => {
    chosen.set(vectors.subarray(row * dim, (row + 1) * dim), place * dim);
  });
  return chosen;
}
