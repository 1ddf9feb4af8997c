import { createHash, type Hash } from 'node:crypto';
import { chmod, open, realpath, stat } from 'node:fs/promises';
import { fileNotFound, LikenessError, systemCodeOf, unreadableFile } from '../../../core/errors.ts';
import { labelFileChanged } from '../../../core/labels/labelSourceErrors.ts';
import { writeFailure } from '../../store/fileErrors.ts';
import { replaceFile } from '../../training/replaceFile.ts';
import type { PlannedFile } from './relabelPlan.ts';

/** Bytes that are copied at once. */
const PIECE = 1 << 20;

/**
 * Replaces parts of a file and leaves every other byte as it is: whoever reads it, also after a power cut, finds the old
 * content or all of the new one. Rejects with images-changed where the file isn't the one that the edits are for, with
 * file-not-found, unreadable-file, read-only or disk-full; nothing is changed then.
 */
export async function writeEdits({ file, sha256, edits }: PlannedFile): Promise<void> {
  try {
    // A link stays one.
    const target = await realpath(file);
    const before = await stat(target);
    const hash = createHash('sha256');
    const stillThat = async () => {
      const after = await stat(target);
      if (hash.digest('hex') !== sha256 || after.mtimeMs !== before.mtimeMs) throw labelFileChanged(file);
    };
    // Those of YOLO are small, and there may be one for each image.
    await replaceFile(target, editedPieces(target, edits, { hash }), stillThat, before.size < PIECE);
    await chmod(target, before.mode).catch(() => undefined);
  } catch (error) {
    if (error instanceof LikenessError || systemCodeOf(error) === undefined) throw error;
    if (systemCodeOf(error) === 'ENOENT') throw fileNotFound(file);
    throw writeFailure(file, error) ?? unreadableFile(file, error);
  }
}

/** What a file will be once edits are written. Rejects as `writeEdits` does. */
export async function foreseeEdits({ file, sha256, edits }: PlannedFile): Promise<{
  /** What is replaced, of each edit, a character for each byte. */
  readonly removed: readonly string[];
  /** Hex SHA-256 of the new content. */
  readonly after: string;
}> {
  try {
    const [before, after] = [createHash('sha256'), createHash('sha256')];
    const removed: string[] = [];
    for await (const piece of editedPieces(file, edits, { hash: before, removed })) after.update(piece);
    if (before.digest('hex') !== sha256) throw labelFileChanged(file);
    return { removed, after: after.digest('hex') };
  } catch (error) {
    if (error instanceof LikenessError || systemCodeOf(error) === undefined) throw error;
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
}

/** What is learnt of the old content on the way. */
interface OldContent {
  readonly hash?: Hash;
  readonly removed?: string[];
}

/** The new content of a file, in its order. Rejects with the operating system's error. */
export async function* editedPieces(
  file: string,
  edits: PlannedFile['edits'],
  { hash, removed }: OldContent = {},
): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    let at = 0;
    const copied = async function* (end: number) {
      while (at < end) {
        const { buffer, bytesRead } = await handle.read({
          buffer: Buffer.alloc(Math.min(PIECE, end - at)),
          position: at,
        });
        if (bytesRead === 0) return;
        const piece = buffer.subarray(0, bytesRead);
        hash?.update(piece);
        at += bytesRead;
        yield piece;
      }
    };
    for (const { start, end, text } of edits) {
      yield* copied(start);
      // What is replaced belongs to the content that the edits were made for.
      let old = '';
      for await (const piece of copied(end)) if (removed) old += piece.toString('latin1');
      removed?.push(old);
      yield Buffer.from(text, 'latin1');
    }
    yield* copied(Infinity);
  } finally {
    await handle.close();
  }
}
