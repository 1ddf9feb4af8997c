import type { FileRecord, Problem } from '../store/indexStore.ts';

/** A file as the scan saw it. */
export interface ScannedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export interface ScannedProblem {
  readonly path: string;
  readonly problem: Problem;
}

export interface IndexPlan {
  /** New files, changed ones, and those that failed when they were last read. */
  readonly changed: readonly ScannedFile[];
  readonly unchanged: readonly ScannedFile[];
  /** Files of the index that are gone. */
  readonly removed: readonly string[];
  /** Problems that the index doesn't hold yet. */
  readonly problems: readonly ScannedProblem[];
}

/**
 * A file written this shortly before it was hashed may have been written again within the same tick of its file
 * system's clock, without a trace in its time.
 */
const RACY_MS = 2_000;

/**
 * Compares a scan with what the index holds. Files below a folder that couldn't be read are left as they are: they may
 * be back tomorrow.
 */
export function planIndexing(
  known: ReadonlyMap<string, FileRecord>,
  files: readonly ScannedFile[],
  problems: readonly ScannedProblem[],
): IndexPlan {
  const changed: ScannedFile[] = [];
  const unchanged: ScannedFile[] = [];
  let recognised = 0;
  for (const file of files) {
    const record = known.get(file.path);
    if (record !== undefined) recognised++;
    (isUnchanged(record, file) ? unchanged : changed).push(file);
  }
  const newProblems: ScannedProblem[] = [];
  for (const entry of problems) {
    const record = known.get(entry.path);
    if (record !== undefined) recognised++;
    if (record?.contentKey !== undefined || record?.problem?.message !== entry.problem.message) newProblems.push(entry);
  }
  // Nearly always everything known is still there, and looking for what isn't would double the time.
  const removed = recognised === known.size ? [] : findRemoved(known, files, problems);
  return { changed, unchanged, removed, problems: newProblems };
}

/** True where a file holds the bytes that the index read of it. */
export function isUnchanged(
  record: Pick<FileRecord, 'contentKey' | 'size' | 'modifiedAt' | 'indexedAt'> | undefined,
  file: Omit<ScannedFile, 'path'>,
): boolean {
  return (
    record?.contentKey !== undefined &&
    record.size === file.size &&
    record.modifiedAt === file.modifiedAt &&
    file.modifiedAt < record.indexedAt - RACY_MS
  );
}

function findRemoved(
  known: ReadonlyMap<string, FileRecord>,
  files: readonly ScannedFile[],
  problems: readonly ScannedProblem[],
): string[] {
  const present = new Set([...files, ...problems].map(({ path }) => path));
  const hidden = problems.map(({ path }) => `${path}/`);
  return [...known.keys()].filter((path) => !present.has(path) && !hidden.some((folder) => path.startsWith(folder)));
}
