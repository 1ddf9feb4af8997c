import type { Notice, ScanSettings } from './engine.ts';

/** UMAP keeps neighbours together; principal component analysis is a flat shadow of all distances, to check it by. */
export type MapMethod = 'umap' | 'pca';

/** Who computes a UMAP: our own implementation, or the reference one in JavaScript, which is slower. */
export type MapLayout = 'likeness' | 'umap-js';
export const mapLayouts: readonly MapLayout[] = ['likeness', 'umap-js'];

/** Kinds of file that a map is written as, by their endings. */
export const mapFileKinds = ['.json', '.html', '.png'] as const;

export interface MapRequest {
  /** Absolute; images below it are laid out. Where the dataset has no index yet, it is indexed first. */
  readonly folder: string;
  /** An encoder's id or the absolute path of an ONNX file; absent: the dataset's own choice. */
  readonly encoder?: string;
  /** Absent: `umap`. */
  readonly method?: MapMethod;
  /** Images in a neighbourhood, the image itself included: few show detail, many the whole. From 2; absent: 15. */
  readonly neighbors?: number;
  /** Distance that points keep on the map: the less, the tighter the clumps. From 0 to below 3; absent: 0.1. */
  readonly minimumDistance?: number;
  /** Of all that is drawn at random; absent: 0. */
  readonly seed?: number;
  /** Writes the map to a file, of the kind of its ending: JSON, a page with thumbnails, or a picture. */
  readonly out?: { readonly file: string; readonly replace: boolean };
  readonly scan?: ScanSettings;
}

/** Images that lie close together on the map. */
export interface MapCluster {
  readonly id: number;
  /** The most frequent class in it, or the two most frequent ones where none has more than half of its images. */
  readonly name: string;
  readonly size: number;
  /** Path of the image that is most similar to all others of the cluster together. */
  readonly representative: string;
}

/** A map; arrays have one entry per image, in the order of the paths. */
export interface MapReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** Paths relative to the root, with `/`. */
  readonly points: readonly string[];
  /** Positions around (0, 0), y upwards. Only who is near whom means something: neither axis does, nor do large distances. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The id of each image's cluster; −1 for none. */
  readonly cluster: Int32Array;
  readonly labels: readonly (string | undefined)[];
  readonly splits: readonly (string | undefined)[];
  /** The largest first. */
  readonly clusters: readonly MapCluster[];
  /** 1 where whoever is near on the map is near in the embedding; see `MapQuality`. */
  readonly trustworthiness: number;
  /** Share of the nearest neighbours in the embedding that are among the nearest on the map. */
  readonly neighborsKept: number;
  /** What both figures were taken from: so many nearest neighbours of so many images. */
  readonly judged: { readonly neighbors: number; readonly images: number };
  readonly method: MapMethod;
  /** Images in a neighbourhood; fewer than asked for where there are fewer images. */
  readonly neighbors: number;
  readonly minimumDistance: number;
  readonly seed: number;
  /** Of `pca`: shares of the variance along x and y. */
  readonly explained: readonly [x: number, y: number] | undefined;
  /** The file that was written, absolute. */
  readonly out: string | undefined;
  readonly seconds: number;
  readonly notices: readonly Notice[];
}

export interface MapRequests {
  'maps/layout': { params: MapRequest; result: MapReport };
}
