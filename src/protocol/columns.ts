export interface ImportRequest {
  /** Any absolute path in the dataset, which has an index. */
  readonly folder: string;
  /** A CSV file, absolute: its first line names the columns, one of which names the images. */
  readonly file: string;
}

export interface ImportReport {
  readonly root: string;
  /** Images that have a row. */
  readonly matched: number;
  /** As the table names them: no images of the dataset, or ones that could be several. */
  readonly unmatched: readonly string[];
  readonly columns: readonly string[];
}
