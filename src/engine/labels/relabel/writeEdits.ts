import { createHash } from 'node:crypto';
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
    async function* pieces(): AsyncGenerator<Uint8Array> {
      const handle = await open(target);
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
            hash.update(piece);
            at += bytesRead;
            yield piece;
          }
        };
        /** What is replaced belongs to the content that the plan was made of. */
        const skipped = async (end: number) => {
          const pieces = copied(end);
          while ((await pieces.next()).done !== true);
        };
        for (const { start, end, text } of edits) {
          yield* copied(start);
          await skipped(end);
          yield Buffer.from(text, 'latin1');
        }
        yield* copied(Infinity);
      } finally {
        await handle.close();
      }
    }
    await replaceFile(target, pieces(), async () => {
      const after = await stat(target);
      if (hash.digest('hex') !== sha256 || after.mtimeMs !== before.mtimeMs) throw labelFileChanged(file);
    });
    await chmod(target, before.mode).catch(() => undefined);
  } catch (error) {
    if (error instanceof LikenessError || systemCodeOf(error) === undefined) throw error;
    if (systemCodeOf(error) === 'ENOENT') throw fileNotFound(file);
    throw writeFailure(file, error) ?? unreadableFile(file, error);
  }
}
