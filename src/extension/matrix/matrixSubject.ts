import path from 'node:path';
import { formatQuantity } from '../../core/progressText.ts';
import type { MatrixSubject } from '../../protocol/matrix.ts';
import type { ImageFilter } from '../../protocol/engine.ts';
import type { MatrixState } from '../../protocol/matrixView.ts';
import { isInside } from '../files/rootPaths.ts';

/**
 * What a command is called with by another part of the window, a key binding or a row: `{ root, paths? }`, or a row of the
 * Embedding Explorer, which stands for a dataset, a class or a split. Undefined for anything else.
 */
export function subjectGiven(argument: unknown): MatrixSubject | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('root' in argument && typeof argument.root === 'string') {
    const paths = 'paths' in argument ? argument.paths : undefined;
    if (paths === undefined) return { root: argument.root };
    return isListOfStrings(paths) ? { root: argument.root, paths } : undefined;
  }
  if (!('folder' in argument) || typeof argument.folder !== 'string') return undefined;
  const filter = 'filter' in argument ? (argument.filter as ImageFilter | undefined) : undefined;
  return { root: argument.folder, ...(filter && { filter }) };
}

/** Files and folders that were chosen in the Explorer; those of other datasets than the first one's stay out. */
export function subjectOfFiles(root: string, files: readonly string[]): MatrixSubject {
  const inside = files.filter((file) => isInside(root, file));
  const paths = inside.map((file) => path.relative(root, file).split(path.sep).join('/'));
  return paths.includes('') ? { root } : { root, paths };
}

/** What is compared, for a title. */
export function describeSubject({ root, paths, filter }: MatrixSubject): NonNullable<MatrixState['subject']> {
  const of = path.basename(root);
  const { classes, splits } = filter ?? {};
  const parts = [
    paths && (paths.length === 1 ? paths[0]! : formatQuantity(paths.length, 'chosen file')),
    classes && (classes.length <= 3 ? classes.join(', ') : `${classes.length} classes`),
    splits && splits.join(', '),
  ].filter((part) => part !== undefined);
  return { name: parts.length === 0 ? of : parts.join(' · '), of, isWhole: parts.length === 0 };
}

export function isSubject(value: unknown): value is MatrixSubject {
  return subjectGiven(value) !== undefined && 'root' in (value as object);
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
