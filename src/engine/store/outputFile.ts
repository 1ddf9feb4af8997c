import { stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { outputFolderNotFound, readOnly, systemCodeOf } from '../../core/errors.ts';
import { fileKindOf } from '../../core/images/fileKinds.ts';
import {
  fileExists,
  outInLikeness,
  outIsFolder,
  pictureInDataset,
  wouldReplaceImage,
  wouldReplaceLabels,
} from '../../core/labels/labelErrors.ts';
import type { Dataset } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { labelFiles, splitFiles } from '../labels/sources/labelFiles.ts';
import { replaceFile, type Chunks } from '../training/replaceFile.ts';
import { writeFailure } from './fileErrors.ts';
import { relativeToRoot } from './findRoot.ts';
import { LIKENESS_FOLDER } from './locations.ts';

/** A file that a person wants a result in. */
export interface OutputFile {
  /** Absolute. */
  readonly file: string;
  /** A file that is there is replaced only if told so. */
  readonly replace: boolean;
}

/**
 * Refuses a file that must not be written, before any work is done: one that is there, unless it may be replaced, and in
 * any case what people have: images, of whichever dataset, the tables of labels and splits, and all in `.likeness`; also a folder,
 * a file in a folder that isn't there, and a picture in a dataset, which couldn't be replaced the next time. Rejects with file-exists or file-not-found.
 *
 * @param isPicture a picture is written, which may take the place of another one that is in no dataset
 */
export async function assertOutputFile(
  { file, replace }: OutputFile,
  dataset: Pick<Dataset, 'root' | 'config'>,
  isPicture = false,
): Promise<void> {
  const status = statIfPresent(file);
  if (status?.isDirectory() === true) throw outIsFolder(file);
  const inside = relativeToRoot(dataset.root, file);
  const isOurs = inside?.split('/')[0] === LIKENESS_FOLDER || file.split(sep).includes(LIKENESS_FOLDER);
  if (isOurs) throw outInLikeness(file);
  const isAmongImages = inside !== undefined || liesInDataset(file);
  const isImage = status !== undefined && fileKindOf(basename(file)).kind !== 'other';
  if (isImage && (isAmongImages || !isPicture)) throw wouldReplaceImage(file);
  const isLabels = await Promise.all(
    [...labelFiles(dataset), ...splitFiles(dataset)].map((labels) => isSameFile(file, labels)),
  );
  if (isLabels.includes(true)) throw wouldReplaceLabels(file);
  if (!replace && status !== undefined) throw fileExists(file);
  if (statIfPresent(dirname(file))?.isDirectory() !== true) throw outputFolderNotFound(file, dirname(file));
  if (isPicture && isAmongImages) throw pictureInDataset(file);
}

function liesInDataset(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (statIfPresent(join(folder, LIKENESS_FOLDER)) !== undefined) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** Rejects with file-exists, read-only, disk-full or file-not-found. */
export async function writeOutput({ file, replace }: OutputFile, content: string | Uint8Array): Promise<void> {
  try {
    // One that was written meanwhile is somebody's too.
    if (replace) await replaceFile(file, [content]);
    else await writeFile(file, content, { flag: 'wx', flush: true });
  } catch (error) {
    throw systemCodeOf(error) === 'EEXIST' ? fileExists(file) : outputFailure(file, error);
  }
}

/**
 * As `writeOutput`, of what is too much to hold at once: all of it is there in the end, or nothing is.
 *
 * @param chunks may reject, as with `cancelled`
 * @param beforeRename what else has to be done before the file is there; where it rejects there is none
 */
export async function streamOutput(
  { file, replace }: OutputFile,
  chunks: Chunks,
  beforeRename?: () => Promise<void>,
): Promise<void> {
  try {
    await replaceFile(file, chunks, async () => {
      // One that was written meanwhile is somebody's too.
      if (!replace && statIfPresent(file) !== undefined) throw fileExists(file);
      await beforeRename?.();
    });
  } catch (error) {
    throw outputFailure(file, error);
  }
}

/** Also where links, or another case, lead to the same file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [first, second] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}

function outputFailure(file: string, error: unknown): unknown {
  if (!['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return writeFailure(file, error) ?? error;
  // Some file systems answer so where nobody can make a file in a folder that is there.
  const isThere = statIfPresent(dirname(file))?.isDirectory() === true;
  return isThere ? readOnly(file, error) : outputFolderNotFound(file, dirname(file));
}
