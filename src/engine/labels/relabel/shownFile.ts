import { relativeToRoot } from '../../store/findRoot.ts';

/** A file as people are told of it: relative to the root where it lies in it. */
export function shownFile(root: string, file: string): string {
  return relativeToRoot(root, file) ?? file;
}
