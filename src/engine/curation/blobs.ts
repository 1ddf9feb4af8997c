import { join } from 'node:path';
import { hasImageExtension } from '../../core/images/fileKinds.ts';
import { yoloLabelPath } from '../../core/labels/yoloLabels.ts';
import { statIfPresent } from '../fileStatus.ts';
import { git } from './git.ts';

/** A path and git's name for the content that is, or was, there. */
export type Blob = readonly [path: string, id: string];

/**
 * Of files that git hasn't read, those that may have a content that was elsewhere before: images of the size of one that is no
 * longer where it was, and the label files of images. Reading the others would take as long as there is much of them.
 *
 * @param within what paths of blobs begin with, unlike those of the files
 * @param gone what is no longer at a path
 * @param come what git knows to have come to one
 */
export async function mayBeRenamed(
  folder: string,
  within: string,
  { gone, come }: { readonly gone: readonly Blob[]; readonly come: readonly Blob[] },
  open: readonly string[],
): Promise<string[]> {
  const goneImages = gone.filter(([path]) => hasImageExtension(path));
  if (goneImages.length === 0) return [];
  const found = await ofSizes(folder, open.filter(hasImageExtension), goneImages);
  const images = [...found.map((path) => within + path), ...come.map(([path]) => path).filter(hasImageExtension)];
  const labels = new Set(images.map(yoloLabelPath));
  return [...found, ...open.filter((path) => labels.has(within + path))];
}

/** Those of the images that are as large as one of the blobs, and those whose size says nothing. */
async function ofSizes(folder: string, images: readonly string[], blobs: readonly Blob[]): Promise<string[]> {
  if (images.length === 0) return [];
  const input = blobs.map(([, id]) => `${id}\n`).join('');
  const asked = git(folder, ['cat-file', '--batch-check=%(objectsize)'], input).catch(() => '');
  const [printed, converted] = await Promise.all([asked, convertedAmong(folder, images)]);
  const lines = printed.split('\n').slice(0, blobs.length);
  // One that is missing, as in a part of a repository, may be of any size.
  if (lines.length < blobs.length || lines.some((line) => !/^\d+$/.test(line))) return [...images];
  const sizes = new Set(lines.map(Number));
  return images.filter((path) => {
    // SVG is text, which may have had other line ends.
    if (converted.has(path) || /\.svg$/i.test(path)) return true;
    const size = statIfPresent(join(folder, path))?.size;
    return size !== undefined && sizes.has(size);
  });
}

/** Files that the repository holds in another form, such as pointers to large files; any of them where git doesn't tell. */
async function convertedAmong(folder: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const input = paths.map((path) => `${path}\0`).join('');
  const attributes = ['filter', 'text', 'working-tree-encoding', 'ident'];
  const printed = await git(folder, ['check-attr', '-z', '--stdin', ...attributes], input).catch(() => undefined);
  if (printed === undefined) return new Set(paths);
  const parts = printed.split('\0');
  const converted = new Set<string>();
  for (let i = 0; i + 2 < parts.length; i += 3) {
    const [path, attribute, value] = parts.slice(i, i + 3) as [string, string, string];
    // What is of itself found to be text or not isn't where it is an image.
    const isPlain = value === 'unspecified' || value === 'unset' || (attribute === 'text' && value === 'auto');
    if (!isPlain) converted.add(path);
  }
  return converted;
}

/** What git calls the contents of files in the working tree; those that it can't be asked for are left out. */
export async function blobsOf(folder: string, paths: readonly string[]): Promise<Blob[]> {
  // A line is a path, and one in quotation marks is taken for an escaped one.
  const asked = paths.filter((path) => !/^"|[\r\n]/.test(path) && statIfPresent(join(folder, path))?.isFile() === true);
  if (asked.length === 0) return [];
  const [top, prefix] = await Promise.all(
    ['--show-toplevel', '--show-prefix'].map(async (what) =>
      (await git(folder, ['rev-parse', what])).replace(/\r?\n$/, ''),
    ),
  );
  // It takes paths from the top of the repository, wherever it runs.
  const input = asked.map((path) => `${prefix}${path}\n`).join('');
  // A filter of the repository's attributes may fail, or a file go meanwhile: nothing is known of where any was then.
  const ids = (await git(top!, ['hash-object', '--stdin-paths'], input).catch(() => '')).split('\n');
  return asked.flatMap((path, i): Blob[] => (ids[i] ? [[path, ids[i]]] : []));
}
