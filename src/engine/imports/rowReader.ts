import type { ImportRow } from '../../core/imports/importRow.ts';

/** A file whose rows are about images. */
export interface RowReader {
  /** How many rows there are; undefined where that isn't known before they are read. */
  readonly total: number | undefined;
  /** The column that names the images. */
  readonly image: string;
  /** Rows in batches that take a bounded amount of memory. Rejects with usage for a file that makes no sense. */
  readonly batches: AsyncIterable<readonly ImportRow[]> | Iterable<readonly ImportRow[]>;
}

/** Rows that are handed on together. */
export const BATCH_ROWS = 1024;
