import type { TypedQuery } from '../core/neighbors/textQuery.ts';
import type { MapFigures } from './embeddingMap.ts';
import type { Notice, ScanSettings } from './engine.ts';

/** UMAP keeps neighbours together; principal component analysis is a flat shadow of all distances, to check it by. */
export type MapMethod = 'umap' | 'pca';

/** What is near on a map: images that look alike, or images that are described alike, by the encoder of captions. */
export type MapSubject = 'images' | 'captions';

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
  /** Absent: `images`. */
  readonly of?: MapSubject;
  /** Absent: `umap`. */
  readonly method?: MapMethod;
  /** Images in a neighbourhood, the image itself included: few show detail, many the whole. From 2; absent: 15. */
  readonly neighbors?: number;
  /** Distance that points keep on the map: the less, the tighter the clumps. From 0 to below 3; absent: 0.1. */
  readonly minimumDistance?: number;
  /** Of all that is drawn at random; absent: 0. */
  readonly seed?: number;
  /** Takes a map of the same images and settings that was made before, if there is one; absent: lays out. */
  readonly kept?: boolean;
  /** Writes the map to a file, of the kind of its ending: JSON, a page with thumbnails, or a picture. */
  readonly out?: { readonly file: string; readonly replace: boolean };
  /** Relative to the root: of the map of all images below the folder only these are told and written; they stay where they are. */
  readonly images?: readonly string[];
  /** Words that all clusters are named by; absent: their classes, and words for those without a name of meaning. */
  readonly words?: readonly string[];
  readonly scan?: ScanSettings;
}

/** Images that lie close together on the map. */
export interface MapCluster {
  readonly id: number;
  /**
   * The most frequent class in it, or the two most frequent ones where none has more than half of its images; the nearest word
   * where there is none, or it is a number, and the encoder reads texts. Of captions the words that they have and others haven't.
   */
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
  /** Share of the true nearest neighbours that it was made from; 1 where they are exact. */
  readonly recall: number;
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
  /** Milliseconds since the epoch at which it was laid out, where it was made before; undefined where it is new. */
  readonly keptSince: number | undefined;
  readonly notices: readonly Notice[];
}

/** All that a layout depends on beside images and encoder. */
export interface MapChoice {
  readonly method: MapMethod;
  readonly neighbors: number;
  readonly minimumDistance: number;
  readonly seed: number;
  readonly layout: MapLayout;
}

/** A map that the index keeps. */
export interface KeptMapName {
  /** Of the encoder, as in `OpenedMap`. */
  readonly identity: string;
  readonly choice: MapChoice;
}

export interface OpenMapRequest {
  /** Absolute, in a dataset that is indexed. */
  readonly folder: string;
  /** As in `MapRequest`. */
  readonly encoder?: string;
  /** As in `MapRequest`; captions have an encoder of their own. */
  readonly of?: MapSubject;
  readonly choice: MapChoice;
  /** Lays out anew even if there is a map; that one is laid upon the last. */
  readonly fresh?: boolean;
  /** A number of the caller's, by which `maps/live` asks for positions while the points move. */
  readonly live?: number;
  /** A map to turn a new one to; absent: the last one of this folder and encoder. */
  readonly alignTo?: KeptMapName;
}

/** A map for the panel; arrays have one entry per image, in the order of the paths. */
export interface OpenedMap {
  readonly root: string;
  /** `identity` tells encoders apart that have the same id. */
  readonly encoder: { readonly id: string; readonly dim: number; readonly identity: string };
  /** Relative to the root, sorted. */
  readonly paths: readonly string[];
  /** `images × 2`. */
  readonly positions: Float32Array;
  /** The id of each image's cluster in the figures; −1 for none. */
  readonly cluster: Int32Array;
  readonly figures: MapFigures;
  /** Images that came since it was laid out, and lie among those that are like them. */
  readonly placed: number;
  /** Images that it was laid out with and that are gone. */
  readonly removed: number;
  /** Images below the folder that the encoder has no vector of. */
  readonly missing: number;
  /** Whether the configuration says where captions are. */
  readonly hasCaptions: boolean;
  readonly notices: readonly Notice[];
}

/** A map whose points are moving. */
export interface LiveMap extends Pick<OpenedMap, 'root' | 'encoder'> {
  /** Where they were asked for. */
  readonly paths: readonly string[] | undefined;
  /** `paths × 2`. */
  readonly positions: Float32Array;
}

/** What is known of the images: names and indices into them (−1 for none), or numbers (NaN for none). */
export type ImageColumn = {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
} & (
  | { readonly kind: 'category'; readonly names: readonly string[]; readonly codes: Int32Array }
  | { readonly kind: 'number'; readonly values: Float32Array }
);

export interface NeighborsRequest {
  readonly root: string;
  /** Absolute: images below it are looked at. */
  readonly folder: string;
  /** Of the encoder. */
  readonly identity: string;
  /** Relative to the root. */
  readonly path: string;
  readonly count: number;
}

export interface MapRequests {
  'maps/open': { params: OpenMapRequest; result: OpenedMap };
  /** Undefined before its points begin to move, and after. */
  'maps/live': { params: { readonly live: number; readonly paths: boolean }; result: LiveMap | undefined };
  /** In the order of the paths. */
  'maps/columns': {
    params: { readonly root: string; readonly paths: readonly string[] };
    result: readonly ImageColumn[];
  };
  /** The images most similar to one of the index, best first, itself left out. */
  'maps/neighbors': {
    params: NeighborsRequest;
    result: { readonly paths: readonly string[]; readonly similarities: Float32Array };
  };
  /** Of one image, or of texts, to each of the paths; NaN for those without a vector. */
  'maps/similarities': {
    params: {
      readonly root: string;
      readonly identity: string;
      readonly to: { readonly path: string } | TypedQuery;
      readonly paths: readonly string[];
    };
    result: Float32Array;
  };
  /**
   * By class, the word nearest to its images in the eyes of the dataset's encoder, where that isn't what the class is called; of words
   * that were read for a map or a matrix alone.
   */
  'maps/classWords': { params: { readonly root: string }; result: Readonly<Record<string, string>> };
  /** Share of each image's nearest neighbours that two kept maps' encoders agree on; NaN for images that aren't in both. */
  'maps/compare': {
    params: {
      readonly folder: string;
      readonly maps: readonly [KeptMapName, KeptMapName];
      readonly paths: readonly string[];
    };
    result: { readonly agreement: Float32Array; readonly mean: number; readonly neighbors: number };
  };
}
