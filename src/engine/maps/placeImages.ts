import { neighborsAmong, gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { fitCurve } from '../../core/projection/curve.ts';
import { cosineGraph, type NeighborGraph } from '../../core/projection/neighborGraph.ts';
import { placePoints } from '../../core/projection/placing.ts';
import { projectOnto, type PlaneAxes } from '../../core/projection/principalPlane.ts';
import type { MapChoice } from '../../protocol/maps.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';

export interface PlacingWork {
  /** Of all images. */
  readonly vectors: UnitVectors;
  /** Rows that have a place on the map. */
  readonly old: Uint32Array;
  /** Rows that need one. */
  readonly added: Uint32Array;
  /** Of the old ones, `old × 2`. */
  readonly positions: Float32Array;
  /** Of the old ones; −1 for none. */
  readonly clusterOf: Int32Array;
  readonly choice: MapChoice;
  /** Of a map by principal components. */
  readonly axes: PlaneAxes | undefined;
  readonly threads: number;
}

export interface Placed {
  /** Of the added ones, `added × 2`. */
  readonly positions: Float32Array;
  readonly clusterOf: Int32Array;
}

/** Gives new images places on a map whose points stay, and the cluster that most of their neighbours are in. */
export async function placeImages(work: PlacingWork, context: JobContext): Promise<Placed> {
  const { vectors, old, added, choice, axes } = work;
  const worker = new OnnxWorker();
  try {
    const products = new OnnxProducts(worker, work.threads);
    const count = Math.min(choice.neighbors, old.length);
    const nearest = await inPhase('Placing new images', added.length, context, (between) =>
      neighborsAmong(vectors, added, old, count, products, between),
    );
    const graph = cosineGraph(nearest);
    const positions =
      axes === undefined
        ? placePoints(work.positions, graph, { curve: fitCurve(choice.minimumDistance), seed: choice.seed })
        : projectOnto(axes, {
            vectors: gathered(vectors.vectors, vectors.dim, added),
            rows: added.length,
            dim: vectors.dim,
          });
    return { positions, clusterOf: clustersOf(graph, work.clusterOf) };
  } finally {
    await worker.dispose();
  }
}

/** The cluster of most neighbours; of several, that of the nearest one. */
function clustersOf({ rows, count, neighbors }: NeighborGraph, clusterOf: Int32Array): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    const votes = new Map<number, number>();
    for (const neighbor of neighbors.subarray(row * count, (row + 1) * count)) {
      const cluster = clusterOf[neighbor] ?? -1;
      votes.set(cluster, (votes.get(cluster) ?? 0) + 1);
    }
    let [best, most] = [-1, 0];
    for (const [cluster, number] of votes) if (number > most) [best, most] = [cluster, number];
    return best;
  });
}
