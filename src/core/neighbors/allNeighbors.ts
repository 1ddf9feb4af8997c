import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { NearestLists } from './nearestLists.ts';
import { eachPairBlock } from './pairBlocks.ts';

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
  images: UnitVectors,
  count: number,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors> {
  const nearest = new NearestLists(images.rows, count);
  await eachPairBlock(images, products, between, ({ products: block, start, end, tile, tileEnd }) => {
    nearest.addPairs(block, start, end, tile, tileEnd);
  });
  return nearest.neighbors();
}
