import path from 'node:path';
import { pathOutsideRoot } from '../../core/errors.ts';

/** Whether `file` is `root` or lies below it. Both absolute. */
export function isInside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative === '' || (!path.isAbsolute(relative) && relative !== '..' && !relative.startsWith(`..${path.sep}`));
}

/** The absolute path of what a webview names relative to a dataset's root; path-outside-root where it leads elsewhere. */
export function resolveInside(root: string, relative: string): string {
  const file = path.resolve(root, relative);
  if (path.isAbsolute(relative) || !isInside(root, file)) throw pathOutsideRoot(relative, root);
  return file;
}
