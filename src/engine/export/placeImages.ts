import { constants } from 'node:fs';
import { access, copyFile, link, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileNotFound, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import type { ExportImage } from '../../core/export/exportImage.ts';
import type { PlacedImage } from '../../core/export/folderPlans.ts';
import { runsOf } from './pieces.ts';

/** Files that are looked at, or copied, at once. */
const TOGETHER = 16;
/** What a system answers that makes no hard link of a file: to another disk, on one that has none, of another's file. */
const NO_LINK = new Set(['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN']);

/** Told how many images are done; rejects to stop. */
type Between = (done: number) => Promise<void>;

/** The images whose files are there as they were indexed, as far as their size tells, and the paths of the others. */
export async function presentImages(
  root: string,
  images: readonly ExportImage[],
  between: Between,
): Promise<{ readonly images: readonly ExportImage[]; readonly gone: readonly string[] }> {
  const kept: ExportImage[] = [];
  const gone: string[] = [];
  for (const [start, end] of runsOf(images.length, TOGETHER)) {
    const group = images.slice(start, end);
    const sizes = await Promise.all(group.map(({ path }) => sizeOf(join(root, path))));
    group.forEach((image, i) => {
      if (sizes[i] === image.bytes) kept.push(image);
      else gone.push(image.path);
    });
    await between(end);
  }
  return { images: kept, gone };
}

async function sizeOf(file: string): Promise<number | undefined> {
  const status = await stat(file).catch(() => undefined);
  return status?.isFile() === true ? status.size : undefined;
}

/**
 * Copies images, or makes hard links of them, to where they are planned in a folder. The originals stay as they are.
 *
 * Rejects with file-not-found or unreadable-file of an image, the operating system's error of a failed write, or what
 * `between` rejects with.
 *
 * @returns how many were copied where links were wanted
 */
export async function placeImages(
  root: string,
  plan: readonly PlacedImage[],
  folder: string,
  { isLinked, between }: { readonly isLinked: boolean; readonly between: Between },
): Promise<{ readonly copied: number }> {
  for (const parent of new Set(plan.map(({ target }) => dirname(target)))) {
    await mkdir(join(folder, parent), { recursive: true });
  }
  let copied = 0;
  for (const [start, end] of runsOf(plan.length, TOGETHER)) {
    // All of them end before one's failure is told: nothing may be written afterwards.
    const done = await Promise.allSettled(
      plan.slice(start, end).map(async ({ image, target }) => {
        const [source, file] = [join(root, image.path), join(folder, target)];
        if (isLinked && (await madeLink(source, file))) return;
        if (isLinked) copied++;
        await copy(source, file);
      }),
    );
    for (const one of done) if (one.status === 'rejected') throw one.reason;
    await between(end);
  }
  return { copied };
}

/** False where there can't be one. */
async function madeLink(source: string, file: string): Promise<boolean> {
  try {
    // A link to a symbolic link would be another symbolic link, and lead elsewhere from here.
    const isSymbolic = (await lstat(source)).isSymbolicLink();
    await link(isSymbolic ? await realpath(source) : source, file);
    return true;
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    if (NO_LINK.has(code)) return false;
    throw code === 'ENOENT' ? fileNotFound(source) : error;
  }
}

async function copy(source: string, file: string): Promise<void> {
  try {
    await copyFile(source, file, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw fileNotFound(source);
    const denied: unknown = await access(source, constants.R_OK).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    throw denied === undefined ? error : unreadableFile(source, denied);
  }
}
