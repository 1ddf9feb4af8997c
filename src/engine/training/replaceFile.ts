import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf } from '../../core/errors.ts';

const TEMPORARY = '.tmp';
/** What nobody has written to for so long was left by a process that was killed. */
const STALE_MS = 10 * 60_000;
/** What Windows answers while a virus scanner or a reader has a file open. */
const IN_USE = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** What platforms answer that can't flush a folder. */
const NOT_FLUSHABLE = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES']);

/** What a file is written of, one after another; what makes them may reject, and nothing is written then. */
export type Chunks = readonly (Uint8Array | string)[] | AsyncIterable<Uint8Array | string>;

/**
 * Replaces a file, or creates it: whoever reads it, also after a power cut, finds the old content or all of the new one.
 * Rejects with the operating system's error; nothing is left behind then.
 *
 * @param chunks they must not change until the promise settles
 * @param beforeRename throws to leave the old content
 * @param isOneOfMany of the same folder, which isn't looked through for each of them: what killed processes have left stays
 */
export async function replaceFile(
  file: string,
  chunks: Chunks,
  beforeRename?: () => Promise<void>,
  isOneOfMany = false,
): Promise<void> {
  if (!isOneOfMany) await removeStale(file);
  // A name of its own, so that even a process that shouldn't write here any more can't get into another one's content.
  const temporary = `${file}.${randomBytes(6).toString('hex')}${TEMPORARY}`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await beforeRename?.();
    await renamePatiently(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(dirname(file));
}

/** Takes away what processes that were killed have left in the place of a file's new content. */
async function removeStale(file: string): Promise<void> {
  const [folder, start] = [dirname(file), `${basename(file)}.`];
  try {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(start) || !/^[0-9a-f]{12}\.tmp$/.test(name.slice(start.length))) continue;
      const status = await lstat(join(folder, name));
      if (status.isFile() && Date.now() - status.mtimeMs > STALE_MS) await rm(join(folder, name), { force: true });
    }
  } catch {
    // What is left costs space, and not the file that is to be written.
  }
}

/** True for the names of what `replaceFile` leaves behind when its process is killed. */
export function isTemporary(name: string): boolean {
  return name.endsWith(TEMPORARY);
}

/** Renames a file or a folder, waiting up to a second and a half for others to let go of it where that matters. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isInUse = process.platform === 'win32' && IN_USE.has(systemCodeOf(error) ?? '');
      if (!isInUse || attempt > 8) throw error;
      await sleep(attempt * 40);
    }
  }
}

/** Makes renames in a folder last through a power cut, where the platform can do so. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!NOT_FLUSHABLE.has(systemCodeOf(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}
