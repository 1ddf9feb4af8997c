import type { LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { MapReport, MapRequest } from '../../protocol/maps.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { IndexStore, MapKey, StoredEncoder, StoredMap } from '../store/indexStore.ts';
import { readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import { readCaptions } from '../captions/knownCaptions.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { namedByWords } from './clusterWords.ts';
import { embeddedBelow, layOutAndKeep, mapKey } from './keptLayouts.ts';
import { clustersNow, matchImages, readSummary } from './keptMap.ts';
import { choiceOf } from './mapChoice.ts';
import {
  isOutdated,
  mappedEncoder,
  notOnMap,
  type MappedEncoder,
  type MappedOptions,
  type MappingOptions,
} from './mapEncoder.ts';
import { writeMap } from './mapFile.ts';
import { readMapImages } from './mapImages.ts';

/**
 * Lays out the images below a folder by their embeddings, finds clusters on the map, and tells how far it can be trusted.
 *
 * @param request one that `checkMapRequest` lets pass
 *
 * Rejects with the codes of `readMapImages`, `writeMap`, of encoders and of the store, with engine-stopped or `cancelled`.
 */
export async function mapFolder(request: MapRequest, options: MappedOptions, context: JobContext): Promise<MapReport> {
  const startedAt = performance.now();
  const { dataset } = options;
  const { store } = dataset;
  const below = relativeToRoot(dataset.root, request.folder) ?? '';
  const mapped = await mappedEncoder(request, below, options, context);
  const { encoder } = mapped;
  const key = mapKey(encoder, below, choiceOf(request));
  const kept = request.kept === true ? wholeMap(store, key) : undefined;
  const made = kept === undefined ? await newMap(request, key, encoder, options, context) : undefined;
  const map = kept ?? made!.map;
  const numbered = await reportOf(map, below, request, mapped, dataset);
  const images = { paths: numbered.points, clusterOf: numbered.cluster, labels: numbered.labels };
  const naming = { ...options, words: request.words };
  const named = await namedByWords(numbered.clusters, images, mapped, naming, context);
  const all = { ...numbered, clusters: named.clusters };
  const report = request.images === undefined ? all : onlyImages(all, new Set(request.images));
  const { out } = request;
  const seconds = () => Math.round(performance.now() - startedAt) / 1000;
  const whole: MapReport = { ...report, keptSince: kept?.madeAt, seconds: seconds() };
  // The notices of a map of captions are among its own.
  const own = mapped.captions && { ...mapped.captions, notices: [] };
  const captions = async () => own ?? (await orNotice(() => readCaptions(dataset, store.readImagePaths())));
  const written = out ? await writeMap(out, whole, { store, captions }, context) : [];
  const notices = [...(made?.notices ?? []), ...named.notices, ...written].map(({ code, message }) => ({
    code,
    message,
  }));
  return { ...whole, seconds: seconds(), notices: [...store.notices, ...whole.notices, ...notices] };
}

/** A kept map of just the images that there are, as they were laid out. */
function wholeMap(store: IndexStore, key: MapKey): StoredMap | undefined {
  const map = store.readMap(key);
  if (map === undefined || isOutdated(store, key, map)) return undefined;
  const images = embeddedBelow(store, key.encoderKey, key.folder);
  const isSame = images.length === map.laidOut && matchImages(images, map).every((row, i) => row === i);
  return isSame ? map : undefined;
}

async function newMap(
  request: MapRequest,
  key: MapKey,
  encoder: StoredEncoder,
  { dataset, threads }: MappingOptions,
  context: JobContext,
): Promise<{ readonly map: StoredMap; readonly notices: readonly LikenessError[] }> {
  const images = await readMapImages(dataset, encoder, key.folder);
  const { store } = dataset;
  // From scratch the same images give the same map; where one of fewer or more images is kept, the new one lies upon it.
  const alignTo = request.kept === true ? store.readMap(key) : undefined;
  return layOutAndKeep({ store, images, key, choice: choiceOf(request), threads, alignTo }, context);
}

/** The map of some of its images, which stay where they are; clusters without one of them are left out. */
function onlyImages<Report extends Omit<MapReport, 'keptSince' | 'seconds'>>(
  report: Report,
  wanted: ReadonlySet<string>,
): Report {
  const { points, x, y, cluster, labels, splits, clusters } = report;
  const rows = [...points.keys()].filter((row) => wanted.has(points[row]!));
  const clusterOf = Int32Array.from(rows, (row) => cluster[row]!);
  const sizes = new Map<number, number>();
  for (const id of clusterOf) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  return {
    ...report,
    points: rows.map((row) => points[row]!),
    x: Float32Array.from(rows, (row) => x[row]!),
    y: Float32Array.from(rows, (row) => y[row]!),
    cluster: clusterOf,
    labels: rows.map((row) => labels[row]),
    splits: rows.map((row) => splits[row]),
    clusters: clusters.flatMap((one) => (sizes.has(one.id) ? [{ ...one, size: sizes.get(one.id)! }] : [])),
  };
}

async function reportOf(
  map: StoredMap,
  below: string,
  request: MapRequest,
  mapped: MappedEncoder,
  dataset: Dataset,
): Promise<Omit<MapReport, 'keptSince' | 'seconds'>> {
  const { root, store } = dataset;
  const { encoder, captions } = mapped;
  const { laidOut, clusterOf } = map;
  const paths = map.paths.slice(0, laidOut);
  const positions = map.positions.subarray(0, 2 * laidOut);
  const summary = readSummary(map);
  const readable = store.readImagePaths();
  const known = await readKnownLabelsIfAny(dataset, readable);
  const present = new Set(paths);
  const missing = readable.filter((path) => (below === '' || path.startsWith(`${below}/`)) && !present.has(path));
  const notices = [
    ...known.notices,
    ...mapped.notices,
    ...(missing.length > 0 ? [notOnMap(mapped, root, missing)] : []),
  ];
  const labels = paths.map(known.labelOf);
  const cluster = clusterOf.slice(0, laidOut);
  const { trustworthiness, neighborsKept, judged, recall, plane, neighbors } = summary;
  const { method, minimumDistance, seed } = choiceOf(request);
  return {
    root,
    encoder: { id: encoder.card.id, dim: encoder.card.output.dim },
    points: paths,
    x: positions.filter((_, i) => i % 2 === 0),
    y: positions.filter((_, i) => i % 2 === 1),
    cluster,
    labels,
    splits: paths.map(known.splitOf),
    clusters: clustersNow(cluster, summary, paths, labels, captions),
    ...{ trustworthiness, neighborsKept, judged, recall, method, neighbors, minimumDistance, seed },
    explained: plane?.explained,
    out: request.out?.file,
    notices: notices.map(({ code, message }) => ({ code, message })),
  };
}
