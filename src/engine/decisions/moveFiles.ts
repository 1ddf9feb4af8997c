import { randomBytes } from 'node:crypto';
import { constants, realpathSync } from 'node:fs';
import {
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { behindLink, cannotMove, copyDiffers, placeTaken } from '../../core/decisions/decisionErrors.ts';
import type { FileMove } from '../../core/decisions/history.ts';
import { fileNotFound, LikenessError, pathOutsideRoot, systemCodeOf } from '../../core/errors.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { flushFolder } from '../training/replaceFile.ts';

/** What the operating system does, so that a test can stand in for another disk. */
export interface FileSystem {
  readonly link: (from: string, to: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
}
const ownFileSystem: FileSystem = { link, rename };

/** How the name of a copy on its way ends. */
const COPY = /^[0-9a-f]{12}\.moving$/;

/** True for the names of what a move to another disk leaves behind when its process is killed. */
export function isCopyOnItsWay(name: string): boolean {
  return COPY.test(name.split('.').slice(-2).join('.'));
}
/** What file systems answer that know no second name for a file, or not for one of somebody else's. */
const NO_LINKS = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN']);

/**
 * Moves files, all of them or none. A file that is at a move's target already is never written over: where one of them can't
 * be moved, those before it go back. Whoever calls has written down what is to be moved, and a process that is killed
 * meanwhile leaves every file at one of its two places at least; `settleMove` puts that right.
 *
 * Rejects with path-outside-root, file-not-found, file-exists, read-only, disk-full or unreadable-file.
 *
 * @param root absolute, a real path; the moves' paths are relative to it
 * @param joins whether a move may end at a file of the same bytes, which then stands for both
 * @returns the moves that were made: without those that ended at a file which was there already, and stays there
 */
export async function moveFiles(
  root: string,
  moves: readonly FileMove[],
  { joins = () => false, system = ownFileSystem }: { joins?: (move: FileMove) => boolean; system?: FileSystem } = {},
): Promise<readonly FileMove[]> {
  for (const { from, to } of moves) for (const path of [from, to]) assertMovable(root, path);
  const done: FileMove[] = [];
  const folders = new Set<string>();
  try {
    for (const move of moves) {
      const [from, to] = [join(root, move.from), join(root, move.to)];
      if ((await moveFile(move, { from, to, joins: joins(move), system })) === 'moved') done.push(move);
      for (const file of [from, to]) folders.add(dirname(file));
    }
  } catch (error) {
    for (const { from, to, content } of done.reverse()) {
      // As far as it goes: the file is safe at its other place, and the failure that is told is the first one.
      await moveFiles(root, [{ from: to, to: from, content }], { system }).catch(() => undefined);
    }
    throw error;
  }
  for (const folder of folders) await flushFolder(folder).catch(() => undefined);
  return done;
}

/**
 * Ends a move that may have been begun: the file is at its target then, and nowhere else. What isn't clear, such as two
 * files of different bytes, stays as it is.
 */
export async function settleMove(root: string, move: FileMove): Promise<void> {
  for (const path of [move.from, move.to]) assertMovable(root, path);
  for (const path of [move.from, move.to]) await removeCopies(join(root, path));
  if (await isPresent(join(root, move.from))) await moveFiles(root, [move], { joins: () => true });
}

/** What a process that was killed has left of a copy to another disk. */
async function removeCopies(file: string): Promise<void> {
  const start = `${basename(file)}.`;
  const names = await readdir(dirname(file)).catch((): string[] => []);
  for (const name of names) {
    if (name.startsWith(start) && COPY.test(name.slice(start.length)))
      await rm(join(dirname(file), name), { force: true });
  }
}

export async function isPresent(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return false;
    throw error;
  }
}

/** Throws path-outside-root for what doesn't lie in the dataset itself, also through a link. */
export function assertMovable(root: string, path: string): void {
  if (!isPlainPath(path)) throw pathOutsideRoot(path, root);
  // The folder's own real path: a link to a file is moved as such.
  const folder = realFolder(join(root, path, '..'));
  if (folder !== root && !folder.startsWith(root.endsWith(sep) ? root : root + sep)) throw behindLink(join(root, path));
}

/** Relative, and leading nowhere else. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The real path of what there is of a folder. */
function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder || !['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) throw error;
    return realFolder(parent);
  }
}

