import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { evenProducts } from '../../core/linearAlgebra/evenProducts.ts';
import { allNeighbors, type UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import { fitsSharedVectors } from '../../core/neighbors/simdProducts.ts';
import { updatedNeighbors, type FormerNeighbors } from '../../core/neighbors/updatedNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { samplePoints } from '../../core/projection/mapQuality.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import { descendOnThreads } from '../maps/descentThreads.ts';
import { MOST_EXACT, withExact } from '../maps/exactNeighbors.ts';
import type { FormerImages } from './checkedBefore.ts';
import type { CuratedImages } from './curatedImages.ts';

/** Neighbours of each image: for scenes the images around it count too. */
const NEIGHBORS = 20;
/** Images whose neighbours are looked for exactly, where those of all are found approximately: they tell the recall. */
const CHECKED = 500;
const SEED = 0;

export interface ImageNeighbors {
  readonly neighbors: Neighbors;
  /** Share of the neighbours that are the right ones; 1 where they are exact. */
  readonly recall: number;
}

/**
 * The nearest of each image among all others: exactly, or, of very many, nearly so. Rejects with `cancelled` or engine-stopped.
 *
 * @param former what was found before: only what has changed since is looked for
 * @param mostExact images from above which neighbours are found approximately
 */
export function imageNeighbors(
  images: UnitVectors & Pick<CuratedImages, 'paths' | 'contentKeys'>,
  threads: number,
  context: JobContext,
  former?: FormerImages,
  mostExact = MOST_EXACT,
): Promise<ImageNeighbors> {
  const count = Math.min(NEIGHBORS, images.rows - 1);
  return withProducts(threads, async (plain) => {
    const products = evenProducts(plain);
    if (former?.neighbors.count === count) {
      const found = await inPhase('Comparing what has changed', images.rows, context, (between) =>
        updatedNeighbors(images, formerNeighbors(images, former), products, between),
      );
      if (found) return { neighbors: found, recall: former.recall };
    }
    if (images.rows > mostExact && fitsSharedVectors(images.rows, images.dim)) {
      const found = await descendOnThreads(images, count, SEED, threads, context);
      const { nearest: neighbors, recall } = await withExact(
        images,
        found,
        samplePoints(images.rows, CHECKED, SEED),
        products,
        context,
      );
      return { neighbors, recall };
    }
    const neighbors = await inPhase('Comparing images', images.rows, context, (between) =>
      allNeighbors(images, count, products, between),
    );
    return { neighbors, recall: 1 };
  });
}

/** Both are in the order of their paths. */
function formerNeighbors(
  { paths, contentKeys }: Pick<CuratedImages, 'paths' | 'contentKeys'>,
  former: FormerImages,
): FormerNeighbors {
  const rows = new Map(paths.map((path, row) => [path, row]));
  const rowOf = Int32Array.from(former.paths, (path, formerRow) => {
    const row = rows.get(path) ?? -1;
    return row >= 0 && contentKeys[row] === former.contentKeys[formerRow] ? row : -1;
  });
  return { neighbors: former.neighbors, rowOf };
}
