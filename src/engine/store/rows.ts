import { ErrorCode } from '../../core/errors.ts';
import type { ContentRecord, FileRecord, Problem } from './indexStore.ts';
import type { SqlValue } from './sqlite.ts';

/** The two columns in which every table keeps a problem. */
export interface ProblemColumns {
  readonly problem_code: string | null;
  readonly problem_message: string | null;
}

/** The columns of `files`, in the order of `FILE_COLUMNS`. */
export type FileRow = readonly [
  path: string,
  size: number,
  modifiedAt: number,
  indexedAt: number,
  content: number | null,
  problemCode: string | null,
  problemMessage: string | null,
];
export const FILE_COLUMNS = 'path, size, modified_at, indexed_at, content, problem_code, problem_message';

export interface ContentRow extends ProblemColumns {
  readonly key: number;
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly thumbnail: Uint8Array | null;
}

const codes: ReadonlySet<string> = new Set(Object.values(ErrorCode));

export function fileOf([
  path,
  size,
  modifiedAt,
  indexedAt,
  content,
  problem_code,
  problem_message,
]: FileRow): FileRecord {
  const contentKey = content ?? undefined;
  return { path, size, modifiedAt, indexedAt, contentKey, problem: problemOf({ problem_code, problem_message }) };
}

export function contentOf(row: ContentRow): ContentRecord {
  return {
    id: row.id,
    width: row.width,
    height: row.height,
    format: row.format,
    problem: problemOf(row),
    thumbnail: row.thumbnail ?? undefined,
  };
}

export function problemOf(row: ProblemColumns): Problem | undefined {
  if (row.problem_code === null) return undefined;
  return {
    code: isErrorCode(row.problem_code) ? row.problem_code : ErrorCode.Internal,
    message: row.problem_message ?? '',
  };
}

/** The values of a problem's two columns. */
export function problemValues(problem: Problem | undefined): [code: SqlValue, message: SqlValue] {
  return [problem?.code ?? null, problem?.message ?? null];
}

function isErrorCode(code: string): code is ErrorCode {
  return codes.has(code);
}
