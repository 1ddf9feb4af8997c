import { diskFull, readOnly, systemCodeOf, type LikenessError } from '../../core/errors.ts';

const READ_ONLY = new Set(['EACCES', 'EPERM', 'EROFS']);
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** What a failed write means for a person, or undefined where it is neither a full disk nor a lack of permission. */
export function writeFailure(path: string, error: unknown): LikenessError | undefined {
  const code = systemCodeOf(error) ?? '';
  if (READ_ONLY.has(code)) return readOnly(path, error);
  if (FULL.has(code)) return diskFull(path, error);
  return undefined;
}
