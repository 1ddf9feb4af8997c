import { Emitter } from 'vscode-jsonrpc/node';
import { ErrorCode, asLikenessError, messageOf, usage } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type {
  PretrainPlan,
  PretrainRequest,
  ResumeRequest,
  RunKind,
  RunSummary,
  SettingsOf,
  TrainRequest,
  TrainingReport,
} from '../../protocol/training.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { isInside } from '../files/rootPaths.ts';
import type { TrainingCaller } from './trainingClient.ts';

/** While a run goes on it is looked up this often: first for its id, then for its metrics. */
const LOOK_UP_MS = 2_000;
const LOOK_AGAIN_MS = 15_000;

/** The run that this window trains. */
export interface RunningTraining {
  /** The dataset's folder, absolute. */
  readonly root: string;
  readonly name: string;
  /** As far as they are known. */
  readonly settings: SettingsOf[RunKind];
  /** Undefined until the new run has been found among the dataset's. */
  readonly id: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Undefined until the process first reports. */
  readonly progress: Progress | undefined;
  /** It has been asked to stop. */
  readonly stopping: boolean;
}

/** What a run is called until it has a name. */
const provisionalNames: Readonly<Record<RunKind, string>> = {
  pretrain: 'Pretraining',
  finetune: 'Fine-tuning',
  distill: 'Distillation',
  autoencoder: 'Autoencoder',
  captions: 'Captions',
};

/** A run that is over: with a report where it finished or was stopped, else with what went wrong. */
export type EndedTraining =
  | { readonly training: RunningTraining; readonly report: TrainingReport }
  | { readonly training: RunningTraining; readonly error: LikenessError };

export interface TrainingSources {
  /** Folders of the datasets whose runs are listed, absolute. */
  readonly roots: () => Promise<readonly string[]>;
  /** Takes those that have runs, so that they are listed again where nothing else names them. */
  readonly remember: (roots: readonly string[]) => void;
  readonly warn: (text: string) => void;
  /** The TensorFlow.js that a run on it goes on with. */
  readonly tensorFlow: () => Pick<ResumeRequest, 'tensorFlowModule'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The run of this window, one at a time, and what its datasets have of past ones. */
export class TrainingRuns {
  readonly #training: TrainingCaller;
  readonly #engine: EngineCaller;
  readonly #sources: TrainingSources;
  readonly #latest = new Latest();
  readonly #changed = new Emitter<void>();
  readonly #ended = new Emitter<EndedTraining>();
  /** A run started, progressed or ended, or past ones were read. */
  readonly onDidChange = this.#changed.event;
  readonly onDidEnd = this.#ended.event;
  #running: RunningTraining | undefined;
  #abort: AbortController | undefined;
  #listed: readonly RunSummary[] | undefined;
  #loading: Promise<readonly RunSummary[]> | undefined;
  #lookedUpAt = 0;

  constructor(training: TrainingCaller, engine: EngineCaller, sources: TrainingSources) {
    this.#training = training;
    this.#engine = engine;
    this.#sources = sources;
  }

  get running(): RunningTraining | undefined {
    return this.#running;
  }

  /** What the dataset has of the running one; undefined until it was found. */
  get runningSummary(): RunSummary | undefined {
    const { id, root } = this.#running ?? {};
    return this.#listed?.find((run) => run.id === id && run.root === root);
  }

  /** All runs but the running one, newest first, as they were read last; those of other processes may be running. */
  get others(): readonly RunSummary[] {
    const own = this.runningSummary;
    return (this.#listed ?? []).filter((run) => run !== own);
  }

  /** What is known, after reading it if that has never been done. */
  async load(): Promise<readonly RunSummary[]> {
    if (this.#listed === undefined) {
      this.#loading ??= this.refresh();
      await this.#loading;
    }
    return this.others;
  }

  async refresh(): Promise<readonly RunSummary[]> {
    this.#lookedUpAt = this.#sources.now();
    const listed = await this.#latest.run((signal) => this.#read(signal));
    if (listed) {
      this.#listed = listed;
      this.#findRunning(listed);
      this.#changed.fire();
    }
    return this.others;
  }

  /** Reads past runs again, if anybody has wanted them yet. */
  refreshIfLoaded(): void {
    if (this.#listed !== undefined) void this.refresh();
  }

  plan(request: PretrainRequest, options?: CallOptions): Promise<PretrainPlan> {
    return this.#training.call('training/plan', request, options);
  }

  /** Settles when the run is over, which `onDidEnd` tells; rejects only where another one is running. */
  pretrain(request: PretrainRequest, plan?: PretrainPlan): Promise<TrainingReport | undefined> {
    const settings = plan?.settings ?? request.settings;
    return this.#start('pretrain', plan?.root ?? request.folder, settings, (options) =>
      this.#training.call('training/pretrain', request, options),
    );
  }

  /** As `pretrain`. */
  fineTune(request: TrainRequest<'finetune'>): Promise<TrainingReport | undefined> {
    return this.#start('finetune', request.folder, request.settings, (options) =>
      this.#training.call('training/finetune', request, options),
    );
  }

  /** As `pretrain`. */
  distill(request: TrainRequest<'distill'>): Promise<TrainingReport | undefined> {
    return this.#start('distill', request.folder, request.settings, (options) =>
      this.#training.call('training/distill', request, options),
    );
  }

