import { NotificationType } from 'vscode-jsonrpc';
import type { FilterFault } from '../core/filters/filter.ts';
import type { FilterSubject } from '../core/filters/filterSubjects.ts';
import type { Progress } from '../core/progress.ts';
import type { SavedView } from './filters.ts';
import type { MapCluster, MapLayout, MapMethod, MapSubject } from './maps.ts';
import type { PanelFailure, Picture } from './panels.ts';

/**
 * What crosses between the Embedding Map's page and its host. Images are named by their *rows*, from 0: the order of an
 * image list that has a revision (`ImageList.revision`). Requests that name rows carry that revision, and those of a list
 * that is gone are answered with nothing. Large arrays have revisions of their own in the state, and the page asks for one
 * when its revision has changed: positions by `points`, columns by `revision`, the selection by `selection.revision`.
 */

/** How a map is laid out. */
export interface MapSettings {
  readonly method: MapMethod;
  /** Images in a neighbourhood, the image itself included; from 2 to 200. Of `umap`. */
  readonly neighbors: number;
  /** From 0 to below 3. Of `umap`. */
  readonly minimumDistance: number;
  /** A whole number from 0. */
  readonly seed: number;
}

export const usualMapSettings: MapSettings = { method: 'umap', neighbors: 15, minimumDistance: 0.1, seed: 0 };
/** The most images in a neighbourhood. */
export const MOST_MAP_NEIGHBORS = 200;

/** The first map, or the one beside it by another encoder. Both have the same rows. */
export type MapSide = 0 | 1;

/** The images that points stand for. */
export interface ImageList {
  /** Changes when rows stand for other images. */
  readonly revision: number;
  readonly count: number;
}

/** How far a map can be trusted, and what it is made of; of the map at rest. */
export interface MapFigures {
  /** 1 where whoever is near on the map is near in the embedding. */
  readonly trustworthiness: number;
  /** Share of the nearest neighbours in the embedding that are among the nearest on the map. */
  readonly neighborsKept: number;
  /** What both were taken from: so many nearest neighbours of so many images. */
  readonly judged: { readonly neighbors: number; readonly images: number };
  /** The largest first; a cluster's id is its code in the column `cluster`. */
  readonly clusters: readonly MapCluster[];
  /** Of `pca`: shares of the variance along x and y. */
  readonly explained: readonly [x: number, y: number] | undefined;
  /** Share of the true nearest neighbours that the layout was made from; 1 where they are exact. */
  readonly recall: number;
  /** Milliseconds since the epoch at which it was laid out. */
  readonly madeAt: number;
  /** That laying it out took. */
  readonly seconds: number;
}

/** One of the two maps. */
export interface ShownMap {
  readonly encoder: { readonly id: string; readonly dim: number } | undefined;
  /** Changes with the positions, also while they are still moving; 0 while there are none. */
  readonly points: number;
  /** Positions come every few epochs and aren't the last ones. */
  readonly moving: boolean;
  /** While it is being made or brought up to date; the job can be stopped (`cancel`). */
  readonly progress: Progress | undefined;
  readonly figures: MapFigures | undefined;
  /** Images that came since it was laid out and were placed among the others; above 0 it offers `layOutAnew`. */
  readonly placed: number;
  /** Images that it was laid out with and that are gone. */
  readonly removed: number;
  /** Images of the list that its encoder has no vector of; their positions are NaN. */
  readonly missing: number;
  /** What went wrong; an older map may still be shown beside it. */
  readonly failure: PanelFailure | undefined;
}

/** `class`, `split`, `cluster`, `tag`, `excluded`, `width`, … ; a new one may come with any version. */
export type MapColumnId = string;

export interface MapColumnInfo {
  readonly id: MapColumnId;
  /** "Class", "File size". */
  readonly name: string;
  readonly kind: 'category' | 'number';
  /** Such as "px", "KB"; empty for none. */
  readonly unit: string;
  /** Changes with its values. */
  readonly revision: number;
}

/** Values of all rows. */
export type MapColumn =
  | {
      readonly id: MapColumnId;
      readonly kind: 'category';
      readonly revision: number;
      /** In the order of their codes: by name, clusters by size. */
      readonly names: readonly string[];
      /** Indices into the names; −1 for none. */
      readonly codes: Int32Array;
    }
  | {
      readonly id: MapColumnId;
      readonly kind: 'number';
      readonly revision: number;
      /** NaN for none. */
      readonly values: Float32Array;
    };

