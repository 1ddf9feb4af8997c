import { join } from 'node:path';
import type { LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { OpenedMap, OpenMapRequest } from '../../protocol/maps.ts';
import type { Dataset } from '../dataset.ts';
import type { KnownLabels } from '../labels/knownLabels.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { EmbeddedImage, MapKey, StoredEncoder, StoredMap } from '../store/indexStore.ts';
import { namedByWords } from './clusterWords.ts';
import { embeddedBelow, lastMap, layOutAndKeep, mapKey, turning } from './keptLayouts.ts';
import { axesOf, clustersNow, matchImages, readSummary } from './keptMap.ts';
import type { LiveMaps } from './liveMaps.ts';
import {
  encoderOf,
  isOutdated,
  mappedEncoder,
  notOnMap,
  type MappedEncoder,
  type MappedOptions,
} from './mapEncoder.ts';
import { assertEnough, readMapImages } from './mapImages.ts';
import { placeImages } from './placeImages.ts';

export interface OpeningOptions extends MappedOptions {
  readonly labels: () => Promise<KnownLabels>;
  readonly live: LiveMaps;
}

/** A kept map of which this share of the images is missing is not worth placing the others in. */
const LEAST_KNOWN = 0.5;

/**
 * The map of a folder: the one that is kept, with images placed in it that have come since, or a new one. Rejects with
 * the codes of `readMapImages`, of encoders and of the store, with engine-stopped or `cancelled`.
 *
 * @param request with a choice that `checkMapChoice` lets pass
 */
export async function openMap(
  request: OpenMapRequest,
  options: OpeningOptions,
  context: JobContext,
): Promise<OpenedMap> {
  const { dataset } = options;
  const { root, store } = dataset;
  const below = relativeToRoot(root, request.folder) ?? '';
  const mapped = await mappedEncoder(request, below, options, context);
  const { encoder } = mapped;
  const { id } = encoder.card;
  const key = mapKey(encoder, below, request.choice);
  const images = embeddedBelow(store, encoder.key, below);
  const readable = store.readImagePaths().filter((path) => below === '' || path.startsWith(`${below}/`));
  assertEnough(below === '' ? root : join(root, below), id, images.length, readable.length);
  try {
    const { map, notices } =
      (await keptMap(request, images, key, encoder, options, context)) ??
      (await newMap(request, key, encoder, options, context));
    const present = new Set(images.map(({ path }) => path));
    const missing = readable.filter((path) => !present.has(path));
    const { report, labels } = await opened(map, images, mapped, options);
    const drawn = { paths: report.paths, clusterOf: report.cluster, labels };
    const named = await namedByWords(report.figures.clusters, drawn, mapped, options, context);
    // One that was kept may have been turned to another map than the one that is there now.
    const other = request.choice.method === 'umap' ? otherMap(request, key, dataset) : undefined;
    return {
      ...report,
      figures: { ...report.figures, clusters: named.clusters },
      positions: turning(report.paths, other)(report.positions),
      missing: missing.length,
      hasCaptions: dataset.config.captions !== undefined,
      notices: [
        ...store.notices,
        ...mapped.notices,
        ...notices,
        ...named.notices,
        ...(missing.length > 0 ? [notOnMap(mapped, root, missing)] : []),
      ].map(({ code, message }) => ({ code, message })),
    };
  } finally {
    options.live.end(request.live);
  }
}

interface Made {
  readonly map: StoredMap;
  readonly notices: readonly LikenessError[];
}

/** The map that is kept, extended by images that aren't on it yet; undefined where there is none that serves. */
async function keptMap(
  { fresh, choice, folder }: OpenMapRequest,
  images: readonly EmbeddedImage[],
  key: MapKey,
  encoder: StoredEncoder,
  { dataset, threads }: OpeningOptions,
  context: JobContext,
): Promise<Made | undefined> {
  const { store, root } = dataset;
  const map = fresh === true ? undefined : store.readMap(key);
  if (map === undefined || isOutdated(store, key, map)) return undefined;
  const rows = matchImages(images, map);
  const old = Uint32Array.from(rows.keys()).filter((row) => rows[row]! >= 0);
  if (old.length === images.length) return { map, notices: [] };
  if (old.length < LEAST_KNOWN * images.length) return undefined;
  const vectors = await readMapImages(dataset, encoder, relativeToRoot(root, folder) ?? '');
  // The index has changed since it was looked at: what is placed now would be somebody else.
  if (vectors.paths.length !== images.length || vectors.paths.some((path, i) => path !== images[i]!.path)) {
    return undefined;
  }
  const added = Uint32Array.from(rows.keys()).filter((row) => rows[row]! < 0);
  const placed = await placeImages(
    {
      ...{ vectors, old, added, choice, threads },
      positions: new Float32Array(2 * old.length).map((_, i) => map.positions[2 * rows[old[i >> 1]!]! + (i & 1)]!),
      clusterOf: Int32Array.from(old, (row) => map.clusterOf[rows[row]!]!),
      axes: axesOf(readSummary(map)),
    },
    context,
  );
  const extended: StoredMap = {
    ...map,
    paths: [...map.paths, ...Array.from(added, (row) => images[row]!.path)],
    contentKeys: joined(
      map.contentKeys,
      Float64Array.from(added, (row) => images[row]!.contentKey),
    ),
    positions: joined(map.positions, placed.positions),
    clusterOf: joined(map.clusterOf, placed.clusterOf),
  };
  store.extendMap(key, extended);
  return { map: extended, notices: [] };
}

function namesOf({ card, identity }: StoredEncoder): OpenedMap['encoder'] {
  return { id: card.id, dim: card.output.dim, identity };
}

function joined<Values extends Float64Array | Float32Array | Int32Array>(first: Values, second: Values): Values {
  const both = new (first.constructor as new (length: number) => Values)(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

async function newMap(
  request: OpenMapRequest,
  key: MapKey,
  encoder: StoredEncoder,
  { dataset, threads, live }: OpeningOptions,
  context: JobContext,
): Promise<Made> {
  const { store } = dataset;
  const images = await readMapImages(dataset, encoder, key.folder);
  const alignTo = otherMap(request, key, dataset) ?? lastMap(store, encoder.key, key.folder);
  const { root } = dataset;
  const watch = live.watcher(request.live, { root, encoder: namesOf(encoder), paths: images.paths });
  return layOutAndKeep(
    { store, images, key, choice: request.choice, threads, alignTo, ...(watch && { watch }) },
    context,
  );
}

/** The map that this one is to lie upon, where the request names one. */
function otherMap({ alignTo }: OpenMapRequest, { folder }: MapKey, dataset: Dataset): StoredMap | undefined {
  if (alignTo === undefined) return undefined;
  return dataset.store.readMap(mapKey(encoderOf(dataset, alignTo.identity), folder, alignTo.choice));
}

/** The rows of a map that belong to the images there are, in their order. */
async function opened(
  map: StoredMap,
  images: readonly EmbeddedImage[],
  { encoder, captions }: MappedEncoder,
  { dataset, labels }: OpeningOptions,
): Promise<{
  readonly report: Omit<OpenedMap, 'missing' | 'hasCaptions' | 'notices'>;
  readonly labels: readonly (string | undefined)[];
}> {
  const rows = matchImages(images, map);
  const paths = images.map(({ path }) => path);
  const { labelOf } = await labels();
  const positions = new Float32Array(2 * rows.length).map((_, i) => {
    const row = rows[i >> 1]!;
    return row < 0 ? Number.NaN : map.positions[2 * row + (i & 1)]!;
  });
  const cluster = Int32Array.from(rows, (row) => map.clusterOf[row] ?? -1);
  const summary = readSummary(map);
  const original = rows.reduce((count, row) => count + (row >= 0 && row < map.laidOut ? 1 : 0), 0);
  const { trustworthiness, neighborsKept, judged, recall, plane, seconds } = summary;
  const stated = paths.map(labelOf);
  const report = {
    root: dataset.root,
    encoder: namesOf(encoder),
    paths,
    positions,
    cluster,
    figures: {
      ...{ trustworthiness, neighborsKept, judged, seconds, recall, madeAt: map.madeAt },
      clusters: clustersNow(cluster, summary, paths, stated, captions),
      explained: plane?.explained,
    },
    placed: rows.length - original,
    removed: map.laidOut - original,
  };
  return { report, labels: stated };
}
