import { usage, type LikenessError } from '../../core/errors.ts';
import { nameClusters } from '../../core/clustering/clusterNames.ts';
import { densityClusters, usualClustering } from '../../core/clustering/densityClusters.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { allNeighbors, type UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import { planeNeighbors } from '../../core/neighbors/planeNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { fitCurve } from '../../core/projection/curve.ts';
import { fuzzyGraph } from '../../core/projection/fuzzyGraph.ts';
import { planLayout, usualEpochs } from '../../core/projection/layout.ts';
import { judgedNeighbors, mapQuality, samplePoints, type MapQuality } from '../../core/projection/mapQuality.ts';
import { cosineGraph } from '../../core/projection/neighborGraph.ts';
import { principalPlane, startOf } from '../../core/projection/principalPlane.ts';
import type { MapMethod, MapReport, MapRequest } from '../../protocol/maps.ts';
import type { Dataset } from '../dataset.ts';
import type { Encoder, ResolvedEncoder } from '../encoders/encoder.ts';
import { currentEncoder, encoderReference } from '../encoders/encoderChoice.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { embedMissing } from '../evaluation/embedMissing.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { assertOutputFile } from '../store/outputFile.ts';
import { layOutOnThreads } from './layoutThreads.ts';
import { assertMapFile, writeMap } from './mapFile.ts';
import { readMapImages, type MapImages } from './mapImages.ts';

const DEFAULT_NEIGHBORS = 15;
const MOST_NEIGHBORS = 200;
const DEFAULT_MINIMUM_DISTANCE = 0.1;
/** Neighbours that a map is judged by, as in most of what is published. */
const JUDGED_NEIGHBORS = 15;
/** Images that it is judged by: their mean is within half a percent of that over all. */
const JUDGED_IMAGES = 1_000;
/** Neighbours on the map that clusters are found by. */
const CLUSTER_NEIGHBORS = 20;

export interface MappingOptions {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  readonly threads: number;
  readonly load: (encoder: ResolvedEncoder) => Promise<Encoder>;
}

