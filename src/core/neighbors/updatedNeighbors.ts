import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from './allNeighbors.ts';
import { NearestLists } from './nearestLists.ts';
import { gathered } from './neighborsAmong.ts';

/** As those of all pairs: see `pairBlocks.ts`. */
const TILE = 4096;
const BLOCK = 512;
/** Where more of the rows are searched anew, all may be. */
const MOST_SEARCHED = 0.4;

/** Neighbours as they were before some rows came and others went. */
export interface FormerNeighbors {
  readonly neighbors: Neighbors;
  /** The present row of each former one, ascending; −1 for those that are gone. */
  readonly rowOf: Int32Array;
}

/**
 * What `allNeighbors` finds, by what it had found before: new rows look at all others and get into the lists of those, and rows
 * that have lost a neighbour look at all others again. Undefined where that is no less work.
 *
 * @param products give the same number for two rows whichever others are multiplied with them
 * @param between is told the rows' worth of work that is done
 */
export async function updatedNeighbors(
  images: UnitVectors,
  { neighbors: former, rowOf }: FormerNeighbors,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors | undefined> {
  const { vectors, rows, dim } = images;
  const { count } = former;
  const nearest = new NearestLists(rows, count);
  const isKnown = new Uint8Array(rows);
  const isNew = new Uint8Array(rows).fill(1);
  const others = new Int32Array(count);
  rowOf.forEach((row, formerRow) => {
    if (row < 0) return;
    isNew[row] = 0;
    const start = formerRow * count;
    for (let i = 0; i < count; i++) others[i] = rowOf[former.rows[start + i]!] ?? -1;
    if (others.includes(-1)) return;
    isKnown[row] = 1;
    nearest.restore(row, others, former.similarities.subarray(start, start + count));
  });
  const searched = Uint32Array.from(isKnown.keys()).filter((row) => isKnown[row] === 0);
  if (searched.length > MOST_SEARCHED * rows) return undefined;
  for (let tile = 0; tile < rows && searched.length > 0; tile += TILE) {
    const tileEnd = Math.min(tile + TILE, rows);
    const bank: Float32Array = vectors.slice(tile * dim, tileEnd * dim);
    const held = await products.hold(bank, tileEnd - tile, dim);
    try {
      for (let start = 0; start < searched.length; start += BLOCK) {
        const lines = searched.slice(start, start + BLOCK);
        const block = await held.timesTransposed(gathered(vectors, dim, lines), lines.length);
        nearest.addSearched(block, lines, { isKnown, isNew }, tile, tileEnd);
        await between(tile + Math.floor(((start + lines.length) * (tileEnd - tile)) / searched.length));
      }
    } finally {
      await held.release();
    }
  }
  return nearest.neighbors();
}
