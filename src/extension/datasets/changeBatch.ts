import path from 'node:path';
import { extensionOf, fileKindOf } from '../../core/images/fileKinds.ts';

export type FileChange = 'created' | 'changed' | 'deleted';

/**
 * Whether a change below a dataset's root may alter its index. Folders are reported once for all they hold: a deleted
 * one is known by its name only, so whatever doesn't look like another kind of file counts.
 */
export function concernsImages(root: string, file: string, change: FileChange): boolean {
  const segments = path.relative(root, file).split(path.sep);
  if (segments.some((segment) => segment.startsWith('.'))) return false;
  const name = path.basename(file);
  // Pictures that can't be read count too: they are listed as such.
  if (fileKindOf(name).kind !== 'other') return true;
  return change !== 'changed' && !/^\.[a-z]\w*$/.test(extensionOf(name));
}

/** Paths without those that lie below others of them. */
export function withoutNested(paths: Iterable<string>): string[] {
  const kept: string[] = [];
  for (const file of [...new Set(paths)].sort()) {
    const last = kept.at(-1);
    if (last === undefined || !file.startsWith(last + path.sep)) kept.push(file);
  }
  return kept;
}
