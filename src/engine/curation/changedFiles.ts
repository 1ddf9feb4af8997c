import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { unknownRevision } from '../../core/curation/checkErrors.ts';
import { LikenessError, usage } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { statIfPresent } from '../fileStatus.ts';
import { blobsOf, mayBeRenamed, type Blob } from './blobs.ts';
import { git, gitEnvironment } from './git.ts';

/** What git tells of a folder in comparison with a revision. Paths are relative to the folder, with `/`. */
export interface ChangedFiles {
  /** The commit that the branch began at. */
  readonly base: string;
  /** Added, changed or gone since, in the working tree and among what git doesn't track yet. */
  readonly files: ReadonlySet<string>;
  /** What `.gitignore` names: git knows nothing of when it has changed. Folders in which git doesn't look end in `/`. */
  readonly ignored: ReadonlySet<string>;
  /**
   * Of files that were added or changed, where their contents were at that commit and are no longer; those of the same content
   * share a list, and none is in it whose content is new.
   */
  readonly former: ReadonlyMap<string, readonly string[]>;
  /** Repositories in the folder that git compares no files of, ending in `/`: such as are new, and such that nobody knows what they were. */
  readonly repositories: ReadonlyMap<string, 'new' | 'unknown'>;
}

/**
 * Files that a branch has added or changed below a folder, its submodules, its working tree and what git doesn't track yet included.
 *
 * @param revision that the branch began at, or any of the branch that it is compared with
 *
 * Rejects with usage where there is no git, no repository or no such revision, or where git refuses.
 */
export async function changedFiles(root: string, revision: string): Promise<ChangedFiles> {
  // A revision that looks like an option would be one.
  if (revision.startsWith('-')) throw usage(`"${revision}" is no revision.`);
  const base =
    (await git(root, ['merge-base', '--', revision, 'HEAD']).catch(() => '')).trim() ||
    (await git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])).trim();
  if (base === '') throw unknownRevision(root, revision);
  const { files, ignored, repositories, ...contents } = await changesOf(root, '', base);
  return {
    base,
    files: new Set(files),
    ignored: new Set(ignored),
    former: formerPlaces(contents),
    repositories: new Map(repositories),
  };
}

interface Changes {
  readonly files: string[];
  readonly ignored: string[];
  readonly repositories: [folder: string, why: 'new' | 'unknown'][];
  /** What is no longer at a path, and what has come to one. */
  readonly gone: Blob[];
  readonly come: Blob[];
}

const SUBMODULE = '160000';

/** @param within the repository to look at: '' or a folder below the root that ends in `/` */
async function changesOf(root: string, within: string, base: string): Promise<Changes> {
  const folder = join(root, within);
  const untracked = ['ls-files', '--others', '--exclude-standard', '-z'];
  const [changed, others, ignored] = await Promise.all([
    listed(folder, [
      'diff',
      '--raw',
      '--no-abbrev',
      '--relative',
      '--no-renames',
      '--ignore-submodules=none',
      '-z',
      base,
    ]),
    listed(folder, untracked),
    listed(folder, [...untracked, '--ignored']),
  ]);
  const changes: Changes = {
    files: [],
    ignored: ignored.map((path) => within + path),
    repositories: [],
    gone: [],
    come: [],
  };
  const open: string[] = [];
  for (const { path, before, after } of differences(changed)) {
    if (after?.mode === SUBMODULE) {
      add(changes, await changesOfSubmodule(root, `${within}${path}/`, before));
      continue;
    }
    changes.files.push(within + path);
    if (before && isFile(before)) changes.gone.push([within + path, before.id]);
    if (!after || !isFile(after)) continue;
    if (/^0+$/.test(after.id)) open.push(path);
    else changes.come.push([within + path, after.id]);
  }
  for (const path of others) {
    // Of a repository that lies here without being part of this one, git tells no more than its name.
    if (path.endsWith('/')) changes.repositories.push([within + path, 'unknown']);
    else {
      changes.files.push(within + path);
      open.push(path);
    }
  }
  const asked = await mayBeRenamed(folder, within, changes, open);
  for (const [path, id] of await blobsOf(folder, asked)) changes.come.push([within + path, id]);
  return changes;
}

