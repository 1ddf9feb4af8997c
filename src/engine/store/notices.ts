import { ErrorCode } from '../../core/errors.ts';
import type { StoreNotice } from './indexStore.ts';

/** What kept an index from its root, and whether it still does. */
export interface Obstacle {
  readonly code: ErrorCode;
  readonly isPresent: boolean;
}

export function keptElsewhere(root: string, location: string, { code, isPresent }: Obstacle): StoreNotice {
  const is = isPresent ? 'is' : 'was';
  const then = isPresent ? '' : ' when it was first indexed';
  const remedy = isPresent ? '' : '; delete that file to start over in the folder itself';
  const reason =
    code === ErrorCode.DiskFull
      ? `The disk that holds ${root} ${is} full${then}`
      : code === ErrorCode.IndexInaccessible
        ? `${root} ${is} not fit to hold a database${then}`
        : `${root} ${is} read-only${then}`;
  return { code, message: `${reason}, so its index is kept in ${location}${remedy}.` };
}

export function rebuilt(location: string, aside: string): StoreNotice {
  return {
    code: ErrorCode.IndexCorrupt,
    message: `The index ${location} was damaged and is rebuilt; the damaged one was moved to ${aside}.`,
  };
}
