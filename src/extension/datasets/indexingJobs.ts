import { Emitter } from 'vscode-jsonrpc/node';
import { asLikenessError } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { IndexReport, ScanSettings } from '../../protocol/engine.ts';
import type { EngineCaller } from '../engine/engineClient.ts';

export interface IndexingJob {
  /** The folder that was asked for, absolute. */
  readonly folder: string;
  /** Undefined until the engine first reports. */
  readonly progress: Progress | undefined;
  /** Started by the file watcher rather than by a person. */
  readonly background: boolean;
}

/** Jobs that take many times as long as others run beside them, so that the index is kept current meanwhile. */
function keyOf(folder: string, regions: boolean): string {
  return regions ? `${folder}\0regions` : folder;
}

export interface IndexingOptions {
  /** Absolute paths; absent: the whole folder. */
  readonly only?: readonly string[];
  /** An encoder's id; absent: the dataset's own choice. */
  readonly encoder?: string;
  /** Parts of the images, too. */
  readonly regions?: boolean;
  readonly background?: boolean;
}

export interface FailedJob {
  readonly folder: string;
  readonly error: LikenessError;
  readonly background: boolean;
}

interface RunningJob {
  state: IndexingJob;
  readonly abort: AbortController;
  /** Settles once the job is no longer among the running. Never rejects. */
  readonly done: Promise<IndexReport | undefined>;
}

/** The window's indexing jobs, one a folder at a time, and one of its regions. */
export class IndexingJobs {
  readonly #engine: EngineCaller;
  readonly #scanSettings: (folder: string) => ScanSettings;
  readonly #running = new Map<string, RunningJob>();
  readonly #changed = new Emitter<void>();
  readonly #finished = new Emitter<{ readonly report: IndexReport; readonly background: boolean }>();
  readonly #failed = new Emitter<FailedJob>();
  /** A job started, progressed or ended. */
  readonly onDidChange = this.#changed.event;
  readonly onDidFinish = this.#finished.event;
  /** Also of jobs that were stopped. */
  readonly onDidFail = this.#failed.event;

  constructor(engine: EngineCaller, scanSettings: (folder: string) => ScanSettings) {
    this.#engine = engine;
    this.#scanSettings = scanSettings;
  }

  get running(): readonly IndexingJob[] {
    return [...this.#running.values()].map(({ state }) => state);
  }

  /**
   * Indexes a folder; undefined when that failed or was stopped, which `onDidFail` tells. Asking again for what a
   * person already asked for joins that job; otherwise the new job follows the running one, as that may have passed
   * the files in question.
   */
  async run(folder: string, options: IndexingOptions = {}): Promise<IndexReport | undefined> {
    const key = keyOf(folder, options.regions ?? false);
    const running = this.#running.get(key);
    if (running && options.only === undefined && !running.state.background) return running.done;
    for (let other = running; other; other = this.#running.get(key)) await other.done;
    const abort = new AbortController();
    const background = options.background ?? false;
    const done = this.#complete(key, { folder, background }, this.#index(folder, options, abort.signal));
    this.#running.set(key, { state: { folder, progress: undefined, background }, abort, done });
    this.#changed.fire();
    return done;
  }

  /** Stops the job of a folder, or all of them. What is finished stays finished. */
  stop(folder?: string): void {
    for (const { state, abort } of this.#running.values()) {
      if (folder === undefined || folder === state.folder) abort.abort();
    }
  }

  #index(
    folder: string,
    { only, encoder, regions = false }: IndexingOptions,
    signal: AbortSignal,
  ): Promise<IndexReport> {
    const request = {
      folder,
      scan: this.#scanSettings(folder),
      ...(only && { only }),
      ...(encoder !== undefined && { encoder }),
      ...(regions && { regions }),
    };
    const onProgress = (progress: Progress): void => {
      const job = this.#running.get(keyOf(folder, regions));
      if (!job) return;
      job.state = { ...job.state, progress };
      this.#changed.fire();
    };
    return this.#engine.call('index/run', request, { signal, onProgress });
  }

  async #complete(
    key: string,
    { folder, background }: Pick<IndexingJob, 'folder' | 'background'>,
    result: Promise<IndexReport>,
  ): Promise<IndexReport | undefined> {
    try {
      const report = await result;
      this.#end(key);
      this.#finished.fire({ report, background });
      return report;
    } catch (error) {
      this.#end(key);
      this.#failed.fire({ folder, error: asLikenessError(error), background });
      return undefined;
    }
  }

  #end(key: string): void {
    this.#running.delete(key);
    this.#changed.fire();
  }
}
