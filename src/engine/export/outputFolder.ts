import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { outputFolderNotFound, systemCodeOf } from '../../core/errors.ts';
import {
  outInDataset,
  outIsFile,
  outIsMount,
  outNotEmpty,
  stagingInUse,
  stagingNotOurs,
} from '../../core/export/exportErrors.ts';
import { outInLikeness } from '../../core/labels/labelErrors.ts';
import { statIfPresent } from '../fileStatus.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { isProcessAlive } from '../store/processes.ts';
import { flushFolder, renamePatiently } from '../training/replaceFile.ts';

/** In a folder that is being written: who writes it, so that another run knows what it found. */
const MARKER = '.likeness-export.json';
/** Folders that this process is writing. */
const writing = new Set<string>();

/**
 * Refuses a folder that can't be exported to, before any work is done: it has to be new or empty, and outside of the
 * dataset. Rejects with file-exists, folder-not-empty or file-not-found.
 */
export async function assertOutputFolder(folder: string, root: string): Promise<void> {
  if (folder.split(sep).includes(LIKENESS_FOLDER)) throw outInLikeness(folder);
  if (relativeToRoot(root, folder) !== undefined) throw outInDataset(folder, root);
  const status = statIfPresent(folder);
  if (status !== undefined && !status.isDirectory()) throw outIsFile(folder);
  if (status !== undefined && (await readdir(folder)).length > 0) throw outNotEmpty(folder);
  const parent = statIfPresent(dirname(folder));
  if (parent?.isDirectory() !== true) throw outputFolderNotFound(folder, dirname(folder));
  if (status !== undefined && status.dev !== parent.dev) throw outIsMount(folder);
}

/**
 * Makes a folder beside the one that is wanted, and gives it that name when all is in it: nobody finds half of it. Where it
 * fails nothing is left; what a killed process has left, the next run takes away.
 *
 * Rejects with folder-not-empty, file-exists, read-only, disk-full, or what `work` rejects with.
 */
export async function writeFolder<T>(folder: string, work: (staging: string) => Promise<T>): Promise<T> {
  const staging = `${folder}.partial`;
  if (writing.has(staging)) throw stagingInUse(staging, process.pid, hostname());
  writing.add(staging);
  try {
    await makeStaging(staging, folder);
    try {
      const result = await work(staging);
      await rm(join(staging, MARKER));
      await putInPlace(staging, folder);
      return result;
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw writeFailure(folder, error) ?? error;
  } finally {
    writing.delete(staging);
  }
}

async function makeStaging(staging: string, folder: string): Promise<void> {
  if (statIfPresent(staging) !== undefined) await removeStale(staging, folder);
  await mkdir(staging);
  await writeFile(join(staging, MARKER), `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`);
}

/** Takes away what a killed export has left. Rejects where it isn't that, or where its process may be at work. */
async function removeStale(staging: string, folder: string): Promise<void> {
  const marker = await readMarker(staging);
  if (marker === undefined) {
    // One that was killed before it got any further has left it empty.
    await rmdir(staging).catch(() => {
      throw stagingNotOurs(staging, folder);
    });
    return;
  }
  const { pid, host } = marker;
  // A process of our own number is gone: this one isn't writing it.
  const isGone = host === hostname() && (pid === process.pid || !isProcessAlive(pid));
  if (!isGone) throw stagingInUse(staging, pid, host);
  await rm(staging, { recursive: true, force: true });
}

async function readMarker(staging: string): Promise<{ readonly pid: number; readonly host: string } | undefined> {
  try {
    const { pid, host } = JSON.parse(await readFile(join(staging, MARKER), 'utf8')) as Record<string, unknown>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

async function putInPlace(staging: string, folder: string): Promise<void> {
  try {
    if ((await stat(folder).catch(() => undefined)) !== undefined) await rmdir(folder);
    await renamePatiently(staging, folder);
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) throw outNotEmpty(folder);
    throw error;
  }
  await flushFolder(dirname(folder));
}
