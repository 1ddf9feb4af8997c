import { type Dirent, readdirSync } from 'node:fs';

/** A folder on its way; `path` is relative ('' for the root), `absolute` without links. */
export interface Folder {
  readonly path: string;
  readonly absolute: string;
  /** True where it lies outside the root and was reached through a link. */
  readonly isLinked: boolean;
}

/** What Node puts where a name's bytes are not UTF-8. Such a name can't be handed back to the system. */
export const REPLACEMENT = '\uFFFD';

/** A folder's entries in the order of their names' code units, so that every scan gives the same order. */
export function listFolder(absolute: string): Dirent[] {
  return readdirSync(absolute, { withFileTypes: true }).sort(byName);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
