import { splitOfFolders } from '../labels/labelRules.ts';

/** Finds an image that a file names. @param split where the file is one of a split: of several it is that of this one */
export type ImageFinder = (image: string, split?: string) => string | undefined;

/**
 * Finds the images that a table speaks of: by path, by path relative to the table's own folder, or by the end of the path
 * that only one image has, a name with or without its extension among them. Of an absolute path that was true elsewhere
 * the end counts as well, where it names a folder too.
 *
 * @param paths of all images, relative to the root
 * @param folder of the table, relative to the root; '' for the root
 */
export function imageFinder(paths: readonly string[], folder: string): ImageFinder {
  const known = new Set(paths);
  let byName: ReadonlyMap<string, readonly string[]> | undefined;
  const endingWith = (image: string, split: string | undefined): string | undefined => {
    byName ??= pathsByName(paths);
    const sameName = byName.get(nameOf(image)) ?? [];
    const found = sameName.filter((path) => endsWithPath(path, image));
    if (found.length === 1) return found[0];
    const ofSplit = split === undefined ? [] : found.filter((path) => splitOfFolders(path) === split);
    if (ofSplit.length === 1) return ofSplit[0];
    if (found.length > 1 || !isAbsolute(image)) return undefined;
    const within = sameName.filter((path) => path.includes('/') && endsWithPath(image, path));
    const longest = Math.max(...within.map((path) => path.length));
    return within.find((path) => path.length === longest);
  };
  return (image, split) => {
    if (known.has(image)) return image;
    const beside = isAbsolute(image) ? undefined : joined(folder, image);
    return beside !== undefined && known.has(beside) ? beside : endingWith(image, split);
  };
}

/** Whether a path, as a file writes it, leads out of the dataset. @param folder of the file, relative to the root */
export function leadsOutside(image: string, folder: string): boolean {
  return isAbsolute(image) || joined(folder, image) === undefined;
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[a-z]:\//i.test(path);
}

/** A path from a folder, without `.` and `..`; undefined where it leads out of the root. */
export function joined(folder: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** Under its name, and under its name without the extension. */
function pathsByName(paths: readonly string[]): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = nameOf(path);
    for (const key of new Set([name, withoutExtension(name)])) {
      const list = byName.get(key);
      if (list === undefined) byName.set(key, [path]);
      else list.push(path);
    }
  }
  return byName;
}

function endsWithPath(path: string, end: string): boolean {
  return [path, withoutExtension(path)].some((whole) => whole === end || whole.endsWith(`/${end}`));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function withoutExtension(path: string): string {
  return path.replace(/\.[^./]*$/, '');
}
