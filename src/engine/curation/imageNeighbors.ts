import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { MatrixProducts } from '../../core/linearAlgebra/products.ts';
import { allNeighbors, type UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';

/** Neighbours of each image: for scenes the images around it count too. */
const NEIGHBORS = 20;

/** The nearest of each image among all others. Rejects with `cancelled`. */
export function imageNeighbors(images: UnitVectors, threads: number, context: JobContext): Promise<Neighbors> {
  return withProducts(threads, (products) =>
    inPhase('Comparing images', images.rows, context, (between) =>
      allNeighbors(images, Math.min(NEIGHBORS, images.rows - 1), products, between),
    ),
  );
}

/** Lends products of matrices on a thread of their own, as long as the work takes. */
export async function withProducts<T>(threads: number, work: (products: MatrixProducts) => Promise<T>): Promise<T> {
  const worker = new OnnxWorker();
  try {
    return await work(new OnnxProducts(worker, threads));
  } finally {
    await worker.dispose();
  }
}