interface Moving {
  readonly from: string;
  readonly to: string;
  readonly joins: boolean;
  readonly system: FileSystem;
}

/** Whether the file has come to its new place, or one of the same bytes was there. */
type Outcome = 'moved' | 'joined';

async function moveFile(move: FileMove, moving: Moving): Promise<Outcome> {
  const { from, to } = moving;
  if (!(await isPresent(from))) throw fileNotFound(from);
  try {
    await mkdir(dirname(to), { recursive: true });
    if (!(await lstat(from)).isSymbolicLink()) return await movePlainFile(moving);
    await moveLink(moving);
    return 'moved';
  } catch (error) {
    if (error instanceof LikenessError) throw error;
    const failure = writeFailure(from, error);
    throw systemCodeOf(error) === 'ENOSPC' && failure ? failure : cannotMove(from, move.to, error);
  }
}

async function movePlainFile(moving: Moving): Promise<Outcome> {
  const { from, to, system } = moving;
  try {
    // Unlike a new name, a second one never takes the place of a file that came there meanwhile.
    await system.link(from, to);
    await dropOld(from, to);
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    if (code === 'EEXIST') return joinFiles(moving);
    if (NO_LINKS.has(code)) return moveByName(moving);
    if (code !== 'EXDEV') throw error;
    await copyAcross(moving);
  }
  return 'moved';
}

/** Takes the file's old name from it, or, where that can't be done, the new one. */
async function dropOld(from: string, to: string): Promise<void> {
  try {
    await unlink(from);
  } catch (error) {
    await unlink(to);
    throw error;
  }
}

async function moveByName(moving: Moving): Promise<Outcome> {
  const { from, to, system } = moving;
  if (await isPresent(to)) return joinFiles(moving);
  try {
    await system.rename(from, to);
  } catch (error) {
    if (systemCodeOf(error) !== 'EXDEV') throw error;
    await copyAcross(moving);
  }
  return 'moved';
}

async function joinFiles({ from, to, joins }: Moving): Promise<Outcome> {
  if (!joins || !(await isSameFile(from, to))) throw placeTaken(to, from);
  await unlink(from);
  return 'joined';
}

/** To another disk: a copy that is proven to hold the same bytes, before the original goes. */
async function copyAcross(moving: Moving): Promise<void> {
  const { from, to, system } = moving;
  const copy = `${to}.${randomBytes(6).toString('hex')}.moving`;
  try {
    await copyFile(from, copy, constants.COPYFILE_EXCL);
    const { atime, mtime } = await lstat(from);
    await utimes(copy, atime, mtime);
    const handle = await open(copy, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await isSameFile(from, copy))) throw copyDiffers(from, to);
    // The same disk by now; a second time it can't be another one.
    await moveByName({ ...moving, from: copy, joins: false, system: { ...system, rename } });
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
  await dropOld(from, to);
}

/** The link itself; relative ones lead to the same file again once they are back. */
async function moveLink({ from, to, system }: Moving): Promise<void> {
  if (await isPresent(to)) throw placeTaken(to, from);
  try {
    await system.rename(from, to);
  } catch (error) {
    if (systemCodeOf(error) !== 'EXDEV') throw error;
    await symlink(await readlink(from), to);
    await dropOld(from, to);
  }
}

/** Whether two are the same plain file, or hold the same bytes. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([lstat(a), lstat(b)]);
  if (!first.isFile() || !second.isFile() || first.size !== second.size) return false;
  if (first.ino === second.ino && first.dev === second.dev && first.ino !== 0) return true;
  return contentId(await readFile(a)) === contentId(await readFile(b));
}
