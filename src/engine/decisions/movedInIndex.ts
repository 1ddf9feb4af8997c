import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { FileMove } from '../../core/decisions/history.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';

/**
 * Tells the index where files have gone, so that what it lists is there. Vectors belong to the bytes: a file that comes back costs
 * nothing. Where the index can't be written now, the next time that the folder is indexed finds out by itself.
 */
export function tellIndex(
  { root, store }: { readonly root: string; readonly store: IndexStore | undefined },
  moves: readonly FileMove[],
): void {
  if (store === undefined || moves.length === 0) return;
  const isOwn = (path: string) => path.startsWith(`${LIKENESS_FOLDER}/`);
  try {
    store.transaction(() => {
      store.removeFiles(moves.map(({ from }) => from).filter((path) => !isOwn(path)));
      for (const { to, content } of moves) {
        const contentKey = isOwn(to) ? undefined : store.findContentKey(content);
        const stats = contentKey === undefined ? undefined : lstatSync(join(root, to), { throwIfNoEntry: false });
        if (!stats?.isFile()) continue;
        // Read again when the folder is indexed next: it may have been edited where it was.
        const modifiedAt = stats.mtimeMs;
        store.putFile({
          path: to,
          size: stats.size,
          modifiedAt,
          indexedAt: modifiedAt,
          contentKey,
          problem: undefined,
        });
      }
    });
  } catch {
    // A busy or damaged index says so where it is asked.
  }
}
