import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { asLikenessError } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { DatasetSummary } from '../../protocol/engine.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { isInside } from '../files/rootPaths.ts';

/** A folder that is, or could become, a dataset. */
export interface DatasetState {
  readonly folder: string;
  readonly name: string;
  /** Undefined where there is no index. */
  readonly summary: DatasetSummary | undefined;
  readonly error: LikenessError | undefined;
}

export interface DatasetSources {
  /** The workspace's folders on disk. */
  readonly folders: () => readonly { readonly path: string; readonly name: string }[];
  /** Roots below or beside them that were indexed earlier. */
  readonly remembered: () => readonly string[];
  readonly remember: (roots: readonly string[]) => void;
}

/** What the window knows about its datasets; nothing until the first `load`. */
export class Datasets {
  readonly #engine: EngineCaller;
  readonly #sources: DatasetSources;
  readonly #latest = new Latest();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #states: readonly DatasetState[] | undefined;
  #loading: Promise<readonly DatasetState[]> | undefined;

  constructor(engine: EngineCaller, sources: DatasetSources) {
    this.#engine = engine;
    this.#sources = sources;
  }

  /** What was loaded last; undefined before that. */
  get states(): readonly DatasetState[] | undefined {
    return this.#states;
  }

  /** Where datasets are or were known to be: nothing is read for it. Absolute. */
  get folders(): readonly string[] {
    return [...this.#sources.folders().map((folder) => folder.path), ...this.#sources.remembered()];
  }

  /** What is known, after reading it if that has never been done. */
  async load(): Promise<readonly DatasetState[]> {
    if (this.#states) return this.#states;
    this.#loading ??= this.refresh();
    return this.#loading;
  }

  /** Reads all summaries anew. A refresh that is overtaken by another keeps what that one finds. */
  async refresh(): Promise<readonly DatasetState[]> {
    const states = await this.#latest.run((signal) => this.#read(signal));
    if (states) {
      this.#states = states;
      this.#changed.fire();
    }
    return this.#states ?? [];
  }

  /** Remembers a root that is not a folder of the workspace. */
  remember(root: string): void {
    if (!this.folders.includes(root)) this.#sources.remember([...this.#sources.remembered(), root]);
  }

  /** The dataset with an index that holds a file, of those loaded. */
  find(file: string): DatasetSummary | undefined {
    return this.#states?.find(({ summary }) => summary && isInside(summary.root, file))?.summary;
  }

  async #read(signal: AbortSignal): Promise<readonly DatasetState[]> {
    const folders = this.#sources.folders();
    const others = this.#sources.remembered().map((root) => ({ path: root, name: path.basename(root) }));
    const read = await Promise.all([...folders, ...others].map((folder) => this.#summarize(folder, signal)));
    const indexed = read.filter(({ summary }) => summary);
    this.#sources.remember(others.map((other) => other.path).filter((root) => indexed.some((s) => s.folder === root)));
    const roots = new Set<string>();
    return read.filter(({ folder, summary, error }, position) => {
      if (summary) return !roots.has(summary.root) && roots.add(summary.root);
      // A folder whose datasets lie below it can't be indexed itself; a forgotten root is no loss.
      return position < folders.length && (error !== undefined || !indexed.some((s) => isInside(folder, s.folder)));
    });
  }

  async #summarize(
    { path: folder, name }: { readonly path: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<DatasetState> {
    try {
      const summary = await this.#engine.call('index/summary', { path: folder }, { signal });
      return { folder, name, summary, error: undefined };
    } catch (error) {
      return { folder, name, summary: undefined, error: asLikenessError(error) };
    }
  }
}
