import type { Notice } from './engine.ts';

export interface ImportRequest {
  /** Any absolute path in the dataset, which has an index. */
  readonly folder: string;
  /**
   * Absolute: a table (`.csv`, `.tsv`, `.jsonl`, `.parquet`), of which one column names the images and others may hold
   * vectors, or vectors alone (`.npy`).
   */
  readonly file: string;
  /** Of `.npy`: the list that names the image of each row, absolute; absent: the file beside it that ends in `.paths.txt`. */
  readonly paths?: string;
  /** How the vectors are called; absent: as the file is. */
  readonly name?: string;
  /** The column that holds the vectors, where that isn't clear. */
  readonly vectors?: string;
}

export interface ImportReport {
  readonly root: string;
  /** Images that have a row. */
  readonly matched: number;
  /** As the file names them: no images of the dataset, or ones that could be several. */
  readonly unmatched: readonly string[];
  readonly columns: readonly string[];
  /** The imported vectors, by whose id everything that takes an encoder's finds them; undefined where there were none. */
  readonly encoder: { readonly id: string; readonly dim: number; readonly images: number } | undefined;
  readonly notices: readonly Notice[];
}
