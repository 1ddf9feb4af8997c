/** The files of one database as files: setting aside, copying, marking. Nothing here opens the database. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ErrorCode } from '../../core/errors.ts';
import { withLock } from './sqlite.ts';

/** SQLite's own files: the database, its write-ahead log and the log's shared memory. */
const SUFFIXES = ['', '-wal', '-shm'];

/** The lock file under which a database is created, rebuilt or copied. */
export function lockOf(location: string): string {
  return join(dirname(location), 'index.lock');
}

/** True where damage was met, or may have been made, since the database was last checked as a whole. */
export function isSuspect(location: string): boolean {
  return existsSync(suspectMark(location));
}

export function markSuspect(location: string): void {
  try {
    writeFileSync(suspectMark(location), '');
  } catch {
    // Without the mark the same damage is met again, only later.
  }
}

export function unmarkSuspect(location: string): void {
  rmSync(suspectMark(location), { force: true });
}

/** Renames a damaged database out of the way, for whoever wants to look into it. Returns its new name. */
export function moveAside(location: string): string {
  const aside = `${location}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of SUFFIXES) {
    if (existsSync(location + suffix)) renameSync(location + suffix, aside + suffix);
  }
  unmarkSuspect(location);
  return aside;
}

/** Deletes a database that could not be created to the end. */
export function discard(location: string): void {
  for (const suffix of SUFFIXES) {
    try {
      rmSync(location + suffix, { force: true });
    } catch {
      // It can't be deleted either, and holds nothing.
    }
  }
}

/** Takes an index that can be read but not written along to the cache, so that nothing is computed twice. */
export function seedCache(inRoot: string, inCache: string): void {
  mkdirSync(dirname(inCache), { recursive: true });
  withLock(lockOf(inCache), () => {
    if (existsSync(inCache)) return;
    // Another machine may write while we copy, so the copy has to prove itself.
    markSuspect(inCache);
    if (existsSync(`${inRoot}-wal`)) copyWritable(`${inRoot}-wal`, `${inCache}-wal`);
    copyWritable(inRoot, `${inCache}.part`);
    renameSync(`${inCache}.part`, inCache);
  });
}

/** A copy takes its mode from the original, which may be read-only. */
function copyWritable(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}

/** Notes beside an index in the cache which dataset it is of and why it isn't there. */
export function writeOrigin(inCache: string, root: string, reason: ErrorCode): void {
  writeFileSync(originOf(inCache), `${JSON.stringify({ root, reason })}\n`);
}

/** Why an index is in the cache, as it was noted when it was made. */
export function readOrigin(inCache: string): ErrorCode {
  try {
    const origin = JSON.parse(readFileSync(originOf(inCache), 'utf8')) as { reason?: unknown };
    return Object.values(ErrorCode).find((code) => code === origin.reason) ?? ErrorCode.ReadOnly;
  } catch {
    return ErrorCode.ReadOnly;
  }
}

function originOf(inCache: string): string {
  return join(dirname(inCache), 'origin.json');
}

function suspectMark(location: string): string {
  return `${location}.suspect`;
}
