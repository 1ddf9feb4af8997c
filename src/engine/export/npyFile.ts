import { lineBreakInPath } from '../../core/export/exportErrors.ts';
import type { ExportImage } from '../../core/export/exportImage.ts';
import { littleEndian, npyHeader } from '../../core/export/npy.ts';
import type { VectorsByPath } from './imageVectors.ts';
import { runsOf } from './pieces.ts';

const NPY = '.npy';
/** Rows that are written at once. */
const ROWS = 512;

/** The file of the vectors, as NumPy itself would call it. */
export function npyFile(out: string): string {
  return out.toLowerCase().endsWith(NPY) ? out : `${out}${NPY}`;
}

/** The file beside it that says which image each row is of. */
export function pathsFile(npy: string): string {
  return `${npy.slice(0, -NPY.length)}.paths.txt`;
}

/** A path a line. Throws unreadable-file for one that takes two. */
export function* pathLines(images: readonly ExportImage[]): Generator<string> {
  for (const { path } of images) {
    if (/[\r\n]/.test(path)) throw lineBreakInPath(path);
    yield `${path}\n`;
  }
}

/** @param images that all have a vector. @param between is told how many are done, and rejects to stop */
export async function* npyPieces(
  images: readonly ExportImage[],
  { dim, of }: VectorsByPath,
  between: (done: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  yield npyHeader(images.length, dim);
  for (const [start, end] of runsOf(images.length, ROWS)) {
    const rows = new Float32Array((end - start) * dim);
    for (let i = start; i < end; i++) rows.set(of(images[i]!.path)!, (i - start) * dim);
    yield littleEndian(rows);
    await between(end);
  }
}