/** The columns that the panel treats in a way of their own; a dataset needn't have them. */
export const mapColumns = {
  class: 'class',
  split: 'split',
  cluster: 'cluster',
  tag: 'tag',
  /** Images that people have excluded; they are shown faint. */
  excluded: 'excluded',
  /** To the query, an image or a text. */
  similarity: 'similarity',
  /** With two maps: share of each image's nearest neighbours that both encoders agree on. */
  agreement: 'agreement',
} as const;

/** Whether two encoders find the same images alike. */
export interface MapComparison {
  /** While neighbours are compared. */
  readonly progress: Progress | undefined;
  /** Mean share of the nearest neighbours that both have; NaN until it is known. */
  readonly meanAgreement: number;
  /** Nearest neighbours that were compared. */
  readonly neighbors: number;
}

/** All that the panel shows but the arrays. Owned by the host; the page asks for it whenever its revision has changed. */
export interface EmbeddingMapState {
  readonly revision: number;
  /** In a restricted workspace nothing is looked at. */
  readonly trusted: boolean;
  /** What is shown is being indexed, so what isn't there yet will come. */
  readonly indexing: boolean;
  /** Undefined before anything was chosen. */
  readonly folder:
    | {
        /** Of the dataset, absolute. */
        readonly root: string;
        /** The folder shown, absolute. */
        readonly path: string;
        /** For a person: the dataset's name, or `dataset/folder`. */
        readonly name: string;
      }
    | undefined;
  /** What the first map is of. */
  readonly of: MapSubject;
  /** Whether it can be of captions: something is written about the images. */
  readonly hasCaptions: boolean;
  readonly settings: MapSettings;
  /** Which implementation of UMAP lays out; from the setting `likeness.map.layout`. */
  readonly layout: MapLayout;
  readonly images: ImageList;
  /** One map, or two of different encoders; none before the first has begun. */
  readonly maps: readonly ShownMap[];
  /** With two maps. */
  readonly comparison: MapComparison | undefined;
  readonly columns: readonly MapColumnInfo[];
  readonly colorBy: MapColumnId | undefined;
  readonly sortBy: { readonly column: MapColumnId; readonly descending: boolean } | undefined;
  /** `elsewhere`: selected images that aren't on the map. `own`: this panel made it. */
  readonly selection: {
    readonly revision: number;
    readonly count: number;
    readonly elsewhere: number;
    readonly own: boolean;
  };
  /** Which images are looked at; all others stand back, and can't be selected. */
  readonly filter: {
    readonly text: string;
    /** Grows when the text was changed by somebody else than the page. */
    readonly set: number;
    /** Changes with what matches; 0 where all images do. */
    readonly matches: number;
    /** Images of the list that match. */
    readonly count: number;
    /** What of the text can't be understood; what matched before it still does. */
    readonly fault: FilterFault | undefined;
    /** What may be a mistake. Sentences. */
    readonly hints: readonly string[];
    /** Of the dataset. */
    readonly views: readonly SavedView[];
  };
  /** What the column `similarity` is about. */
  readonly query: { readonly row: number; readonly path: string } | { readonly text: string } | undefined;
  /** An image to bring to the centre, when its revision is new ("Show in Map"). */
  readonly focus: { readonly row: number; readonly revision: number } | undefined;
  /** What can be done with a selection in this window. */
  readonly actions: readonly SelectionAction[];
  /** Changes when thumbnails may have. */
  readonly picturesRevision: number;
  /** Something to tell once, in a sentence: images without embedding, an image that is gone, … */
  readonly notices: readonly string[];
  /** Why there is nothing to show at all. */
  readonly failure: PanelFailure | undefined;
}

export interface MapPoints {
  /** Of the image list; positions of another one than the state's are to be thrown away. */
  readonly images: number;
  /** As `ShownMap.points`. */
  readonly points: number;
  /** `count × 2`, y upwards, around (0, 0); NaN for none. */
  readonly positions: Float32Array;
}

export interface MapNeighbors {
  /** The most similar first, without the image itself. */
  readonly rows: Uint32Array;
  /** Cosines. */
  readonly similarities: Float32Array;
}

