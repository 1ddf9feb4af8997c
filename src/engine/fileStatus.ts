import { type Stats, statSync } from 'node:fs';
import { systemCodeOf } from '../core/errors.ts';

/** A path's status, links followed; undefined where there is nothing, also because a file is in the way. */
export function statIfPresent(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Node before 24 throws this one all the same.
    if (systemCodeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
