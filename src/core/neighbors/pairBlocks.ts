import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from './allNeighbors.ts';

/** Rows that others are multiplied by, and rows that are multiplied at once: 8 MiB of products. */
const TILE = 4096;
const BLOCK = 512;

/** Products of the rows from `start` with the rows from `tile`. Those of a row with itself and with rows before it count nothing. */
export interface PairBlock {
  /** `(end − start) × (tileEnd − tile)`; valid during the visit only. */
  readonly products: Float32Array;
  readonly start: number;
  readonly end: number;
  readonly tile: number;
  readonly tileEnd: number;
}

/**
 * Hands out the inner products of all pairs of rows in float32, each pair once as (lower row, higher row): those of a block for
 * which `tile + column > start + line`. Holds a tile of the vectors and two blocks of products at a time.
 *
 * @param between is told the rows' worth of pairs that is done
 */
export async function eachPairBlock(
  { vectors, rows, dim }: UnitVectors,
  products: MatrixProducts,
  between: BetweenBlocks,
  visit: (block: PairBlock) => void,
): Promise<void> {
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
        visit({ products: block, start, end, tile, tileEnd });
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
}