/** Which images match the filter. */
export interface MapMatches {
  /** Of the image list. */
  readonly images: number;
  /** As `filter.matches` of the state. */
  readonly revision: number;
  /** 1 for each row that does. */
  readonly mask: Uint8Array;
}

/** What is said about an image under the pointer or in a list. */
export interface MapImage {
  readonly row: number;
  /** Relative to the root. */
  readonly path: string;
  readonly label: string | undefined;
  readonly split: string | undefined;
  /** What is written about it, '' of an empty caption; absent where nothing is. */
  readonly captions?: readonly string[];
}

/** Of one image only: `view`, `similar`, `reveal`. `matrix` is there when its command is. */
export type SelectionAction =
  | 'open'
  | 'view'
  | 'similar'
  | 'tag'
  | 'untag'
  | 'relabel'
  | 'exclude'
  | 'include'
  | 'matrix'
  | 'pretrain'
  | 'fineTune'
  | 'export'
  | 'copyPaths'
  | 'reveal';

export type MapPanelAction =
  | 'index'
  | 'retry'
  | 'trust'
  /** Shows another dataset or folder; the host asks which. */
  | 'pick'
  | 'log'
  /** Stops what is going on; the last map stays. */
  | 'cancel'
  /** Computes the maps again, also of images that were placed; the new ones are aligned to the old. */
  | 'layOutAnew'
  /** Puts a map by another encoder beside the first; the host asks which. */
  | 'compare'
  | 'stopComparing'
  /** Takes notice of what changed on disk: decisions, labels, images. */
  | 'refresh'
  | 'openSettings'
  /** Keeps the filter with the dataset; the host asks for a name. */
  | 'saveView';

/** A change of one control. */
export type MapChange =
  | { readonly of: MapSubject }
  | { readonly settings: Partial<MapSettings> }
  | { readonly colorBy: MapColumnId | undefined }
  /** As it is typed. */
  | { readonly filter: string }
  | { readonly sortBy: EmbeddingMapState['sortBy'] };

/** Requests that the page makes of the host. */
export interface EmbeddingMapRequests {
  'embeddingMap/state': { params: Record<string, never>; result: EmbeddingMapState };
  /** Undefined while there are none. */
  'embeddingMap/points': { params: { readonly map: MapSide }; result: MapPoints | undefined };
  /** Undefined where it is gone. */
  'embeddingMap/column': { params: { readonly id: MapColumnId }; result: MapColumn | undefined };
  /** Rows in the order in which they were chosen. */
  'embeddingMap/selection': {
    params: Record<string, never>;
    result: { readonly images: number; readonly revision: number; readonly rows: Uint32Array };
  };
  /** Selects these images alone; none clears the selection. */
  'embeddingMap/select': { params: { readonly images: number; readonly rows: Uint32Array }; result: undefined };
  /** The image that similarity is measured to; undefined takes the column away. */
  'embeddingMap/query': {
    params: { readonly images: number; readonly row: number | undefined };
    result: undefined;
  };
  'embeddingMap/neighbors': {
    params: { readonly images: number; readonly row: number; readonly map: MapSide; readonly count: number };
    result: MapNeighbors | undefined;
  };
  'embeddingMap/images': {
    params: { readonly images: number; readonly rows: readonly number[] };
    result: readonly MapImage[];
  };
  /** In the order of the rows. */
  'embeddingMap/pictures': {
    params: { readonly images: number; readonly rows: readonly number[] };
    result: readonly Picture[];
  };
  /** Undefined where all images match. */
  'embeddingMap/matches': { params: Record<string, never>; result: MapMatches | undefined };
  /** What the images can be filtered by, to complete a filter. */
  'embeddingMap/subjects': { params: Record<string, never>; result: readonly FilterSubject[] };
  'embeddingMap/change': { params: MapChange; result: undefined };
  /** Does something with the selection, or with one image that needn't be in it. */
  'embeddingMap/actOn': {
    params: { readonly images: number; readonly action: SelectionAction; readonly row?: number };
    result: undefined;
  };
  'embeddingMap/act': { params: { readonly action: MapPanelAction }; result: undefined };
}

/** Sent to the page when there is a new state to ask for. */
export const embeddingMapChanged = new NotificationType<{ readonly revision: number }>('embeddingMap/changed');
