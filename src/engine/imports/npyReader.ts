import { open } from 'node:fs/promises';
import { cannotImport } from '../../core/imports/importErrors.ts';
import type { ImportRow } from '../../core/imports/importRow.ts';
import { NPY_HEADER_BYTES, npyNumbers, parseNpyHeader } from '../../core/imports/npyHeader.ts';
import { pathsFile } from '../export/npyFile.ts';
import { readingFailure } from '../labels/sources/labelFiles.ts';
import type { RowReader } from './rowReader.ts';
import { linesOf } from './textReaders.ts';

/** Bytes of numbers that are read at once. */
const BATCH_BYTES = 4 << 20;
const IMAGE = 'path';

/**
 * Vectors of NumPy's, and the list that says which image each row is of. Rejects with usage, file-not-found or
 * unreadable-file.
 *
 * @param list a path a line; absent: the file beside it that ends in `.paths.txt`
 */
export async function npyReader(file: string, list = pathsFile(file)): Promise<RowReader> {
  const handle = await open(file).catch((error: unknown) => {
    throw readingFailure(file, error);
  });
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(NPY_HEADER_BYTES), position: 0 });
    const header = parseNpyHeader(buffer.subarray(0, bytesRead));
    if ('fault' in header) throw cannotImport(file, header.fault);
    const rowBytes = header.columns * header.bytes;
    const expected = header.start + header.rows * rowBytes;
    if (size < expected)
      throw cannotImport(file, `it is cut off: it holds ${size} bytes, and its header tells of ${expected}`);
    const paths: string[] = [];
    for await (const line of linesOf(list)) paths.push(line.replace(/\r$/, ''));
    while (paths.at(-1) === '') paths.pop();
    if (paths.length !== header.rows) {
      throw cannotImport(file, `it holds ${header.rows} vectors, and ${list} names ${paths.length} images`);
    }
    async function* batches(): AsyncGenerator<readonly ImportRow[]> {
      const source = await open(file);
      try {
        const perBatch = Math.max(1, Math.floor(BATCH_BYTES / Math.max(1, rowBytes)));
        for (let start = 0; start < paths.length; start += perBatch) {
          const own = paths.slice(start, start + perBatch);
          const bytes = Buffer.alloc(own.length * rowBytes);
          await source.read({ buffer: bytes, position: (header as { start: number }).start + start * rowBytes });
          const numbers = npyNumbers(bytes, header as Exclude<typeof header, { fault: string }>);
          const { columns } = header as { columns: number };
          yield own.map((path, i) => ({ [IMAGE]: path, vector: numbers.subarray(i * columns, (i + 1) * columns) }));
        }
      } finally {
        await source.close();
      }
    }
    return { total: paths.length, image: IMAGE, batches: batches() };
  } finally {
    await handle.close();
  }
}
