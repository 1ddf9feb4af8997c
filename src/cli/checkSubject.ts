import { resolve } from 'node:path';
import { hasImageExtension } from '../core/images/fileKinds.ts';
import { fileNotFound, pathOutsideDataset, usage } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { relativeToRoot } from '../engine/store/findRoot.ts';
import type { Invocation } from './command.ts';
import { folderArgument, kindOf } from './paths.ts';
import { hasWhere } from './whereOption.ts';

/** What a check is about. */
export interface CheckSubject {
  readonly folder: string;
  /** Relative to the root: only what these have a part in. */
  readonly images?: readonly string[];
}

/**
 * A folder, or image files one by one, as a hook before a commit names them: they are checked against all of their dataset.
 * Throws folder-not-found, file-not-found, not-indexed, path-outside-root, or usage.
 */
export function checkSubject(invocation: Invocation, engine: Engine): CheckSubject {
  const named = invocation.positionals.map((text) => resolve(text));
  const [first = resolve('.'), ...more] = named;
  if (more.length === 0 && !isImage(first)) return { folder: folderArgument(first) };
  if (named.some((path) => kindOf(path) === 'folder')) {
    throw usage('check takes one folder, or image files without one.');
  }
  const absent = named.find((path) => kindOf(path) === undefined);
  if (absent !== undefined) throw fileNotFound(absent);
  if (hasWhere(invocation)) {
    throw usage('The images are named one by one, or by what they are (--where, --view); give one or the other.');
  }
  const root = engine.decisions.datasetOf(first, resolve('.'));
  const images = named.map((path) => {
    const inside = relativeToRoot(root, path);
    if (inside === undefined) throw pathOutsideDataset(path, root);
    return inside;
  });
  return { folder: root, images };
}

/** A file, or the name of one that is gone: no folder is meant by it. */
function isImage(path: string): boolean {
  const kind = kindOf(path);
  return kind === 'file' || (kind === undefined && hasImageExtension(path));
}
