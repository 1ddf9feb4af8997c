import { join } from 'node:path';
import type { DecidedImage, Decision } from '../../core/decisions/decisions.ts';
import { statIfPresent } from '../fileStatus.ts';
import type { FileRecord, IndexStore } from '../store/indexStore.ts';
import { readDecisions } from './decisionFile.ts';

/** What tells which bytes are at a path. */
export type ContentStore = Pick<IndexStore, 'root' | 'readFiles' | 'findContentKey'>;

/**
 * Whether something was decided of other bytes than those that are at an image's path now: it holds no longer then. Not where the file
 * is another one than was indexed, since the decision may be about that one.
 *
 * @param files all of the index, where they are known already
 */
export function formerContents(
  store: ContentStore,
  files: ReadonlyMap<string, FileRecord> = store.readFiles(),
): (image: DecidedImage) => boolean {
  return ({ path, content }) => {
    const file = content === '' ? undefined : files.get(path);
    if (file?.contentKey === undefined || store.findContentKey(content) === file.contentKey) return false;
    return !hasChanged(join(store.root, path), file);
  };
}

/**
 * All that was decided, as the file has it, but of bytes that an image has no longer. Rejects with unreadable-file.
 *
 * @param store without it, nobody knows which bytes there are
 */
export async function readHoldingDecisions(root: string, store: ContentStore | undefined): Promise<Decision[]> {
  const decisions = await readDecisions(root);
  if (store === undefined || decisions.length === 0) return decisions;
  const isFormer = formerContents(store);
  return decisions.filter((decision) => !isFormer(decision) && !(decision.with && isFormer(decision.with)));
}

/** Whether a file is another one than it was when it was indexed, as far as its size and its time tell. */
export function hasChanged(file: string, known: Pick<FileRecord, 'size' | 'modifiedAt'>): boolean {
  const now = statIfPresent(file);
  return now !== undefined && (now.size !== known.size || now.mtimeMs !== known.modifiedAt);
}
