import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { statIfPresent } from '../fileStatus.ts';
import { indexInCache, LIKENESS_FOLDER } from './locations.ts';

/**
 * The dataset that a path belongs to: its nearest ancestor (or itself) that holds `.likeness`, or whose index is in the
 * cache folder. Undefined where there is none. The result is a real path, spelt as on disk.
 */
export function findDataset(path: string, cacheFolder: string): string | undefined {
  // As spelt first: a linked image belongs to the dataset it was reached through.
  return nearestDataset(resolve(path), cacheFolder) ?? nearestDataset(realPathOf(resolve(path)), cacheFolder);
}

/** The dataset of a path, else the folder itself (of a file: its folder). A real path, spelt as on disk. */
export function findRoot(path: string, cacheFolder: string): string {
  const dataset = findDataset(path, cacheFolder);
  if (dataset !== undefined) return dataset;
  const absolute = resolve(path);
  const isFile = statIfPresent(absolute)?.isFile() === true;
  return realPathOf(isFile ? dirname(absolute) : absolute);
}

/** Names of the folders directly in a folder that hold `.likeness`, sorted; none where it can't be read. */
export function datasetsBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return folders.filter((name) => isFolder(join(folder, name, LIKENESS_FOLDER))).sort();
  } catch {
    return [];
  }
}

/**
 * A path relative to the root (a real path), with `/`; '' for the root itself, undefined where it lies outside. Given
 * through links or in another case, it comes out as on disk, where the scan meets it; a link out of the root keeps its
 * own name. The path needn't exist.
 */
export function relativeToRoot(root: string, path: string): string | undefined {
  const absolute = resolve(root, path);
  const ownName = join(realPathOf(dirname(absolute)), basename(absolute));
  return inside(root, realPathOf(absolute)) ?? inside(root, ownName) ?? inside(root, absolute);
}

function inside(root: string, absolute: string): string | undefined {
  const path = relative(root, absolute);
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function nearestDataset(path: string, cacheFolder: string): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    if (isFolder(join(folder, LIKENESS_FOLDER))) {
      return realPathOf(folder);
    }
    if (existsSync(indexInCache(realPathOf(folder), cacheFolder))) return realPathOf(folder);
    if (dirname(folder) === folder) return undefined;
  }
}

function isFolder(path: string): boolean {
  try {
    return statIfPresent(path)?.isDirectory() === true;
  } catch {
    // An ancestor that can't be looked into is nobody's dataset for this user.
    return false;
  }
}

/** The real path of what exists of a path, with the rest as it was given. */
function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), basename(path));
  }
}
