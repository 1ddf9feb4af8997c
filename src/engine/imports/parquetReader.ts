import * as zlib from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { LikenessError, messageOf } from '../../core/errors.ts';
import { cannotImport } from '../../core/imports/importErrors.ts';
import type { ImportRow } from '../../core/imports/importRow.ts';
import { tableHeader } from '../../core/tables/columnTable.ts';
import { readingFailure } from '../labels/sources/labelFiles.ts';
import { BATCH_ROWS, type RowReader } from './rowReader.ts';

// By name it could not be imported where it isn't there: Node has it from 22.15 on.
const { zstdDecompressSync } = zlib as Partial<typeof zlib>;

/** What files are compressed with besides Snappy, which the reader knows itself. */
const compressors = {
  GZIP: (bytes: Uint8Array) => zlib.gunzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => zlib.brotliDecompressSync(bytes),
  ...(zstdDecompressSync && { ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) }),
};

/** A table of Apache Parquet. Rejects with usage, file-not-found or unreadable-file. */
export async function parquetReader(file: string): Promise<RowReader> {
  const source = await asyncBufferFromFile(file).catch((error: unknown) => {
    throw readingFailure(file, error);
  });
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw error instanceof LikenessError
        ? error
        : cannotImport(file, `it can't be read as Parquet (${messageOf(error)})`);
    });
  const metadata = await told(parquetMetadataAsync(source));
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const header = tableHeader(names);
  if ('fault' in header) throw cannotImport(file, header.fault);
  const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  async function* batches(): AsyncGenerator<readonly ImportRow[]> {
    let groupStart = 0;
    for (const rows of groups) {
      // A group may hold all of a file.
      for (let start = 0; start < rows; start += BATCH_ROWS * 4) {
        const [rowStart, rowEnd] = [groupStart + start, groupStart + Math.min(rows, start + BATCH_ROWS * 4)];
        yield await told(parquetReadObjects({ file: source, metadata, rowStart, rowEnd, compressors }));
      }
      groupStart += rows;
    }
  }
  return { total: groups.reduce((sum, rows) => sum + rows, 0), image: header.image, batches: batches() };
}
