import path from 'node:path';
import { isInside } from '../files/rootPaths.ts';

/** A dataset, or a folder of one, for a person: `dataset/folder`. Both absolute. */
export function folderName(root: string, folder: string): string {
  if (root === folder || !isInside(root, folder)) return path.basename(folder);
  return [path.basename(root), ...path.relative(root, folder).split(path.sep)].join('/');
}
