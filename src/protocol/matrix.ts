import type { PairAction } from '../core/decisions/decisionLines.ts';
import type { Histogram } from '../core/evaluation/separation.ts';
import type { ImageFilter, Notice } from './engine.ts';

/** The most images that are shown cell by cell; beyond them a cell is the mean of a block of pairs. */
export const MOST_CELLS = 2000;

/** The images of a matrix. */
export interface MatrixSubject {
  /** Any absolute path in the dataset. */
  readonly root: string;
  /** Images, and folders with all below them, relative to the root; absent: the whole dataset. */
  readonly paths?: readonly string[];
  readonly filter?: ImageFilter;
}

export interface MatrixRequest extends MatrixSubject {
  /** One that the index has vectors of, by its id; absent: the dataset's own. */
  readonly encoder?: string;
}

export const matrixOrders = ['class', 'cluster', 'hierarchy'] as const;
export type MatrixOrder = (typeof matrixOrders)[number];

/** Cells that belong together. */
export interface MatrixBand {
  readonly name: string;
  /** The first cell, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** A tree over the cells of a grid, in the form of `MergeTree`: leaf i is cell i, so that it is drawn without crossings. */
export interface MatrixTree {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly similarities: Float32Array;
}

/** A matrix of similarities: of images, or means over all pairs of two blocks of them. */
export interface MatrixGrid {
  /** The upper triangle with its diagonal as in `similarityCodes.ts`. A block of one image has no mean within. */
  readonly codes: Uint16Array;
  /** The codes are all of the matrix, row by row: its columns stand for something else than its rows. */
  readonly isSquare?: boolean;
  /** The images' numbers along the axes. */
  readonly order: Uint32Array;
  /** Where the images of each cell begin in that order; at the end their number. */
  readonly starts: Uint32Array;
  /** Classes or clusters of the axes; cells between them belong to none. */
  readonly bands: readonly MatrixBand[];
  /** The class that most images of each cell have; −1 for none. */
  readonly classOf: Int32Array;
  readonly tree: MatrixTree | undefined;
  /** Of the colours: nearly all values lie between. */
  readonly low: number;
  readonly high: number;
}

export interface MatrixArrangement {
  readonly cells: MatrixGrid;
  /** Of whole classes or clusters; undefined where there are fewer than two of them, or too many. */
  readonly groups: MatrixGrid | undefined;
}

/** Of one class. Means are NaN where there is no pair. */
export interface ClassFigures {
  readonly name: string;
  /** The word nearest to its images, where words were read and it isn't what the class is called. */
  readonly word?: string;
  readonly images: number;
  /** Mean similarity of its images to each other. */
  readonly within: number;
  /** The other class with the highest mean similarity to this one, and that similarity. */
  readonly nearest: string | undefined;
  readonly nearestMean: number;
  /** Probability that two of its images are more alike than one of them and one of another class. */
  readonly separation: number;
}

export interface MatrixPair {
  readonly paths: readonly [string, string];
  readonly labels: readonly [string | undefined, string | undefined];
  readonly similarity: number;
  /** The files hold the same bytes. */
  readonly copies: boolean;
  readonly decided: PairAction | undefined;
}

/** Similarities of pairs within the classes and between them. */
export interface ClassOverlap {
  readonly within: Histogram;
  readonly between: Histogram;
  readonly pairsWithin: number;
  readonly pairsBetween: number;
  readonly meanWithin: number;
  readonly meanBetween: number;
  /** The probability that a pair within a class is more alike than a pair of two classes. */
  readonly separation: number;
}

/** Similarities are cosines. */
export interface MatrixReport {
  readonly root: string;
  readonly encoder: { readonly id: string; readonly dim: number };
  /** Those that the index has vectors of. */
  readonly encoders: readonly { readonly id: string; readonly name: string }[];
  /** Of the images by their numbers, relative to the root. */
  readonly paths: readonly string[];
  /** Sorted. */
  readonly classes: readonly string[];
  /** The class of each image; −1 for none. */
  readonly classOf: Int32Array;
  readonly clusters: number;
  readonly arrangements: Readonly<Record<MatrixOrder, MatrixArrangement>>;
  /** Undefined where the images are of fewer than two classes, or no class has two of them. */
  readonly overlap: ClassOverlap | undefined;
  /** In the order of the classes; empty where there are too many of them. */
  readonly table: readonly ClassFigures[];
  /** Of different classes, the most similar first; no image comes more than a few times in any of the lists. */
  readonly mostBetween: readonly MatrixPair[];
  /** Of the same class, the least similar first. */
  readonly leastWithin: readonly MatrixPair[];
  /** With an image of no class, the most similar first. */
  readonly mostUnlabelled: readonly MatrixPair[];
  /** Named images that aren't in the index or have no vector. */
  readonly missing: number;
  readonly notices: readonly Notice[];
  readonly seconds: number;
}

export interface MatrixRequests {
  'matrix/compare': { params: MatrixRequest; result: MatrixReport };
}
