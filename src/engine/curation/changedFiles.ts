import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { unknownRevision } from '../../core/curation/checkErrors.ts';
import { messageOf, systemCodeOf, usage } from '../../core/errors.ts';

const run = promisify(execFile);
/** Of names: a branch may touch a million files. */
const MOST_BYTES = 256 * 2 ** 20;

/** What git tells of a folder in comparison with a revision. Paths are relative to the folder, with `/`. */
export interface ChangedFiles {
  /** The commit that the branch began at. */
  readonly base: string;
  /** Added, changed or gone since, in the working tree and among what git doesn't track yet. */
  readonly files: ReadonlySet<string>;
  /** What `.gitignore` names: git knows nothing of when it has changed. */
  readonly ignored: ReadonlySet<string>;
}

/**
 * Files that a branch has added or changed below a folder, its working tree and what git doesn't track yet included.
 *
 * @param revision that the branch began at, or any of the branch that it is compared with
 *
 * Rejects with usage where there is no git, no repository or no such revision.
 */
export async function changedFiles(root: string, revision: string): Promise<ChangedFiles> {
  // A revision that looks like an option would be one.
  if (revision.startsWith('-')) throw usage(`"${revision}" is no revision.`);
  const base =
    (await git(root, ['merge-base', '--', revision, 'HEAD']).catch(() => '')).trim() ||
    (await git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])).trim();
  if (base === '') throw unknownRevision(root, revision);
  const untracked = ['ls-files', '--others', '--exclude-standard', '-z'];
  const [changed, others, ignored] = await Promise.all([
    listed(root, ['diff', '--name-only', '--relative', '--no-renames', '-z', base]),
    listed(root, untracked),
    listed(root, [...untracked, '--ignored']),
  ]);
  return { base, files: new Set([...changed, ...others]), ignored: new Set(ignored) };
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
      env: withoutHook(),
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

/** Where a folder lies in its repository, such as `data/pets/`; '' for its root, and where there is no repository. */
export async function repositoryPrefix(folder: string): Promise<string> {
  const prefix = await git(folder, ['rev-parse', '--show-prefix']).catch(() => '');
  return prefix.replace(/\r?\n$/, '');
}

/** What git tells a hook of the repository that it runs in; with it, git takes any other folder for the top of that one. */
const ofHooks = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'];

function withoutHook(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofHooks.includes(name)));
}

/** What a command of git's prints; nothing where it ends without a word, which is how some of them say no. */
async function git(root: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', root, ...args], {
      maxBuffer: MOST_BYTES,
      env: withoutHook(),
    });
    return stdout;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw usage('git is not installed, which --since asks what has changed.');
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : messageOf(error);
    const isSilentNo = said === '' && error instanceof Error && 'code' in error && error.code === 1;
    if (isSilentNo) return '';
    if (/not a git repository/i.test(said))
      throw usage(`${root} is in no git repository, so that nothing tells what has changed.`);
    throw usage(`git can't tell what has changed in ${root}: ${said.split('\n')[0] ?? ''}`);
  }
}
