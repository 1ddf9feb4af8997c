import path from 'node:path';
import { pathOutsideRoot, usage } from '../../core/errors.ts';
import { imageExtensions } from '../../core/images/fileKinds.ts';
import { selectedText } from '../../core/training/selectedText.ts';
import { isInside, resolveInside } from '../files/rootPaths.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';

/**
 * The selection that a training command was called with, as `{"root": …, "paths": […]}`; undefined for all else that a command
 * may be called on. Throws usage where it is none of images, and path-outside-root where a path leads out of the root.
 */
export function selectedOf(argument: unknown): SelectedImages | undefined {
  if (typeof argument !== 'object' || argument === null || !('paths' in argument) || !('root' in argument)) {
    return undefined;
  }
  const { root, paths } = argument;
  const isList = Array.isArray(paths) && paths.every((name) => typeof name === 'string' && name !== '');
  if (typeof root !== 'string' || !path.isAbsolute(root) || !isList) {
    throw usage('A selection names the absolute root of a dataset, and paths of images relative to it.');
  }
  const named: readonly string[] = paths;
  if (named.length === 0) throw usage('No image is selected; select some, or train on the whole dataset.');
  for (const name of named) resolveInside(root, name);
  return { root, paths: named };
}

/**
 * Files and folders of one dataset as a selection of its images; undefined where its root is among them, which stands for all.
 *
 * @param files absolute; at least one
 */
export function selectionOfFiles(files: readonly string[], root: string): SelectedImages | undefined {
  const paths = files.map((file) => {
    if (!isInside(root, file)) throw pathOutsideRoot(file, root);
    return path.relative(root, file).split(path.sep).join('/');
  });
  return paths.includes('') ? undefined : { root, paths };
}

/**
 * What is trained on, for people: "clothing", "40 selected images of 1,616 in clothing", "train/mug in clothing".
 *
 * @param of images of the dataset, where that is known
 */
export function subjectName(folder: string, images: readonly string[] | undefined, of: number | undefined): string {
  const name = path.basename(folder);
  if (images === undefined) return name;
  const isImage = (file: string): boolean => imageExtensions.includes(path.extname(file).toLowerCase());
  if (images.every(isImage)) return `${selectedText({ images: images.length, of })} in ${name}`;
  return images.length === 1 ? `${images[0]!} in ${name}` : `what is selected in ${name}`;
}