  /** As `pretrain`. */
  trainAutoencoder(request: TrainRequest<'autoencoder'>): Promise<TrainingReport | undefined> {
    return this.#start('autoencoder', request.folder, request.settings, (options) =>
      this.#training.call('training/autoencoder', request, options),
    );
  }

  /** As `pretrain`. */
  trainWithCaptions(request: TrainRequest<'captions'>): Promise<TrainingReport | undefined> {
    return this.#start('captions', request.folder, request.settings, (options) =>
      this.#training.call('training/captions', request, options),
    );
  }

  /** As `pretrain`, for a run that ended before it was finished. */
  resume({ root, name, settings, id }: RunSummary): Promise<TrainingReport | undefined> {
    return this.#run({ root, name, settings, id }, (options) =>
      this.#training.call('training/resume', { folder: root, run: id, ...this.#sources.tensorFlow() }, options),
    );
  }

  /** Asks the running one to stop; it can be resumed. */
  stop(): void {
    if (!this.#running) return;
    this.#abort?.abort();
    this.#update({ stopping: true });
  }

  /** @returns the bytes freed */
  async delete({ root, id }: RunSummary, encoder: boolean): Promise<number> {
    const { bytes } = await this.#engine.call('runs/delete', { folder: root, run: id, encoder });
    await this.refresh();
    return bytes;
  }

  #start(
    kind: RunKind,
    root: string,
    settings: SettingsOf[RunKind],
    call: (options: CallOptions) => Promise<TrainingReport>,
  ): Promise<TrainingReport | undefined> {
    return this.#run({ root, name: settings.name ?? provisionalNames[kind], settings, id: undefined }, call);
  }

  async #run(
    started: Pick<RunningTraining, 'root' | 'name' | 'settings' | 'id'>,
    call: (options: CallOptions) => Promise<TrainingReport>,
  ): Promise<TrainingReport | undefined> {
    if (this.#running) throw usage(`${this.#running.name} is being trained; wait for its end, or stop it first.`);
    const abort = new AbortController();
    this.#abort = abort;
    this.#running = { ...started, startedAt: this.#sources.now(), progress: undefined, stopping: false };
    this.#changed.fire();
    const onProgress = (progress: Progress): void => {
      this.#update({ progress });
      const wait = this.#running?.id === undefined ? LOOK_UP_MS : LOOK_AGAIN_MS;
      if (this.#sources.now() - this.#lookedUpAt >= wait) this.refreshIfLoaded();
    };
    try {
      const report = await call({ signal: abort.signal, onProgress });
      this.#end((training) => ({ training, report }), report.run);
      return report;
    } catch (error) {
      this.#end((training) => ({ training, error: asLikenessError(error) }));
      return undefined;
    }
  }

  #update(change: Partial<RunningTraining>): void {
    if (!this.#running) return;
    this.#running = { ...this.#running, ...change };
    this.#changed.fire();
  }

  #end(outcome: (training: RunningTraining) => EndedTraining, final?: RunSummary): void {
    const training = this.#running;
    if (!training) return;
    const { id, root } = final ?? training;
    if (this.#listed) {
      // What was read while it ran would say that it still does.
      const others = this.#listed.filter((run) => run.root !== root || run.id !== id);
      this.#listed = newestFirst(final ? [...others, final] : others);
    }
    this.#running = undefined;
    this.#abort = undefined;
    this.#changed.fire();
    this.#ended.fire(outcome(training));
    this.refreshIfLoaded();
  }

  async #read(signal: AbortSignal): Promise<readonly RunSummary[]> {
    const own = this.#running ? [this.#running.root] : [];
    const roots = new Set([...own, ...(await this.#sources.roots())]);
    const lists = await Promise.all([...roots].map((folder) => this.#list(folder, signal)));
    signal.throwIfAborted();
    this.#sources.remember([...new Set([...own, ...lists.filter(({ keep }) => keep).map(({ folder }) => folder)])]);
    // Two folders of the workspace may lie in the same dataset.
    const byPlace = new Map(lists.flatMap(({ runs }) => runs).map((run) => [`${run.root}\n${run.id}`, run]));
    return newestFirst([...byPlace.values()]);
  }

  async #list(
    folder: string,
    signal: AbortSignal,
  ): Promise<{ readonly folder: string; readonly runs: readonly RunSummary[]; readonly keep: boolean }> {
    try {
      const runs = await this.#engine.call('runs/list', { folder }, { signal });
      return { folder, runs, keep: runs.length > 0 };
    } catch (error) {
      if (!signal.aborted) this.#sources.warn(`The runs of ${folder} can't be listed: ${messageOf(error)}`);
      return { folder, runs: [], keep: asLikenessError(error).code !== ErrorCode.FolderNotFound };
    }
  }

  /** The run that began here since then is ours; with it comes what the engine has chosen. */
  #findRunning(listed: readonly RunSummary[]): void {
    const running = this.#running;
    if (!running || running.id !== undefined) return;
    const own = listed.find(
      // What was named may be a part of the dataset.
      ({ state, root, startedAt }) =>
        state === 'running' && isInside(root, running.root) && startedAt >= running.startedAt,
    );
    if (own) this.#running = { ...running, id: own.id, root: own.root, name: own.name, settings: own.settings };
  }
}

function newestFirst(runs: readonly RunSummary[]): RunSummary[] {
  return runs.toSorted((a, b) => b.startedAt - a.startedAt);
}
