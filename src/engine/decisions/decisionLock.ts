import { join } from 'node:path';
import { decisionsBusy } from '../../core/decisions/decisionErrors.ts';
import { ErrorCode, LikenessError } from '../../core/errors.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from '../store/locations.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { withLockHeld } from '../store/sqlite.ts';
import { decisionsFile } from './decisionFile.ts';

/** Others hold it for milliseconds, or while they move a good many files to another disk. */
const PATIENCE_MS = 60_000;

/**
 * Runs `work` while no other window or command decides anything in the dataset. Where the file system knows no locks, it runs all
 * the same: whoever writes looks again whether somebody else has. Rejects with decisions-busy, read-only or disk-full.
 */
export async function whileLocked<T>(root: string, work: () => Promise<T>): Promise<T> {
  const lock = { isHeld: false };
  const held = () => {
    lock.isHeld = true;
    return work();
  };
  try {
    makeLikenessFolder(root);
  } catch (error) {
    throw writeFailure(join(root, LIKENESS_FOLDER), error) ?? error;
  }
  try {
    return await withLockHeld(join(root, LIKENESS_FOLDER, 'decisions.lock'), PATIENCE_MS, held);
  } catch (error) {
    if (lock.isHeld || !(error instanceof LikenessError)) throw error;
    if (error.code === ErrorCode.IndexBusy) throw decisionsBusy(decisionsFile(root));
    return work();
  }
}
