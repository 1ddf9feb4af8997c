import type { Links, NeighborLists } from '../../core/neighbors/neighborDescent.ts';
import type { Leaves } from '../../core/neighbors/projectionTree.ts';
import type { SharedVectors } from '../../core/neighbors/simdProducts.ts';

/** What a thread that looks for neighbours is started with; all of it lies in memory that the threads share. */
export interface DescentWorkerData {
  readonly vectors: SharedVectors;
  readonly count: number;
  readonly seed: number;
  readonly leafSize: number;
  readonly trees: readonly Leaves[];
  /** Lists after even and after odd rounds; the trees fill the first. */
  readonly lists: readonly [NeighborLists, NeighborLists];
  readonly links: Links;
  /** `CONTROL_SIZE` numbers that the threads agree by. */
  readonly control: Int32Array;
}

/** What stands where in `control`. */
export const control = {
  /** The next chunk of rows, or tree, that nobody has taken. */
  next: 0,
  /** Rows, or trees, that are done. */
  done: 1,
  /** 1 when all stop. */
  stop: 2,
} as const;
export const CONTROL_SIZE = 3;

/** Rows that a thread takes at once. */
export const CHUNK = 256;

/** A step that all threads take together; each answers with a `StepDone`. */
export type DescentStep =
  | { readonly step: 'trees' }
  | { readonly step: 'leaves' }
  /** @param from which of the lists are read; the others are written */
  | { readonly step: 'round'; readonly from: 0 | 1 };

export interface StepDone {
  /** Neighbours that have come. */
  readonly came: number;
}
