import { densityClusters, usualClustering } from '../../core/clustering/densityClusters.ts';
import { nameClusters } from '../../core/clustering/clusterNames.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { allNeighbors } from '../../core/neighbors/allNeighbors.ts';
import { planeNeighbors } from '../../core/neighbors/planeNeighbors.ts';
import { fitsSharedVectors } from '../../core/neighbors/simdProducts.ts';
import type { JobContext } from '../../core/progress.ts';
import { fitCurve } from '../../core/projection/curve.ts';
import { fuzzyGraph } from '../../core/projection/fuzzyGraph.ts';
import { planLayout, usualEpochs } from '../../core/projection/layout.ts';
import { judgedNeighbors, mapQuality, samplePoints, type MapQuality } from '../../core/projection/mapQuality.ts';
import { cosineGraph } from '../../core/projection/neighborGraph.ts';
import { principalPlane, startOf, type PlaneAxes } from '../../core/projection/principalPlane.ts';
import type { MapChoice, MapCluster } from '../../protocol/maps.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import type { StoredNeighbors } from '../store/indexStore.ts';
import { descendOnThreads } from './descentThreads.ts';
import { MOST_EXACT, withExact } from './exactNeighbors.ts';
import { layOutOnThreads } from './layoutThreads.ts';
import type { MapImages } from './mapImages.ts';
import { layOutByUmapJs } from './umapJs.ts';

/** Neighbours that a map is judged by, as in most of what is published. */
const JUDGED_NEIGHBORS = 15;
/** Images that it is judged by: their mean is within half a percent of that over all. */
const JUDGED_IMAGES = 1_000;
/** Neighbours on the map that clusters are found by. */
const CLUSTER_NEIGHBORS = 20;

/** Is told, once the points move, how to get at where they are. */
export type WatchPoints = (positions: () => Float32Array) => void;

export interface LayoutWork {
  readonly images: MapImages;
  readonly choice: MapChoice;
  readonly threads: number;
  readonly watch?: WatchPoints;
  /** Images from above which nearest neighbours are found approximately; `MOST_EXACT` where it is left out. */
  readonly mostExact?: number;
}

/** A map of images, before anything is turned. */
export interface LaidOut {
  /** `images × 2`. */
  readonly positions: Float32Array;
  readonly quality: MapQuality;
  /** Share of the true nearest neighbours that it was made from, of the images that it is judged by; 1 where they are exact. */
  readonly recall: number;
  /** Of `pca`. */
  readonly plane: { readonly explained: readonly [x: number, y: number]; readonly axes: PlaneAxes } | undefined;
  readonly clusterOf: Int32Array;
  readonly clusters: readonly MapCluster[];
  /** Of the embeddings. */
  readonly nearest: StoredNeighbors;
}

/** Images in a neighbourhood, where there may be fewer than were asked for. */
export function neighborhood({ neighbors }: MapChoice, images: number): number {
  return Math.min(neighbors, images);
}

/**
 * Lays images out by their embeddings, finds clusters on the map, and tells how far it can be trusted. Rejects with
 * engine-stopped or `cancelled`, the latter within an epoch of being told to.
 */
export async function layOutImages(work: LayoutWork, context: JobContext): Promise<LaidOut> {
  const { images, choice, threads } = work;
  const { rows } = images;
  const worker = new OnnxWorker();
  try {
    const products = new OnnxProducts(worker, threads);
    const judged = judgedNeighbors(rows, JUDGED_NEIGHBORS);
    const wanted = choice.method === 'umap' ? neighborhood(choice, rows) - 1 : 0;
    const count = Math.min(rows - 1, Math.max(judged, wanted));
    const isLarge = rows > (work.mostExact ?? MOST_EXACT) && fitsSharedVectors(rows, images.dim);
    const found = isLarge
      ? await descendOnThreads(images, count, choice.seed, threads, context)
      : await inPhase('Comparing images', rows, context, (between) => allNeighbors(images, count, products, between));
    const sample = samplePoints(rows, JUDGED_IMAGES, choice.seed);
    const { nearest, recall } = isLarge
      ? await withExact(images, found, sample, products, context)
      : { nearest: found, recall: 1 };
    const plane = await inPhase('Finding the longest axes', rows, context, (between) =>
      principalPlane(images, products, between),
    );
    const positions =
      choice.method === 'umap'
        ? await layOutNeighborhoods(work, nearest, startOf(plane, choice.seed), context)
        : plane.positions;
    const quality = await inPhase('Checking the map', sample.length, context, (between) =>
      mapQuality({ ...images, positions, graph: cosineGraph(nearest), neighbors: judged, sample }, products, between),
    );
    return {
      positions,
      quality,
      recall,
      plane: choice.method === 'pca' ? plane : undefined,
      ...(await clustersOf(images, positions, context)),
      nearest: { perRow: judged, neighbors: firstColumns(nearest, judged) },
    };
  } finally {
    await worker.dispose();
  }
}

async function layOutNeighborhoods(
  { images, choice, threads, watch }: LayoutWork,
  nearest: Neighbors,
  start: Float32Array,
  context: JobContext,
): Promise<Float32Array> {
  const { minimumDistance, seed, layout } = choice;
  const graph = cosineGraph(nearest, neighborhood(choice, images.rows) - 1);
  const epochs = usualEpochs(images.rows);
  if (layout === 'umap-js') return layOutByUmapJs(graph, { minimumDistance, seed, epochs, watch }, context);
  const plan = planLayout(fuzzyGraph(graph), { curve: fitCurve(minimumDistance), epochs, seed });
  return layOutOnThreads(plan, start, threads, context, watch);
}

/** Clusters of the map, since those are what a person sees; embeddings are too sparse for densities to tell much. */
function clustersOf(images: MapImages, positions: Float32Array, context: JobContext) {
  return inPhase('Finding clusters', images.rows, context, async (between) => {
    const graph = planeNeighbors(positions, Math.min(CLUSTER_NEIGHBORS, images.rows - 1));
    await between(Math.floor(images.rows / 2));
    const clusters = densityClusters(graph, usualClustering(images.rows));
    const named = nameClusters({ ...images, clusters }).map(({ name, size, representative }, id) => ({
      id,
      name,
      size,
      representative: images.paths[representative]!,
    }));
    return { clusterOf: clusters.clusterOf, clusters: named };
  });
}

function firstColumns({ rows, count, queries }: Neighbors, columns: number): Int32Array {
  if (columns === count) return rows;
  const first = new Int32Array(queries * columns);
  for (let row = 0; row < queries; row++) {
    first.set(rows.subarray(row * count, row * count + columns), row * columns);
  }
  return first;
}
