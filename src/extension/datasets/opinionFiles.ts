import { Emitter } from 'vscode-jsonrpc/node';
import { Debounced } from '../async/debounce.ts';

/** Until a burst of changes of a file is over, our own among them. */
const SETTLE_MS = 300;

/** Tells `note` of every change of a dataset's files of opinions, until it is disposed. */
export type WatchFiles = (root: string, note: () => void) => { dispose(): unknown };

/**
 * The files that hold what people think of the images of a dataset: decisions and tags, and the views and splits of its
 * configuration. Others write them too: a person, git, another window, the command line. They are watched in the datasets
 * that somebody shows, wherever those lie.
 */
export class OpinionFiles {
  readonly #watchFiles: WatchFiles;
  readonly #changed = new Emitter<string>();
  /** Tells the root, once a burst of changes is over. */
  readonly onDidChange = this.#changed.event;
  /** By whoever shows them. */
  readonly #shown = new Map<string, readonly string[]>();
  readonly #watched = new Map<string, { dispose(): unknown }>();
  readonly #pending = new Set<string>();
  readonly #settled = new Debounced(SETTLE_MS, () => {
    const roots = [...this.#pending];
    this.#pending.clear();
    for (const root of roots) this.#changed.fire(root);
  });

  constructor(watchFiles: WatchFiles) {
    this.#watchFiles = watchFiles;
  }

  /**
   * Watches these datasets for whoever shows them, and no longer those that nobody shows any more.
   *
   * @param by names who shows them
   * @param roots absolute
   */
  watch(by: string, roots: readonly string[]): void {
    const before = this.#shown.get(by) ?? [];
    if (before.length === roots.length && before.every((root, place) => root === roots[place])) return;
    this.#shown.set(by, [...roots]);
    const wanted = new Set([...this.#shown.values()].flat());
    for (const [root, watcher] of this.#watched) {
      if (wanted.has(root)) continue;
      watcher.dispose();
      this.#watched.delete(root);
      this.#pending.delete(root);
    }
    for (const root of wanted) {
      if (!this.#watched.has(root)) this.#watched.set(root, this.#watchFiles(root, this.#noteOf(root)));
    }
  }

  dispose(): void {
    for (const watcher of this.#watched.values()) watcher.dispose();
    this.#watched.clear();
    this.#settled.dispose();
  }

  #noteOf(root: string): () => void {
    return () => {
      this.#pending.add(root);
      this.#settled.trigger();
    };
  }
}