/** @param before what was at its place at the commit that the repository around it is compared with */
async function changesOfSubmodule(root: string, within: string, before: Side | undefined): Promise<Partial<Changes>> {
  if (before?.mode !== SUBMODULE) return { repositories: [[within, 'new']] };
  const unknown: Partial<Changes> = { repositories: [[within, 'unknown']] };
  // Where it isn't checked out, git would tell of the repository around it.
  if (statIfPresent(join(root, within, '.git')) === undefined) return unknown;
  return changesOf(root, within, before.id).catch((error: unknown) => {
    if (error instanceof LikenessError) return unknown;
    throw error;
  });
}

function add(
  changes: Changes,
  { files = [], ignored = [], repositories = [], gone = [], come = [] }: Partial<Changes>,
): void {
  for (const path of files) changes.files.push(path);
  for (const path of ignored) changes.ignored.push(path);
  for (const repository of repositories) changes.repositories.push(repository);
  for (const blob of gone) changes.gone.push(blob);
  for (const blob of come) changes.come.push(blob);
}

function formerPlaces({ gone, come }: Pick<Changes, 'gone' | 'come'>): Map<string, readonly string[]> {
  const byId = grouped(gone, ([, id]) => id);
  const places = new Map([...byId].map(([id, blobs]) => [id, blobs.map(([path]) => path)]));
  return new Map(
    come.flatMap(([path, id]): [string, readonly string[]][] => (places.has(id) ? [[path, places.get(id)!]] : [])),
  );
}

interface Side {
  readonly mode: string;
  /** Zeros where git hasn't read it yet. */
  readonly id: string;
}

interface Difference {
  readonly path: string;
  /** Undefined where there was nothing, or is nothing any more. */
  readonly before: Side | undefined;
  readonly after: Side | undefined;
}

/** @param parts of what `git diff --raw -z` prints: by turns, what has changed and where */
function* differences(parts: readonly string[]): Generator<Difference> {
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [oldMode = '', mode = '', oldId = '', id = '', status = ''] = parts[i]!.slice(1).split(' ');
    const isKnown = status !== 'U';
    const side = (of: string, name: string): Side | undefined =>
      isKnown && !/^0+$/.test(of) ? { mode: of, id: name } : undefined;
    yield { path: parts[i + 1]!, before: side(oldMode, oldId), after: side(mode, id) };
  }
}

function isFile({ mode }: Side): boolean {
  return mode.startsWith('100');
}

/**
 * Writes what a file was at a commit to another place. Resolves with false where it wasn't there.
 *
 * @param path relative to the root, with `/`
 * @param target absolute; its folder is there
 */
export async function restoreFile(root: string, commit: string, path: string, target: string): Promise<boolean> {
  const handle = await open(target, 'w');
  try {
    // As it is checked out: with line ends and large files as the repository's attributes have them.
    const child = spawn('git', ['-C', root, 'cat-file', '--filters', `${commit}:./${path}`], {
      stdio: ['ignore', handle.fd, 'ignore'],
      env: gitEnvironment(),
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0;
  } finally {
    await handle.close();
  }
}

/**
 * What a path was at a commit; undefined where there was neither.
 *
 * @param path relative to the root, with `/`
 */
export async function kindAt(root: string, commit: string, path: string): Promise<'file' | 'link' | undefined> {
  const mode = (await git(root, ['ls-tree', '-z', commit, '--', path])).split(' ', 1)[0]!;
  return mode === '120000' ? 'link' : mode.startsWith('100') ? 'file' : undefined;
}

async function listed(root: string, args: readonly string[]): Promise<string[]> {
  const list = await git(root, [...args, '--', '.']);
  return list.split('\0').filter((path) => path !== '');
}
