import { scenePairs, type ScenePair } from '../../core/curation/scenes.ts';
import { AROUND } from '../../core/curation/usualDistances.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import { whitenedSimilarities } from '../../core/neighbors/whitenedSimilarities.ts';
import type { JobContext } from '../../core/progress.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';

/**
 * Pairs of images that may be shots of one scene; none where there are too few images to tell. Rejects with `cancelled`.
 *
 * @param ratio as of `scenePairs`
 */
export async function findScenes(
  images: UnitVectors,
  neighbors: Neighbors,
  ratio: number | undefined,
  threads: number,
  context: JobContext,
): Promise<ScenePair[]> {
  if (neighbors.count <= AROUND.from) return [];
  const whitened = await withProducts(threads, (products) =>
    inPhase('Looking for scenes', 2 * images.rows, context, (between) =>
      whitenedSimilarities(images, neighbors, products, between),
    ),
  );
  return scenePairs(whitened, ratio);
}
