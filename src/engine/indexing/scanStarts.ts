import { type Dirent, lstatSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathOutsideRoot, unreadableFolder } from '../../core/errors.ts';
import type { ExcludeRules } from '../../core/scanning/excludeRules.ts';
import { findSpelling } from '../../core/scanning/spelling.ts';
import { listFolder } from './listFolder.ts';
import type { ScannedProblem } from './plan.ts';
import type { Folder } from './listFolder.ts';

export interface ScanStarts {
  /** True where the root itself is among the paths. */
  readonly isWhole: boolean;
  /** What to visit, each with the folder that holds it, spelt as on disk. */
  readonly entries: readonly { readonly folder: Folder; readonly entry: Dirent }[];
  readonly scope: readonly string[];
  readonly problems: readonly ScannedProblem[];
}

/**
 * Finds the paths that a partial scan was asked for. A name in another case than on disk is found where the file system
 * finds it, and then counts under the name on disk: the other spelling is in the scope with nothing there. What is
 * missing, excluded or behind a symbolic link is in the scope with nothing there, too.
 */
export function locateStarts(root: string, only: readonly string[], rules: ExcludeRules): ScanStarts {
  const listings = new Map<string, Dirent[]>();
  const list = (absolute: string) => {
    let listing = listings.get(absolute);
    if (listing === undefined) listings.set(absolute, (listing = listFolder(absolute)));
    return listing;
  };
  const entries = new Map<string, { folder: Folder; entry: Dirent }>();
  const scope = new Set<string>();
  const problems: ScannedProblem[] = [];
  let isWhole = false;

  for (const given of only) {
    const path = relativePath(root, given);
    if (path === undefined) {
      const { code, message } = pathOutsideRoot(given, root);
      problems.push({ path: given, problem: { code, message } });
    } else if (path === '') {
      isWhole = true;
    } else {
      scope.add(path);
      const found = locate(root, path.split('/'), rules, list, problems);
      if (found === undefined) continue;
      scope.add(found.path);
      entries.set(found.path, found);
    }
  }
  const paths = withoutNested([...entries.keys()]);
  return { isWhole, entries: paths.map((path) => entries.get(path)!), scope: withoutNested([...scope]), problems };
}

function locate(
  root: string,
  segments: readonly string[],
  rules: ExcludeRules,
  list: (absolute: string) => Dirent[],
  problems: ScannedProblem[],
): { path: string; folder: Folder; entry: Dirent } | undefined {
  let folder: Folder = { path: '', absolute: root, isLinked: false };
  for (const [depth, segment] of segments.entries()) {
    let entry: Dirent | undefined;
    try {
      entry = findEntry(list(folder.absolute), folder.absolute, segment);
    } catch (error) {
      if (!isMissing(error)) {
        const { code, message } = unreadableFolder(folder.path, error);
        problems.push({ path: folder.path, problem: { code, message } });
      }
      return undefined;
    }
    if (entry === undefined) return undefined;
    const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
    if (depth === segments.length - 1) return { path, folder, entry };
    if (!entry.isDirectory() || rules.excludesFolder(path, entry.name)) return undefined;
    folder = { path, absolute: join(folder.absolute, entry.name), isLinked: false };
  }
  return undefined;
}

function findEntry(listing: readonly Dirent[], folder: string, name: string): Dirent | undefined {
  const exact = listing.find((entry) => entry.name === name);
  if (exact !== undefined || lstatSync(join(folder, name), { throwIfNoEntry: false }) === undefined) return exact;
  const spelling = findSpelling(
    listing.map((entry) => entry.name),
    name,
  );
  return listing.find((entry) => entry.name === spelling);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function relativePath(root: string, given: string): string | undefined {
  const path = relative(root, resolve(root, given));
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** The paths that aren't below another of them, sorted. */
function withoutNested(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => !ancestorsOf(path).some((ancestor) => all.has(ancestor))).sort();
}

function ancestorsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
