import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ContentRecord, FileRecord, IndexStore } from '../../../src/engine/store/indexStore.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

export function content(id: string, changes: Partial<ContentRecord> = {}): ContentRecord {
  return { id, width: 4, height: 3, format: 'png', problem: undefined, thumbnail: undefined, ...changes };
}

export function file(path: string, contentKey: number | undefined, changes: Partial<FileRecord> = {}): FileRecord {
  return { path, size: 10, modifiedAt: 1.5, indexedAt: 2.5, contentKey, problem: undefined, ...changes };
}

/** Stores an image under each path, all of one content. Returns the content's key. */
export function putImage(store: IndexStore, id: string, ...paths: string[]): number {
  return store.transaction(() => {
    const key = store.putContent(content(id));
    for (const path of paths) store.putFile(file(path, key));
    return key;
  });
}

/** An open store on a new folder, closed when the test ends. */
export function newStore(context: TestContext): IndexStore {
  const root = temporaryFolder(context);
  const store = openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' });
  context.after(() => {
    store.close();
  });
  return store;
}
