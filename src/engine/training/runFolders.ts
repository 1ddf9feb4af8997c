/** Folders with the files of runs and encoders: listing, measuring, deleting. Links are never followed. */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../core/errors.ts';
import { renamePatiently } from './replaceFile.ts';

const DELETED = '.deleted-';
/** Everything hidden but the lock: new runs, deleted ones, and probes. */
const REMAINS = /^\.(new|deleted|clock)-/;
/** What is younger may still be worked on. */
const REMAINS_MS = 60_000;

/** Names of the folders in a folder, without links and hidden ones; none where it isn't there. */
export async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return [];
    throw error;
  }
}

/** Total size of the files below a path. What can't be looked into, or goes away meanwhile, counts nothing. */
export async function bytesBelow(path: string): Promise<number> {
  try {
    const status = await lstat(path);
    if (status.isFile()) return status.size;
    if (!status.isDirectory()) return 0;
    const sizes = await Promise.all((await readdir(path)).map((name) => bytesBelow(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}

/**
 * Deletes a folder in `parent` and returns the bytes freed. It is renamed first: killed at any moment, either all of it is
 * there or nothing that could be taken for it. Rejects with the operating system's error.
 */
export async function removeFolder(parent: string, name: string): Promise<number> {
  const folder = join(parent, name);
  const bytes = await bytesBelow(folder);
  const deleted = join(parent, `${DELETED}${randomBytes(6).toString('hex')}`);
  await renamePatiently(folder, deleted);
  await rm(deleted, { recursive: true, force: true, maxRetries: 5 });
  return bytes;
}

/** Removes what processes that were killed left in the folder of runs. */
export async function removeRemains(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!REMAINS.test(name)) continue;
    const path = join(folder, name);
    try {
      const isOld = Date.now() - (await lstat(path)).mtimeMs > REMAINS_MS;
      if (isOld || name.startsWith(DELETED)) await rm(path, { recursive: true, force: true });
    } catch {
      // Another process removes it as well, or it is of no harm where it is.
    }
  }
}
