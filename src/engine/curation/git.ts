import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gitMissing, gitRefused, noRepository, repositoryNotTrusted } from '../../core/curation/checkErrors.ts';
import { messageOf, systemCodeOf, type LikenessError } from '../../core/errors.ts';

const run = promisify(execFile);
/** Of names: a branch may touch a million files. */
const MOST_BYTES = 256 * 2 ** 20;
/** What git tells a hook of the repository that it runs in; with it, git takes any other folder for the top of that one. */
const ofHooks = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'];

/** Without what a hook is told, and with messages that can be told from one another. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !ofHooks.includes(name));
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}

/**
 * What a command of git's prints; nothing where it ends without a word, which is how some of them say no. Rejects with usage
 * where there is no git or no repository, or where git refuses.
 *
 * @param input what it reads
 */
export async function git(folder: string, args: readonly string[], input?: string): Promise<string> {
  try {
    return await printed(folder, args, input);
  } catch (error) {
    const said = saidOf(error);
    const isSilentNo = said === '' && error instanceof Error && 'code' in error && error.code === 1;
    if (isSilentNo) return '';
    throw failureOf(folder, error);
  }
}

/**
 * Where a folder lies in its repository, such as `data/pets/`; '' for its root, and where there is no repository or no git.
 * Rejects with usage where git refuses to tell.
 */
export async function repositoryPrefix(folder: string): Promise<string> {
  try {
    return (await printed(folder, ['rev-parse', '--show-prefix'])).replace(/\r?\n$/, '');
  } catch (error) {
    if (isMissing(error) || isNoRepository(error)) return '';
    throw failureOf(folder, error);
  }
}

async function printed(folder: string, args: readonly string[], input?: string): Promise<string> {
  const running = run('git', ['-C', folder, ...args], { maxBuffer: MOST_BYTES, env: gitEnvironment() });
  // One that ends before it has read everything says so by its exit code.
  running.child.stdin?.on('error', () => undefined).end(input ?? '');
  return (await running).stdout;
}

function failureOf(folder: string, error: unknown): LikenessError {
  if (isMissing(error)) return gitMissing();
  if (isNoRepository(error)) return noRepository(folder);
  const said = saidOf(error);
  const place = /safe\.directory\s+(.+)/.exec(said)?.[1];
  return place === undefined ? gitRefused(folder, said.split('\n')[0] ?? '') : repositoryNotTrusted(folder, place);
}

function isMissing(error: unknown): boolean {
  return systemCodeOf(error) === 'ENOENT';
}

function isNoRepository(error: unknown): boolean {
  return /not a git repository/i.test(saidOf(error));
}

function saidOf(error: unknown): string {
  return error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : messageOf(error);
}
