import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import type { FilePosition } from '../../protocol/training.ts';

/** Read at once, so that no answer is too large to hold; what is left comes with the next. */
const MOST_BYTES = 8 * 2 ** 20;
/** Bytes before a position that tell whether it still means the same. */
const TAIL_BYTES = 512;

export const BEGINNING: FilePosition = { bytes: 0, tail: '' };

export interface NewLines {
  /** Whole ones; a line that is being written comes when it is whole. */
  readonly lines: readonly string[];
  /** False where the file isn't the one that was read before, and these are its lines from the beginning. */
  readonly continues: boolean;
  readonly end: FilePosition;
  readonly more: boolean;
}

/** What has come to a file of lines since it was read last. A file that isn't there is empty. Rejects with unreadable-file. */
export async function readNewLines(file: string, after: FilePosition, most = MOST_BYTES): Promise<NewLines> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw unreadableFile(file, error);
    return { lines: [], continues: after.bytes === 0, end: BEGINNING, more: false };
  }
  try {
    const { size } = await handle.stat();
    const continues = after.bytes <= size && (await tailAt(handle, after.bytes)) === after.tail;
    const start = continues ? after.bytes : 0;
    const bytes = await bytesAt(handle, start, Math.min(most, size - start));
    const end = bytes.lastIndexOf('\n') + 1;
    // A line as long as all that is read at once is none of ours.
    const read = end === 0 && bytes.length === most ? bytes.length : end;
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    const position = { bytes: start + read, tail: await tailAt(handle, start + read) };
    return { lines, continues, end: position, more: read > 0 && start + bytes.length < size };
  } catch (error) {
    throw unreadableFile(file, error);
  } finally {
    await handle.close();
  }
}

async function tailAt(handle: FileHandle, position: number): Promise<string> {
  const length = Math.min(TAIL_BYTES, position);
  if (length === 0) return '';
  const bytes = await bytesAt(handle, position - length, length);
  return createHash('sha256').update(bytes).digest('hex');
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
