import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, systemCodeOf, usage } from '../../core/errors.ts';

const run = promisify(execFile);
/** Of names: a branch may touch a million files. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Files that a branch has added or changed below a folder, its working tree and what git doesn't track yet included.
 *
 * @param revision that the branch began at, or any of the branch that it is compared with
 * @returns paths relative to the root, with `/`. Rejects with usage where there is no git, no repository or no such revision
 */
export async function changedFiles(root: string, revision: string): Promise<ReadonlySet<string>> {
  // A revision that looks like an option would be one.
  if (revision.startsWith('-')) throw usage(`"${revision}" is no revision.`);
  const base = await git(root, ['merge-base', '--', revision, 'HEAD']).catch(() =>
    git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]),
  );
  if (base.trim() === '') throw usage(`git knows no revision "${revision}" in ${root}.`);
  const changed = [
    'diff',
    '--name-only',
    '--relative',
    '--no-renames',
    '--diff-filter=d',
    '-z',
    base.trim(),
    '--',
    '.',
  ];
  const lists = await Promise.all([
    git(root, changed),
    git(root, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.']),
  ]);
  return new Set(lists.flatMap((list) => list.split('\0').filter((path) => path !== '')));
}

/** Where a folder lies in its repository, such as `data/pets/`; '' for its root, and where there is no repository. */
export async function repositoryPrefix(folder: string): Promise<string> {
  const prefix = await git(folder, ['rev-parse', '--show-prefix']).catch(() => '');
  return prefix.replace(/\r?\n$/, '');
}

/** What git tells a hook of the repository that it runs in; with it, git takes any other folder for the top of that one. */
const ofHooks = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'];

function withoutHook(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ofHooks.includes(name)));
}

async function git(root: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', root, ...args], {
      maxBuffer: MOST_BYTES,
      env: withoutHook(process.env),
    });
    return stdout;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw usage('git is not installed, which --since asks what has changed.');
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : messageOf(error);
    if (/not a git repository/i.test(said))
      throw usage(`${root} is in no git repository, so that nothing tells what has changed.`);
    throw usage(`git can't tell what has changed in ${root}: ${said.split('\n')[0] ?? ''}`);
  }
}
