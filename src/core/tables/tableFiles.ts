/** How the names of files end that columns or vectors can be imported from, in lower case. */
export const tableExtensions: readonly string[] = ['.csv', '.tsv', '.jsonl', '.parquet', '.npy'];
