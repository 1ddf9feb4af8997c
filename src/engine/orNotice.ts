import { ErrorCode, LikenessError } from '../core/errors.ts';

/** Failures that a person is told of while the rest goes on, as values. Rejects with `cancelled` and with what is no failure of theirs. */
export async function orNotice<T>(work: () => Promise<T>): Promise<T | LikenessError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LikenessError && error.code !== ErrorCode.Cancelled) return error;
    throw error;
  }
}
