import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asLikenessError, cancelled, ErrorCode, LikenessError, systemCodeOf } from '../../core/errors.ts';
import { parseTree, type HubFile } from '../../core/hub/hubListing.ts';
import type { DownloadedModel, HubCacheUsage } from '../../core/hub/hubPlan.ts';
import {
  decoded,
  DEFAULT_REVISION,
  formatHubReference,
  isCommit,
  type HubReference,
} from '../../core/hub/hubReference.ts';
import { chooseModel, isOnnxFile } from '../../core/hub/modelChoice.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { withLockHeld } from '../store/sqlite.ts';
import { isTemporary, replaceFile } from '../training/replaceFile.ts';
import { partialOf, sizeOf, tagOf } from './download.ts';
import type { HubRepository } from './hubApi.ts';

/** How long the lock is waited for between two looks whether the wait was cancelled. */
const LOCK_PATIENCE_MS = 250;
/** What was asked for or downloaded so lately stays: somebody may be about to download or to copy it. */
const IN_USE_MS = 24 * 60 * 60 * 1000;

/**
 * What was downloaded, for all datasets of a user:
 *
 *     hub/OWNER--NAME/COMMIT/…         files as the repository has them; NAME.partial is what has arrived of one
 *     hub/OWNER--NAME/COMMIT.json      what the repository holds at that commit
 *     hub/OWNER--NAME/refs/REVISION    the commit that a branch or a tag meant last; of a commit that was asked for, itself
 */
export class HubCache {
  readonly #folder: string;

  /** @param cacheFolder the user's own, absolute */
  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'hub');
  }

  /** Where all of it is, absolute. */
  get folder(): string {
    return this.#folder;
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
      await replaceFile(this.#refOf(repository.repository, revision), [repository.commit]);
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

  /**
   * Deletes what other commits of a repository have left, once this one is here, and takes over what it has in common with
   * them. Encoders of datasets are copies and miss nothing. Kept are commits that a branch or a tag still means, those that
   * were asked for by their own names, and those in use lately. Never rejects: what can't be deleted is tried again after the
   * next download. Only the holder of the lock may do this.
   */
  async clean(repository: HubRepository): Promise<void> {
    const folder = this.#folderOf(repository.repository);
    const now = new Date();
    await utimes(join(folder, `${repository.commit}.json`), now, now).catch(() => undefined);
    const named = await this.#namedCommits(repository.repository);
    const listingOf = ({ commit }: HubRepository) => join(folder, `${commit}.json`);
    const old: HubRepository[] = [];
    for (const other of await this.#others(repository)) {
      const isInUse = now.getTime() - (await changedAt(listingOf(other))) < IN_USE_MS;
      if (!named.has(other.commit) && !isInUse) old.push(other);
    }
    if (old.length > 0) for (const file of repository.files) await this.adopt(repository, file, false);
    for (const other of old) {
      try {
        // The listing goes last, so that what is left is found again.
        await rm(join(folder, other.commit), { recursive: true, force: true });
        await rm(listingOf(other), { force: true });
      } catch {
        continue;
      }
    }
  }

  /** What all of it takes; a file that several commits share counts once. Never rejects. */
  async usage(): Promise<HubCacheUsage> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const counted = new Set<string>();
    let bytes = 0;
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const about = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
      if (about === undefined) continue;
      const inode = `${about.dev}:${about.ino}`;
      if (about.nlink > 1 && counted.has(inode)) continue;
      counted.add(inode);
      bytes += about.size;
    }
    return { folder: this.#folder, bytes, repositories: await this.#repositories() };
  }

  /** Models that are here with their weights, by the names they can be had by without a connection. Never rejects. */
  async models(): Promise<DownloadedModel[]> {
    const found = new Map<string, DownloadedModel>();
    for (const name of await this.#repositories()) {
      for (const revision of await this.#revisions(name)) {
        const repository = await this.recall({ repository: name, revision });
        for (const { path } of repository?.files.filter((file) => isOnnxFile(file)) ?? []) {
          const { model, data } = chooseModel(name, repository!.files, { file: path });
          const key = `${name}#${path} ${model.hash.hex}`;
          const parts = [model, ...data];
          const present = await Promise.all(parts.map((file) => this.has(repository!, file)));
          if (found.has(key) || !present.every(Boolean)) continue;
          found.set(key, {
            reference: formatHubReference({ repository: name, revision, file: path }),
            repository: name,
            model: path,
            bytes: parts.reduce((sum, { size }) => sum + size, 0),
            licence: repository!.licence,
          });
        }
      }
    }
    return [...found.values()];
  }

  /** Of which anything is here, sorted. */
  async #repositories(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names
      .filter((name) => name.includes('--'))
      .map((name) => name.replace('--', '/'))
      .sort();
  }

  /** What was asked for of a repository, the default revision first. */
  async #revisions(repository: string): Promise<string[]> {
    const names = await readdir(join(this.#folderOf(repository), 'refs')).catch(() => []);
    const revisions = names.filter((name) => !isTemporary(name)).map(decoded);
    return revisions.sort((a, b) => Number(b === DEFAULT_REVISION) - Number(a === DEFAULT_REVISION));
  }

  /** Commits that somebody may ask for by a name and without a connection. */
  async #namedCommits(repository: string): Promise<Set<string>> {
    const revisions = await this.#revisions(repository);
    const commits = revisions.map((revision) => readFile(this.#refOf(repository, revision), 'utf8').catch(() => ''));
    return new Set(await Promise.all(commits));
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

/** Milliseconds since the epoch; 0 where there is no such file. */
async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
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