/** Refuses what can't be done before anything is. Rejects with usage or file-exists. */
export async function checkMapRequest(
  { method = 'umap', neighbors = 2, minimumDistance = 0, seed = 0, out }: MapRequest,
  dataset: Pick<Dataset, 'root' | 'config'>,
): Promise<void> {
  const methods: readonly MapMethod[] = ['umap', 'pca'];
  if (!methods.includes(method)) throw usage(`Maps are made by ${methods.join(' or ')}, not by "${method}".`);
  if (!Number.isInteger(neighbors) || neighbors < 2 || neighbors > MOST_NEIGHBORS) {
    throw usage(`A neighbourhood has 2 to ${MOST_NEIGHBORS} images, not ${neighbors}.`);
  }
  if (!(minimumDistance >= 0 && minimumDistance < 3)) {
    throw usage(`The distance that points keep is a number from 0 to below 3, not ${minimumDistance}.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw usage(`The seed is a whole number from 0, not ${seed}.`);
  if (out) {
    assertMapFile(out.file);
    await assertOutputFile(out, dataset);
  }
}

/**
 * Lays out the images below a folder by their embeddings, finds clusters on the map, and tells how far it can be trusted.
 *
 * @param request one that `checkMapRequest` lets pass
 *
 * Rejects with the codes of `readMapImages`, `writeMap`, of encoders and of the store, with engine-stopped or `cancelled`.
 */
export async function mapFolder(request: MapRequest, options: MappingOptions, context: JobContext): Promise<MapReport> {
  const startedAt = performance.now();
  const { dataset } = options;
  const { root, store } = dataset;
  const { method = 'umap', minimumDistance = DEFAULT_MINIMUM_DISTANCE, seed = 0, out } = request;
  const below = relativeToRoot(root, request.folder) ?? '';
  const encoder = await embeddedEncoder(request.encoder, below, options, context);
  const images = await readMapImages(dataset, encoder, below);
  const neighbors = Math.min(request.neighbors ?? DEFAULT_NEIGHBORS, images.rows);
  const work = { images, method, neighbors, minimumDistance, seed, threads: options.threads };
  const { positions, quality, explained } = await layOutImages(work, context);
  const clusters = clustersOf(images, positions);
  const report: MapReport = {
    root,
    encoder: { id: encoder.card.id, dim: images.dim },
    points: images.paths,
    x: positions.filter((_, i) => i % 2 === 0),
    y: positions.filter((_, i) => i % 2 === 1),
    cluster: clusters.clusterOf,
    labels: images.labels,
    splits: images.splits,
    clusters: clusters.named,
    trustworthiness: quality.trustworthiness,
    neighborsKept: quality.neighborsKept,
    judged: { neighbors: quality.neighbors, images: quality.points },
    method,
    neighbors,
    minimumDistance,
    seed,
    explained,
    out: out?.file,
    seconds: secondsSince(startedAt),
    notices: [],
  };
  const written: readonly LikenessError[] = out ? await writeMap(out, report, store, context) : [];
  const notices = [...images.notices, ...written].map(({ code, message }) => ({ code, message }));
  return { ...report, seconds: secondsSince(startedAt), notices: [...store.notices, ...notices] };
}

/** The dataset's own encoder needs no model: its vectors are in the index. Another one embeds what it hasn't yet. */
async function embeddedEncoder(
  chosen: string | undefined,
  below: string,
  { dataset, registry, load }: MappingOptions,
  context: JobContext,
) {
  const { root, store } = dataset;
  const current = currentEncoder(dataset);
  if (chosen === undefined && current !== undefined) return current;
  const encoder = await load(await registry.resolve(encoderReference(dataset, chosen), root));
  const files = store.readFiles(below === '' ? undefined : [below]);
  const images = store.readImagePaths().flatMap((path) => {
    const contentKey = files.get(path)?.contentKey;
    return contentKey === undefined ? [] : [{ path, contentKey, label: '', split: undefined }];
  });
  return { key: await embedMissing(store, encoder, images, context), card: encoder.card };
}

export interface LayoutWork {
  readonly images: UnitVectors;
  readonly method: MapMethod;
  readonly neighbors: number;
  readonly minimumDistance: number;
  readonly seed: number;
  readonly threads: number;
}

export interface LaidOut {
  readonly positions: Float32Array;
  readonly quality: MapQuality;
  readonly explained: MapReport['explained'];
}

/** Positions of images by their vectors, and how far they can be trusted. */
export async function layOutImages(work: LayoutWork, context: JobContext): Promise<LaidOut> {
  const { images, method, seed, threads } = work;
  const worker = new OnnxWorker();
  try {
    const products = new OnnxProducts(worker, threads);
    const judged = judgedNeighbors(images.rows, JUDGED_NEIGHBORS);
    const count = Math.min(images.rows - 1, Math.max(judged, method === 'umap' ? work.neighbors - 1 : 0));
    const nearest = await inPhase('Comparing images', images.rows, context, (between) =>
      allNeighbors(images, count, products, between),
    );
    const plane = await inPhase('Finding the longest axes', images.rows, context, (between) =>
      principalPlane(images, products, between),
    );
    const positions =
      method === 'umap' ? await layOutNeighborhoods(work, nearest, startOf(plane, seed), context) : plane.positions;
    const sample = samplePoints(images.rows, JUDGED_IMAGES, seed);
    const quality = await inPhase('Checking the map', sample.length, context, (between) =>
      mapQuality({ ...images, positions, graph: cosineGraph(nearest), neighbors: judged, sample }, products, between),
    );
    return { positions, quality, explained: method === 'pca' ? plane.explained : undefined };
  } finally {
    await worker.dispose();
  }
}

function layOutNeighborhoods(
  { images, neighbors, minimumDistance, seed, threads }: LayoutWork,
  nearest: Neighbors,
  start: Float32Array,
  context: JobContext,
): Promise<Float32Array> {
  const graph = fuzzyGraph(cosineGraph(nearest, neighbors - 1));
  const plan = planLayout(graph, { curve: fitCurve(minimumDistance), epochs: usualEpochs(images.rows), seed });
  return layOutOnThreads(plan, start, threads, context);
}

/** Clusters of the map, since those are what a person sees; embeddings are too sparse for densities to tell much. */
function clustersOf(images: MapImages, positions: Float32Array) {
  const graph = planeNeighbors(positions, Math.min(CLUSTER_NEIGHBORS, images.rows - 1));
  const clusters = densityClusters(graph, usualClustering(images.rows));
  const named = nameClusters({ ...images, clusters }).map(({ name, size, representative }, id) => ({
    id,
    name,
    size,
    representative: images.paths[representative]!,
  }));
  return { clusterOf: clusters.clusterOf, named };
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
