import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asLikenessError, cancelled, ErrorCode, LikenessError, systemCodeOf } from '../../core/errors.ts';
import { parseTree, type HubFile } from '../../core/hub/hubListing.ts';
import { isCommit, type HubReference } from '../../core/hub/hubReference.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { withLockHeld } from '../store/sqlite.ts';
import { replaceFile } from '../training/replaceFile.ts';
import { partialOf, sizeOf, tagOf } from './download.ts';
import type { HubRepository } from './hubApi.ts';

/** How long the lock is waited for between two looks whether the wait was cancelled. */
const LOCK_PATIENCE_MS = 250;

/**
 * What was downloaded, for all datasets of a user:
 *
 *     hub/OWNER--NAME/COMMIT/…         files as the repository has them; NAME.partial is what has arrived of one
 *     hub/OWNER--NAME/COMMIT.json      what the repository holds at that commit
 *     hub/OWNER--NAME/refs/REVISION    the commit that a branch or a tag meant last
 */
export class HubCache {
  readonly #folder: string;

  /** @param cacheFolder the user's own, absolute */
  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'hub');
  }

  /** Where a file of a repository is, or will be. */
  fileOf({ repository, commit }: Pick<HubRepository, 'repository' | 'commit'>, path: string): string {
    return join(this.#folderOf(repository), commit, ...path.split('/'));
  }

  /** True where all of it is here: nothing has its name before it was checked. */
  async has(repository: HubRepository, file: HubFile): Promise<boolean> {
    return (await sizeOf(this.fileOf(repository, file.path))) === file.size;
  }

  /** Bytes of a file that have arrived in earlier runs. */
  async arrived(repository: HubRepository, file: HubFile): Promise<number> {
    const bytes = await sizeOf(partialOf(this.fileOf(repository, file.path)));
    return bytes > file.size ? 0 : bytes;
  }

  /** Keeps what the hub said, for when there is no connection. Rejects with read-only or disk-full. */
  async remember(revision: string, repository: HubRepository): Promise<void> {
    const folder = this.#folderOf(repository.repository);
    try {
      await mkdir(join(folder, 'refs'), { recursive: true });
      await replaceFile(join(folder, `${repository.commit}.json`), [`${JSON.stringify(asAnswered(repository))}\n`]);
      if (!isCommit(revision)) await replaceFile(this.#refOf(repository.repository, revision), [repository.commit]);
    } catch (error) {
      throw writeFailure(folder, error) ?? asLikenessError(error);
    }
  }

  /** What the hub said last of a repository; undefined where it was never asked. */
  async recall({
    repository,
    revision,
  }: Pick<HubReference, 'repository' | 'revision'>): Promise<HubRepository | undefined> {
    try {
      const commit = isCommit(revision) ? revision : await readFile(this.#refOf(repository, revision), 'utf8');
      return isCommit(commit) ? await this.#read(repository, commit) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Takes a file from another commit of the repository where that holds the same one: most commits change a text and
   * leave the weights alone. Where it can't be done, the file is downloaded, and that is all.
   *
   * @param parts also what has arrived of a file, which only the holder of the lock may move
   */
  async adopt(repository: HubRepository, file: HubFile, parts: boolean): Promise<void> {
    const target = this.fileOf(repository, file.path);
    if ((await sizeOf(target)) > 0 || (await sizeOf(partialOf(target))) > 0) return;
    for (const other of await this.#others(repository)) {
      const same = other.files.find(({ hash, size }) => hash.hex === file.hash.hex && size === file.size);
      if (same === undefined) continue;
      const source = this.fileOf(other, same.path);
      const isWhole = await this.has(other, same);
      if (!isWhole && !(parts && (await sizeOf(partialOf(source))) > 0)) continue;
      try {
        await mkdir(dirname(target), { recursive: true });
        if (isWhole) await share(source, target);
        else {
          await rename(tagOf(source), tagOf(target)).catch(() => undefined);
          await rename(partialOf(source), partialOf(target));
        }
      } catch {
        continue;
      }
      return;
    }
  }

  /**
   * Runs `work` while no other process downloads anything of the repository. Where the file system knows no locks, it runs
   * all the same. Rejects with cancelled, read-only or disk-full.
   *
   * @param onWait called once where somebody else has it
   */
  async whileLocked<T>(
    repository: string,
    signal: AbortSignal,
    onWait: () => void,
    work: () => Promise<T>,
  ): Promise<T> {
    const folder = this.#folderOf(repository);
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw writeFailure(folder, error) ?? asLikenessError(error);
    }
    const lock = { isHeld: false };
    const held = () => {
      lock.isHeld = true;
      return work();
    };
    for (let waits = 0; ; waits++) {
      try {
        return await withLockHeld(join(folder, 'download.lock'), LOCK_PATIENCE_MS, held);
      } catch (error) {
        if (lock.isHeld || !(error instanceof LikenessError)) throw error;
        if (error.code === ErrorCode.IndexInaccessible) return work();
        if (error.code !== ErrorCode.IndexBusy) throw error;
        if (signal.aborted) throw cancelled();
        if (waits === 0) onWait();
      }
    }
  }

  async #others({ repository, commit }: HubRepository): Promise<HubRepository[]> {
    const names = await readdir(this.#folderOf(repository)).catch(() => []);
    const commits = names.flatMap((name) => /^([0-9a-f]{40})\.json$/.exec(name)?.[1] ?? []);
    const read = commits.filter((other) => other !== commit).map((other) => this.#read(repository, other));
    return (await Promise.all(read)).filter((other) => other !== undefined);
  }

  async #read(repository: string, commit: string): Promise<HubRepository | undefined> {
    try {
      const text = await readFile(join(this.#folderOf(repository), `${commit}.json`), 'utf8');
      const { licence, tree } = JSON.parse(text) as { licence?: unknown; tree?: unknown };
      const files = parseTree(tree);
      return files && { repository, commit, licence: typeof licence === 'string' ? licence : undefined, files };
    } catch {
      return undefined;
    }
  }

  #refOf(repository: string, revision: string): string {
    return join(this.#folderOf(repository), 'refs', encodeURIComponent(revision));
  }

  #folderOf(repository: string): string {
    return join(this.#folder, repository.replace('/', '--'));
  }
}

/** In the hub's own form, so that one reader checks both. */
function asAnswered({ licence, files }: HubRepository): object {
  const tree = files.map(({ path, size, hash: { algorithm, hex } }) => ({
    type: 'file',
    path,
    size,
    ...(algorithm === 'sha256' ? { lfs: { oid: hex, size } } : { oid: hex }),
  }));
  return { licence, tree };
}

/** The same bytes under another name, which cost nothing where the disk can do that. */
async function share(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return;
    const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
    await copyFile(source, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, target);
  }
}
