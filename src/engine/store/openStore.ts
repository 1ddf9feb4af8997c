import { accessSync, constants, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { ErrorCode, folderNotFound, indexInaccessible, LikenessError, systemCodeOf } from '../../core/errors.ts';
import {
  discard,
  isSuspect,
  lockOf,
  markSuspect,
  moveAside,
  readOrigin,
  seedCache,
  unmarkSuspect,
  writeOrigin,
} from './databaseFiles.ts';
import { writeFailure } from './fileErrors.ts';
import type { IndexStore, StoreNotice } from './indexStore.ts';
import { assertWritable, indexInCache, indexInRoot, makeLikenessFolder } from './locations.ts';
import { keptElsewhere, rebuilt } from './notices.ts';
import { isCurrent, migrate } from './schema.ts';
import { Database, withLock } from './sqlite.ts';
import { SqliteStore } from './sqliteStore.ts';

export interface OpenStoreOptions {
  /** A folder of the user's own, for indexes whose root can't take them. */
  readonly cacheFolder: string;
  /** `read` opens what is there and creates nothing; `write` creates what is missing and rebuilds what is damaged. */
  readonly mode: 'read' | 'write';
  /** Throws the operating system's error where a folder can't be written. */
  readonly checkWritable?: (folder: string) => void;
}

/** Failures that say that this place can't hold a database, while another may. */
const OBSTACLES: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.ReadOnly,
  ErrorCode.DiskFull,
  ErrorCode.IndexInaccessible,
]);

/**
 * Opens the index of the dataset at `root`: in its `.likeness/`, or, where that can't be written or the disk is full,
 * in the cache folder. With mode `read`, undefined where there is none. The store's notices say what was unusual.
 * Throws folder-not-found, index-busy, index-too-new, index-inaccessible; disk-full where an index is there already;
 * index-corrupt in mode `read`.
 */
export function openStore(root: string, options: OpenStoreOptions & { mode: 'write' }): IndexStore;
export function openStore(root: string, options: OpenStoreOptions): IndexStore | undefined;
export function openStore(root: string, options: OpenStoreOptions): IndexStore | undefined {
  const realRoot = realRootOf(root);
  return options.mode === 'write' ? openToWrite(realRoot, options) : openToRead(realRoot, options);
}

function openToRead(root: string, { cacheFolder }: OpenStoreOptions): IndexStore | undefined {
  const inRoot = indexInRoot(root);
  const inCache = indexInCache(root, cacheFolder);
  if (!existsSync(inRoot)) {
    return existsSync(inCache) ? open(root, inCache, [stillElsewhere(root, inCache)]) : undefined;
  }
  let store: IndexStore | undefined;
  const obstacle = obstacleTo(inRoot, () => {
    accessSync(dirname(inRoot), constants.W_OK);
    accessSync(inRoot, constants.R_OK | constants.W_OK);
    store = open(root, inRoot, []);
  });
  if (obstacle === undefined) return store;
  seedCache(inRoot, inCache);
  return open(root, inCache, [newlyElsewhere(root, inCache, obstacle)]);
}

function openToWrite(root: string, { cacheFolder, checkWritable = assertWritable }: OpenStoreOptions): IndexStore {
  const inRoot = indexInRoot(root);
  const inCache = indexInCache(root, cacheFolder);
  const isInRoot = existsSync(inRoot);
  if (!isInRoot && existsSync(inCache)) {
    return openOrRebuild(root, inCache, [stillElsewhere(root, inCache)]);
  }
  let store: IndexStore | undefined;
  const obstacle = obstacleTo(inRoot, () => {
    checkWritable(makeLikenessFolder(root));
    if (isInRoot) assertAccessible(inRoot);
    store = openOrRebuild(root, inRoot, []);
  });
  if (obstacle === undefined) return store!;
  // An index that exists is worth more than a place to write; space can be made.
  if (isInRoot && obstacle.code === ErrorCode.DiskFull) throw obstacle;
  mkdirSync(dirname(inCache), { recursive: true });
  if (isInRoot) seedCache(inRoot, inCache);
  return openOrRebuild(root, inCache, [newlyElsewhere(root, inCache, obstacle)]);
}

/** Another process may have moved a damaged one aside meanwhile: then it is made anew where it was. */
function assertAccessible(location: string): void {
  try {
    accessSync(location, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}

/** Opens or creates the database; a damaged one is moved aside first. Under a lock, as two processes may do so at once. */
function openOrRebuild(root: string, location: string, notices: readonly StoreNotice[]): IndexStore {
  return withLock(lockOf(location), () => {
    const isNew = !existsSync(location);
    try {
      return open(root, location, notices);
    } catch (error) {
      if (isNew) discard(location);
      if (!(error instanceof LikenessError && error.code === ErrorCode.IndexCorrupt)) throw error;
      return open(root, location, [...notices, rebuilt(location, moveAside(location))]);
    }
  });
}

function open(root: string, location: string, notices: readonly StoreNotice[]): IndexStore {
  const database = new Database(location, {
    onCorruption: () => {
      markSuspect(location);
    },
  });
  try {
    if (isSuspect(location)) {
      database.assertIntact();
      unmarkSuspect(location);
    }
    if (!isCurrent(database)) migrate(database);
    return new SqliteStore(root, database, notices);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What keeps an index from being used where it belongs; other failures are thrown. */
function obstacleTo(location: string, attempt: () => void): LikenessError | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    const failure = asIndexFailure(location, error);
    if (failure === undefined || !OBSTACLES.has(failure.code)) throw error;
    return failure;
  }
}

function newlyElsewhere(root: string, inCache: string, { code }: LikenessError): StoreNotice {
  writeOrigin(inCache, root, code);
  return keptElsewhere(root, inCache, { code, isPresent: true });
}

function stillElsewhere(root: string, inCache: string): StoreNotice {
  const obstacle = obstacleTo(root, () => {
    accessSync(root, constants.W_OK);
  });
  return keptElsewhere(root, inCache, {
    code: obstacle?.code ?? readOrigin(inCache),
    isPresent: obstacle !== undefined,
  });
}

function asIndexFailure(location: string, error: unknown): LikenessError | undefined {
  if (error instanceof LikenessError) return error;
  if (systemCodeOf(error)?.startsWith('E') !== true) return undefined;
  return writeFailure(location, error) ?? indexInaccessible(location, error);
}

function realRootOf(root: string): string {
  try {
    return realpathSync.native(root);
  } catch {
    throw folderNotFound(root);
  }
}
