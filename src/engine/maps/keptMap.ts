import { distinctNames, membersOf } from '../../core/clustering/clusterNames.ts';
import { namesByWords } from '../../core/clustering/tellingWords.ts';
import type { PlaneAxes } from '../../core/projection/principalPlane.ts';
import type { MapFigures } from '../../protocol/embeddingMap.ts';
import type { MapCluster } from '../../protocol/maps.ts';
import { writtenOf, type KnownCaptions } from '../captions/knownCaptions.ts';
import type { EmbeddedImage, StoredMap } from '../store/indexStore.ts';
import type { MapImages } from './mapImages.ts';
import type { LaidOut } from './mapLayout.ts';

/** What is known of a kept map beside its points; in the index as JSON. */
export interface MapSummary {
  readonly trustworthiness: number;
  readonly neighborsKept: number;
  readonly judged: MapFigures['judged'];
  /** As `LaidOut`. */
  readonly recall: number;
  /** Images in a neighbourhood. */
  readonly neighbors: number;
  /** A representative for each cluster. */
  readonly representatives: readonly string[];
  /** Of `pca`. */
  readonly plane?: { readonly explained: readonly [number, number]; readonly axes: readonly (readonly number[])[] };
  readonly seconds: number;
}

export function summaryOf(
  { quality, recall, plane, clusters }: LaidOut,
  neighbors: number,
  dim: number,
  seconds: number,
): MapSummary {
  const { trustworthiness, neighborsKept } = quality;
  const rows = plane && [plane.axes.weights.slice(0, dim), plane.axes.weights.slice(dim), plane.axes.centre];
  return {
    trustworthiness,
    neighborsKept,
    judged: { neighbors: quality.neighbors, images: quality.points },
    recall,
    neighbors,
    representatives: clusters.map(({ representative }) => representative),
    ...(plane && rows && { plane: { explained: plane.explained, axes: rows.map((row) => [...row]) } }),
    seconds,
  };
}

export function axesOf({ plane }: MapSummary): PlaneAxes | undefined {
  const [x = [], y = [], centre = []] = plane?.axes ?? [];
  return plane && { weights: Float64Array.from([...x, ...y]), centre: [centre[0]!, centre[1]!] };
}

export function readSummary({ summary }: StoredMap): MapSummary {
  return JSON.parse(summary) as MapSummary;
}

/** A new map as it is kept. */
export function storedMap(
  images: Pick<MapImages, 'paths'> & { readonly contentKeys: Float64Array },
  { positions, clusterOf }: Pick<LaidOut, 'positions' | 'clusterOf'>,
  summary: MapSummary,
  madeAt: number,
): StoredMap {
  const { paths, contentKeys } = images;
  return {
    laidOut: paths.length,
    madeAt,
    paths,
    contentKeys,
    positions,
    clusterOf,
    summary: JSON.stringify(summary),
  };
}

/**
 * Which row of a kept map each image has, or −1: that of its path as long as its bytes are the same, else that of an image
 * of the same bytes that is gone from where it was, which has been renamed.
 */
export function matchImages(images: readonly EmbeddedImage[], map: StoredMap): Int32Array {
  const rowOf = new Map(map.paths.map((path, row) => [path, row]));
  const isTaken = new Uint8Array(map.paths.length);
  const rows = Int32Array.from(images, ({ path, contentKey }) => {
    const row = rowOf.get(path);
    if (row === undefined || map.contentKeys[row] !== contentKey) return -1;
    isTaken[row] = 1;
    return row;
  });
  if (!rows.includes(-1)) return rows;
  const free = new Map<number, number[]>();
  for (let row = map.paths.length - 1; row >= 0; row--) {
    if (isTaken[row] === 1) continue;
    const content = map.contentKeys[row]!;
    const others = free.get(content);
    if (others === undefined) free.set(content, [row]);
    else others.push(row);
  }
  return rows.map((row, i) => (row >= 0 ? row : (free.get(images[i]!.contentKey)?.pop() ?? -1)));
}

/** By words, each another one. */
function namesByCaptions(
  members: readonly (readonly number[])[],
  paths: readonly string[],
  captions: KnownCaptions,
): string[] {
  const words = namesByWords(
    members,
    paths.map((path) => writtenOf(captions, path).join(' ')),
  );
  const labels: (string | undefined)[] = [];
  for (const [id, rows] of members.entries()) for (const row of rows) labels[row] = words[id] || undefined;
  return distinctNames(members, labels);
}

/** Names, sizes and representatives of the clusters of the images that there are now; by words where captions are laid out. */
export function clustersNow(
  clusterOf: Int32Array,
  { representatives }: Pick<MapSummary, 'representatives'>,
  paths: readonly string[],
  labels: readonly (string | undefined)[],
  captions?: KnownCaptions,
): MapCluster[] {
  const members = membersOf({ clusterOf, count: representatives.length });
  const present = new Set(paths);
  const names = captions ? namesByCaptions(members, paths, captions) : distinctNames(members, labels);
  return names.map((name, id) => {
    const rows = members[id]!;
    const first = rows[0] === undefined ? '' : paths[rows[0]]!;
    const representative = representatives[id]!;
    return { id, name, size: rows.length, representative: present.has(representative) ? representative : first };
  });
}
