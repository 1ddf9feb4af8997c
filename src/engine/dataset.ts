import { existsSync } from 'node:fs';
import type { DatasetConfig } from '../core/config/datasetConfig.ts';
import { labelRules, type LabelRules } from '../core/labels/labelRules.ts';
import { ErrorCode, LikenessError, notIndexed } from '../core/errors.ts';
import { readConfig } from './store/config.ts';
import { datasetsBelow, findDataset, findRoot } from './store/findRoot.ts';
import type { IndexStore } from './store/indexStore.ts';
import { openStore } from './store/openStore.ts';

/** A dataset that is open: its folder, its index and what its config says. */
export interface Dataset {
  readonly root: string;
  readonly store: IndexStore;
  readonly config: DatasetConfig;
  /** Class and split of an image by its path. */
  readonly rules: LabelRules;
}

/** Keeps the indexes of a process open, one per root. */
export class Datasets {
  readonly #cacheFolder: string;
  readonly #open = new Map<string, IndexStore>();

  /** @param cacheFolder where indexes of folders that can't be written to live, absolute. */
  constructor(cacheFolder: string) {
    this.#cacheFolder = cacheFolder;
  }

  /** The root of the dataset that `path` lies in, whether or not it has an index. */
  rootOf(path: string): string {
    return findRoot(path, this.#cacheFolder);
  }

  /** Whether `path` lies in a dataset, which may have no index yet. */
  exists(path: string): boolean {
    return findDataset(path, this.#cacheFolder) !== undefined;
  }

  /** The dataset that `path` lies in, for writing: its index is created when there is none. */
  create(path: string): Dataset {
    const root = this.rootOf(path);
    return this.#dataset(
      root,
      this.#opened(root, () => openStore(root, { cacheFolder: this.#cacheFolder, mode: 'write' })),
    );
  }

  /** The dataset that `path` lies in, or undefined where nothing has been indexed. */
  find(path: string): Dataset | undefined {
    const root = findDataset(path, this.#cacheFolder);
    if (root === undefined) return undefined;
    const store = this.#opened(root, () => openStore(root, { cacheFolder: this.#cacheFolder, mode: 'read' }));
    return store === undefined ? undefined : this.#dataset(root, store);
  }

  /** The index of a dataset, if there is one that can be opened: what people decided counts without it too. */
  storeIfReadable(path: string): IndexStore | undefined {
    try {
      return this.find(path)?.store;
    } catch (error) {
      if (error instanceof LikenessError) return undefined;
      throw error;
    }
  }

  /** As `find`, but failing with not-indexed. */
  get(path: string): Dataset {
    const dataset = this.find(path);
    if (dataset === undefined) throw this.notIndexed(path);
    return dataset;
  }

  /** Why nothing is known of a path, naming the datasets in its folder, one of which may be meant. */
  notIndexed(path: string): LikenessError {
    const root = this.rootOf(path);
    return notIndexed(root, datasetsBelow(root));
  }

  /** Runs `work`; an index that turns out to be damaged is closed, so that the next use rebuilds it. */
  async guard<T>(dataset: Dataset, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LikenessError && error.code === ErrorCode.IndexCorrupt) this.#close(dataset.root);
      throw error;
    }
  }

  dispose(): void {
    for (const root of [...this.#open.keys()]) this.#close(root);
  }

  #dataset(root: string, store: IndexStore): Dataset {
    const config = readConfig(root);
    return { root, store, config, rules: labelRules(config) };
  }

  #opened<S extends IndexStore | undefined>(root: string, open: () => S): IndexStore | S {
    const known = this.#open.get(root);
    // The index is safe to delete at any time, also while we hold it open.
    if (known !== undefined && existsSync(known.location)) return known;
    this.#close(root);
    const store = open();
    if (store !== undefined) this.#open.set(root, store);
    return store;
  }

  #close(root: string): void {
    this.#open.get(root)?.close();
    this.#open.delete(root);
  }
}
