import { lstat, mkdir, open, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileMove } from '../../core/decisions/history.ts';
import type { DecidedImage } from '../../core/decisions/decisions.ts';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { fileKindOf } from '../../core/images/fileKinds.ts';
import { ExcludeRules } from '../../core/scanning/excludeRules.ts';
import type { QuarantinedImage } from '../../protocol/decisions.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { isTemporary, replaceFile } from '../training/replaceFile.ts';
import { isCopyOnItsWay, isPlainPath, isPresent } from './moveFiles.ts';

/** Relative to the root. */
export const QUARANTINE_FOLDER = `${LIKENESS_FOLDER}/quarantine`;
const JOURNAL = `${QUARANTINE_FOLDER}/journal.jsonl`;
/** A journal of this size is written anew without the files that have gone back. */
const REWRITE_BYTES = 2 ** 20;
/** Folders of tools lie in a quarantine, too. */
const rules = new ExcludeRules([]);

export function isInQuarantine(path: string): boolean {
  return path.startsWith(`${QUARANTINE_FOLDER}/`);
}

/**
 * The files that are set aside, sorted by path, of one path the last one first. A line of the journal is written before its
 * file is moved and stays when it goes back: what counts is whether the file is there. Where the journal was lost or damaged, a
 * picture that no line names goes back to where its place in the quarantine says. Rejects with unreadable-file.
 */
export async function readQuarantine(root: string): Promise<QuarantinedImage[]> {
  const byPlace = new Map<string, QuarantinedImage>();
  for (const line of (await readJournal(root)).split('\n')) {
    const entry = parseEntry(line);
    if (entry) byPlace.set(entry.at, entry);
  }
  const present: QuarantinedImage[] = [];
  for (const entry of byPlace.values()) if (await isPresent(join(root, entry.at))) present.push(entry);
  for (const at of await filesBelow(root, QUARANTINE_FOLDER))
    if (!byPlace.has(at)) present.push(await unnamed(root, at));
  return present.sort((a, b) => order(a.path, b.path) || order(b.since, a.since));
}

/** Moves that set images aside, each to a name of its own that is free. */
export async function movesAside(root: string, images: readonly DecidedImage[]): Promise<FileMove[]> {
  const used = new Set<string>();
  const moves: FileMove[] = [];
  for (const { path, content } of images) {
    const to = await freePlace(root, path, used);
    used.add(to);
    moves.push({ from: path, to, content });
  }
  return moves;
}

/** The same moves, where those into quarantine go to other names if theirs are taken by now. */
export async function withFreePlaces(root: string, moves: readonly FileMove[]): Promise<FileMove[]> {
  const used = new Set<string>();
  const result: FileMove[] = [];
  for (const move of moves) {
    const to = isInQuarantine(move.to) ? await freePlace(root, move.from, used) : move.to;
    used.add(to);
    result.push({ ...move, to });
  }
  return result;
}

/**
 * Writes down what is about to be set aside, so that it comes back whatever happens. Rejects with read-only or disk-full.
 *
 * @param at ISO 8601
 */
export async function noteSetAside(root: string, moves: readonly FileMove[], at: string): Promise<void> {
  const entries = moves
    .filter(({ to }) => isInQuarantine(to))
    .map(({ from, to, content }): QuarantinedImage => ({ path: from, at: to, content, since: at }));
  if (entries.length === 0) return;
  const file = join(root, JOURNAL);
  try {
    await mkdir(dirname(file), { recursive: true });
    const size = await stat(file).then(
      (status) => status.size,
      () => 0,
    );
    if (size > REWRITE_BYTES) await replaceFile(file, (await readQuarantine(root)).map(lineOf));
    // After a line that was left half written.
    const text = await readJournal(root);
    const start = text === '' || text.endsWith('\n') ? '' : '\n';
    const handle = await open(file, 'a');
    try {
      await handle.writeFile(start + entries.map(lineOf).join(''));
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw writeFailure(file, error) ?? error;
  }
}

/** Removes folders of the quarantine that hold nothing any more. */
export async function tidyFolders(root: string, moves: readonly FileMove[]): Promise<void> {
  for (const { from } of moves) {
    let folder = dirname(from);
    try {
      for (; isInQuarantine(folder); folder = dirname(folder)) await rmdir(join(root, folder));
    } catch {
      // It holds something, or is of no harm.
    }
  }
}

/** Images by their names, relative to the root, as the folder is: systems leave other files, and folders of their own, anywhere. */
async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw unreadableFile(join(root, folder), error);
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    const isOwn = path === JOURNAL || isTemporary(entry.name) || isCopyOnItsWay(entry.name);
    if (entry.name.startsWith('.') || isOwn) continue;
    if (entry.isDirectory()) {
      if (!rules.excludesFolder(path, entry.name)) files.push(...(await filesBelow(root, path)));
    } else if (fileKindOf(entry.name).kind !== 'other') files.push(path);
  }
  return files;
}

/** What can be told of a file without the journal: it was changed last when it came here. */
async function unnamed(root: string, at: string): Promise<QuarantinedImage> {
  const since = await lstat(join(root, at)).then(
    ({ ctime }) => ctime.toISOString(),
    () => '',
  );
  return { path: at.slice(QUARANTINE_FOLDER.length + 1), at, content: '', since };
}

async function freePlace(root: string, path: string, used: ReadonlySet<string>): Promise<string> {
  const dot = path.lastIndexOf('.');
  const [stem, extension] = dot > path.lastIndexOf('/') + 1 ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
  for (let number = 1; ; number++) {
    const name = `${QUARANTINE_FOLDER}/${number === 1 ? path : `${stem} (${number})${extension}`}`;
    if (!used.has(name) && !(await isPresent(join(root, name)))) return name;
  }
}

async function readJournal(root: string): Promise<string> {
  const file = join(root, JOURNAL);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw unreadableFile(file, error);
  }
}

function parseEntry(line: string): QuarantinedImage | undefined {
  try {
    const { path, at, content, since } = JSON.parse(line) as Record<keyof QuarantinedImage, unknown>;
    if (![path, at, content, since].every((value) => typeof value === 'string')) return undefined;
    const entry = { path, at, content, since } as QuarantinedImage;
    return isInQuarantine(entry.at) && isPlainPath(entry.at) && isPlainPath(entry.path) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function lineOf({ path, at, content, since }: QuarantinedImage): string {
  return `${JSON.stringify({ path, at, content, since })}\n`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
