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

export interface IndexingOptions {
  /** Absolute paths; absent: the whole folder. */
  readonly only?: readonly string[];
  /** An encoder's id; absent: the dataset's own choice. */
  readonly encoder?: string;
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

/** The window's indexing jobs, one a folder at a time. */
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
    const running = this.#running.get(folder);
    if (running && options.only === undefined && !running.state.background) return running.done;
    for (let other = running; other; other = this.#running.get(folder)) await other.done;
    const abort = new AbortController();
    const background = options.background ?? false;
    const done = this.#complete(folder, background, this.#index(folder, options, abort.signal));
    this.#running.set(folder, { state: { folder, progress: undefined, background }, abort, done });
    this.#changed.fire();
    return done;
  }

  /** Stops the job of a folder, or all of them. What is finished stays finished. */
  stop(folder?: string): void {
    for (const [key, { abort }] of this.#running) {
      if (folder === undefined || folder === key) abort.abort();
    }
  }

  #index(folder: string, { only, encoder }: IndexingOptions, signal: AbortSignal): Promise<IndexReport> {
    const request = {
      folder,
      scan: this.#scanSettings(folder),
      ...(only && { only }),
      ...(encoder !== undefined && { encoder }),
    };
    const onProgress = (progress: Progress): void => {
      const job = this.#running.get(folder);
      if (!job) return;
      job.state = { ...job.state, progress };
      this.#changed.fire();
    };
    return this.#engine.call('index/run', request, { signal, onProgress });
  }

  async #complete(folder: string, background: boolean, result: Promise<IndexReport>): Promise<IndexReport | undefined> {
    try {
      const report = await result;
      this.#end(folder);
      this.#finished.fire({ report, background });
      return report;
    } catch (error) {
      this.#end(folder);
      this.#failed.fire({ folder, error: asLikenessError(error), background });
      return undefined;
    }
  }

  #end(folder: string): void {
    this.#running.delete(folder);
    this.#changed.fire();
  }
}
