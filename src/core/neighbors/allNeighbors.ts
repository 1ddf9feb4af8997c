import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { NearestLists } from './nearestLists.ts';

/** Rows that others are multiplied by, and rows that are multiplied at once: 8 MiB of products. */
const TILE = 4096;
const BLOCK = 512;

/** Vectors that look for their like among themselves. */
export interface UnitVectors {
  /** `rows × dim`, finite; each of length 1. */
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly dim: number;
}

/**
 * The exact nearest neighbours by cosine similarity of every row among all others, in float32. Each pair is multiplied
 * once and serves both of its rows, which halves the work of `neighborsByProducts`; and nothing is left out, duplicates
 * neither. Equal similarities come in the order of the rows. Holds a tile of the vectors and two blocks of products at a
 * time.
 *
 * @param between is told the rows' worth of pairs that is done
 */
export async function allNeighbors(
  { vectors, rows, dim }: UnitVectors,
  count: number,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors> {
  const nearest = new NearestLists(rows, count);
  const pairs = (rows * rows) / 2;
  let seen = 0;
  for (let tile = 0; tile < rows; tile += TILE) {
    const tileEnd = Math.min(tile + TILE, rows);
    // A copy: to another thread, a part of an array takes all of it along.
    const held = await products.hold(vectors.slice(tile * dim, tileEnd * dim), tileEnd - tile, dim);
    const blockFrom = (start: number) => {
      const end = Math.min(start + BLOCK, tileEnd);
      return held.timesTransposed(vectors.slice(start * dim, end * dim), end - start);
    };
    let pending: Promise<Float32Array> | undefined = blockFrom(0);
    try {
      for (let start = 0; pending !== undefined; start += BLOCK) {
        const block: Float32Array = await pending;
        const end = Math.min(start + BLOCK, tileEnd);
        // The next block is computed while this one is looked at.
        pending = end < tileEnd ? blockFrom(end) : undefined;
        nearest.addPairs(block, start, end, tile, tileEnd);
        seen += (end - start) * (tileEnd - tile);
        await between(Math.min(rows, Math.round((rows * Math.min(seen, pairs)) / pairs)));
      }
    } catch (error) {
      // Nobody waits for it any more.
      await pending?.catch(() => undefined);
      throw error;
    } finally {
      await held.release();
    }
  }
  return nearest.neighbors();
}
