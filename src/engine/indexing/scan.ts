import { type Dirent, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import {
  cancelled,
  fileNotFound,
  folderNotFound,
  type LikenessError,
  nestedRoot,
  systemCodeOf,
  undecodableName,
  unreadableFile,
  unreadableFolder,
  unsupportedFormat,
} from '../../core/errors.ts';
import { fileKindOf } from '../../core/images/fileKinds.ts';
import { ExcludeRules } from '../../core/scanning/excludeRules.ts';
import { statIfPresent } from '../fileStatus.ts';
import type { SkippedFiles } from '../../protocol/engine.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { type Folder, listFolder, REPLACEMENT } from './listFolder.ts';
import type { ScannedFile, ScannedProblem } from './plan.ts';
import { SkippedTally } from './skippedFiles.ts';
import { locateStarts } from './scanStarts.ts';

/** The event loop gets its turn this often, so that requests are answered while a big folder is read. */
const SLICE_MS = 15;
/** Looking at the clock for every file would be noticed. */
const ENTRIES_PER_LOOK = 32;

export interface ScanOptions {
  /** `.gitignore`-style patterns, on top of the built-in rules. */
  readonly exclude?: readonly string[];
  /**
   * Links that lead out of the root are followed, each folder and file once; what links inside the root lead to is
   * scanned at its own place. Links found below `only` can't be compared with those elsewhere.
   */
  readonly followSymlinks?: boolean;
  /** Paths to look at with all below them, relative to the root or absolute in it; absent: everything. */
  readonly only?: readonly string[] | undefined;
  readonly signal?: AbortSignal;
  /** Called about once a slice with the number of images found so far. */
  readonly onProgress?: (images: number) => void;
}

export interface ScanResult {
  /** Images by name; their bytes were not looked at. Sorted within each folder, folders in order. */
  readonly files: readonly ScannedFile[];
  /** Unreadable folders and files, names that can't be used, pictures of formats that aren't read. */
  readonly problems: readonly ScannedProblem[];
  /** What isn't an image or not part of the dataset. */
  readonly skipped: readonly SkippedFiles[];
  /**
   * With `only`: the relative paths at or below which `files` and `problems` are complete, also those where nothing is
   * any more. What the index holds there beyond them is gone. Undefined for the whole root.
   */
  readonly scope: readonly string[] | undefined;
}

/**
 * Lists the images below `root` (a real path) without opening them. Slices of synchronous calls, which are several
 * times faster than asynchronous ones. Rejects with cancelled, nested-root, folder-not-found, unreadable-folder (of the
 * root itself).
 */
export async function scanFolder(root: string, options: ScanOptions = {}): Promise<ScanResult> {
  return new Scan(root, options).run();
}

function wholeRoot(root: string): Folder {
  return { path: '', absolute: root, isLinked: false };
}

class Scan {
  readonly #root: string;
  readonly #options: ScanOptions;
  readonly #rules: ExcludeRules;
  readonly #files: ScannedFile[] = [];
  readonly #problems: ScannedProblem[] = [];
  readonly #skipped = new SkippedTally();
  /** Folders to read, the next one last. */
  readonly #pending: Folder[] = [];
  /** Links to follow once everything that isn't behind one is known. */
  readonly #links: { readonly path: string; readonly absolute: string }[] = [];
  /** Real paths outside the root that were reached through links. */
  readonly #visited = new Set<string>();
  #sliceEnd = 0;

  constructor(root: string, options: ScanOptions) {
    this.#root = root;
    this.#options = options;
    this.#rules = new ExcludeRules(options.exclude ?? []);
  }

  async run(): Promise<ScanResult> {
    this.#throwIfAborted();
    this.#assertRoot();
    this.#sliceEnd = performance.now() + SLICE_MS;
    const scope = this.#start();
    await this.#drain();
    for (let link = this.#links.shift(); link !== undefined; link = this.#links.shift()) {
      this.#follow(link);
      await this.#drain();
    }
    this.#options.onProgress?.(this.#files.length);
    return { files: this.#files, problems: this.#problems, skipped: this.#skipped.groups(), scope };
  }

  #assertRoot(): void {
    let isFolder: boolean | undefined;
    try {
      isFolder = statIfPresent(this.#root)?.isDirectory();
    } catch (error) {
      throw unreadableFolder(this.#root, error);
    }
    if (isFolder !== true) throw folderNotFound(this.#root);
  }

  #start(): readonly string[] | undefined {
    if (this.#options.only === undefined) {
      this.#pending.push(wholeRoot(this.#root));
      return undefined;
    }
    const starts = locateStarts(this.#root, this.#options.only, this.#rules);
    this.#problems.push(...starts.problems);
    if (starts.isWhole) {
      this.#pending.push(wholeRoot(this.#root));
      return undefined;
    }
    const subfolders: Folder[] = [];
    for (const { folder, entry } of starts.entries) this.#visit(folder, entry, subfolders);
    this.#pending.push(...subfolders.reverse());
    return starts.scope;
  }

  async #drain(): Promise<void> {
    for (let folder = this.#pending.pop(); folder !== undefined; folder = this.#pending.pop()) {
      const subfolders: Folder[] = [];
      let sinceLook = 0;
      await this.#yieldIfDue();
      for (const entry of this.#list(folder)) {
        this.#visit(folder, entry, subfolders);
        if (++sinceLook % ENTRIES_PER_LOOK === 0) await this.#yieldIfDue();
      }
      this.#pending.push(...subfolders.reverse());
    }
  }

  async #yieldIfDue(): Promise<void> {
    if (performance.now() < this.#sliceEnd) return;
    this.#options.onProgress?.(this.#files.length);
    await breathe();
    this.#throwIfAborted();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }

  #throwIfAborted(): void {
    if (this.#options.signal?.aborted === true) throw cancelled();
  }

  #list(folder: Folder): readonly Dirent[] {
    if (folder.isLinked && !this.#isFirstVisit(folder.absolute)) return [];
    try {
      return listFolder(folder.absolute);
    } catch (error) {
      if (folder.path === '') throw unreadableFolder(this.#root, error);
      // Deleted since its parent was read; or its name can't be passed back to the system.
      if (systemCodeOf(error) !== 'ENOENT') this.#report(unreadableFolder(folder.path, error), folder.path);
      else if (folder.path.includes(REPLACEMENT)) this.#report(undecodableName(folder.path), folder.path);
      return [];
    }
  }

  #visit(folder: Folder, entry: Dirent, subfolders: Folder[]): void {
    const { name } = entry;
    const path = folder.path === '' ? name : `${folder.path}/${name}`;
    const absolute = (folder.absolute.endsWith(sep) ? folder.absolute : folder.absolute + sep) + name;
    if (entry.isDirectory()) {
      if (name === LIKENESS_FOLDER) {
        if (folder.path !== '') throw nestedRoot(this.#root, folder.path);
        // Ours, and of no interest as something left out.
        return;
      }
      if (this.#rules.excludesFolder(path, name)) this.#skipped.add('excluded', path);
      else if (folder.isLinked && this.#isInRoot(absolute)) this.#skipped.add('symbolic-link', path);
      else subfolders.push({ path, absolute, isLinked: folder.isLinked });
    } else if (this.#rules.excludesFile(path, name)) {
      this.#skipped.add('excluded', path);
    } else if (entry.isSymbolicLink()) {
      if (this.#options.followSymlinks === true) this.#links.push({ path, absolute });
      else this.#skipped.add('symbolic-link', path);
    } else if (folder.isLinked && !this.#isFirstVisit(absolute)) {
      this.#skipped.add('symbolic-link', path);
    } else {
      this.#visitFile(path, name, absolute, entry.isFile());
    }
  }

  #visitFile(path: string, name: string, absolute: string, isRegular: boolean): void {
    const kind = fileKindOf(name);
    if (kind.kind === 'other') {
      this.#skipped.add('not-an-image', path);
    } else if (!isRegular) {
      // Opening a pipe would wait for its writer for ever.
      this.#report(unreadableFile(path, new Error('it is a pipe, socket or device, not a file')), path);
    } else if (kind.kind === 'unsupported') {
      this.#report(unsupportedFormat(path, kind.format), path);
    } else {
      this.#addImage(path, absolute);
    }
  }

  #addImage(path: string, absolute: string): void {
    try {
      const stats = statSync(absolute, { throwIfNoEntry: false });
      if (stats !== undefined) this.#files.push({ path, size: stats.size, modifiedAt: stats.mtimeMs });
      else if (path.includes(REPLACEMENT)) this.#report(undecodableName(path), path);
    } catch (error) {
      this.#report(unreadableFile(path, error), path);
    }
  }

  #follow({ path, absolute }: { readonly path: string; readonly absolute: string }): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    let target: string;
    let stats;
    try {
      target = realpathSync.native(absolute);
      stats = statSync(target);
    } catch (error) {
      // Leading nowhere, or in a circle of links.
      if (fileKindOf(name).kind === 'other') this.#skipped.add('symbolic-link', path);
      else this.#report(systemCodeOf(error) === 'ENOENT' ? fileNotFound(path) : unreadableFile(path, error), path);
      return;
    }
    if (this.#isInRoot(target)) {
      this.#skipped.add('symbolic-link', path);
    } else if (stats.isDirectory()) {
      if (this.#rules.excludesFolder(path, name)) this.#skipped.add('excluded', path);
      else this.#pending.push({ path, absolute: target, isLinked: true });
    } else if (this.#isFirstVisit(target)) {
      this.#visitFile(path, name, target, stats.isFile());
    } else {
      this.#skipped.add('symbolic-link', path);
    }
  }

  #isFirstVisit(absolute: string): boolean {
    if (this.#visited.has(absolute)) return false;
    this.#visited.add(absolute);
    return true;
  }

  #isInRoot(absolute: string): boolean {
    return absolute === this.#root || absolute.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep);
  }

  #report({ code, message }: LikenessError, path: string): void {
    this.#problems.push({ path, problem: { code, message } });
  }
}
