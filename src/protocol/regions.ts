import type { FailedFile } from './engine.ts';

/** What indexing parts of images has done. */
export interface RegionIndexReport {
  /** Images whose parts are in the index now. */
  readonly images: number;
  /** Parts in the index now. */
  readonly regions: number;
  /** Images whose parts this run has added. */
  readonly added: number;
  readonly failed: readonly FailedFile[];
  /** What the vectors of all parts take on the disk. */
  readonly bytes: number;
  readonly seconds: number;
}
