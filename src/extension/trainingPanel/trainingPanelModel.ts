import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { messageOf } from '../../core/errors.ts';
import type { RunMapsReport, RunSummary } from '../../protocol/training.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import type {
  PanelRun,
  RunCurves,
  TrainingPanelChange,
  TrainingPanelState,
  TrainingViewChoices,
} from '../../protocol/trainingView.ts';
import { Latest } from '../async/latest.ts';
import { Repeated } from '../async/repeated.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import type { TrainingRuns } from '../training/trainingRuns.ts';
import { settingTexts } from '../training/trainingText.ts';
import { RunMapsRequest } from './runMapsRequest.ts';
import { RunReader } from './runReader.ts';

/** Curves that grow are read this often, and runs are listed: other processes train too, and nothing tells of them. */
const READ_MS = 1_500;
const LIST_MS = 6_000;

/** What survives a reload of the window. */
export interface SavedTrainingPanel {
  /** Keys of the runs whose curves are drawn; undefined where nobody has chosen. */
  readonly shown: readonly string[] | undefined;
  /** Which colour a run has, by its key. */
  readonly colours: Readonly<Record<string, number>>;
  readonly choices: TrainingViewChoices;
}

export type ListedRuns = Pick<
  TrainingRuns,
  'running' | 'runningSummary' | 'others' | 'load' | 'refresh' | 'onDidChange'
>;

export interface TrainingPanelHost {
  readonly engine: EngineCaller;
  readonly runs: ListedRuns;
  readonly trusted: () => boolean;
  readonly scanSettings: (folder: string) => ScanSettings;
  readonly save: (saved: SavedTrainingPanel) => void;
  readonly warn: (text: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** As `READ_MS`. */
  readonly readMs?: number;
}

export const keyOf = ({ root, id }: Pick<RunSummary, 'root' | 'id'>): string => `${root}\n${id}`;

/** What the Training panel shows. It reads runs only while the panel can be seen. */
export class TrainingPanelModel {
  readonly #host: TrainingPanelHost;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #repeated: Repeated;
  readonly #reading = new Latest();
  readonly #maps: RunMapsRequest;
  readonly #readers = new Map<string, RunReader>();
  /** Runs whose files have been read to their end since they ended. */
  readonly #done = new Set<string>();
  readonly #subscription: { dispose(): void };
  /** Undefined until a person or the first run has chosen any. */
  #shown: Set<string> | undefined;
  readonly #colours: Map<string, number>;
  #choices: TrainingViewChoices;
  #loaded = false;
  #listedAt = 0;
  #ownKey: string | undefined;
  #revision = 0;

  constructor(host: TrainingPanelHost, saved: SavedTrainingPanel | undefined) {
    this.#host = host;
    this.#shown = saved?.shown && new Set(saved.shown);
    this.#colours = new Map(Object.entries(saved?.colours ?? {}));
    this.#choices = saved?.choices ?? { axis: 'epochs', smoothing: 0.6 };
    this.#repeated = new Repeated(host.readMs ?? READ_MS, () => this.#tick());
    this.#maps = new RunMapsRequest(host.engine, () => {
      this.touch();
    });
    this.#subscription = host.runs.onDidChange(() => {
      this.#onRuns();
    });
  }

  get state(): TrainingPanelState {
    const { runs, trusted } = this.#host;
    const { running } = runs;
    return {
      revision: this.#revision,
      trusted: trusted(),
      loaded: this.#loaded,
      runs: this.#all.map((run) => this.#panelRun(run)),
      training: running && {
        key: running.id === undefined ? undefined : keyOf({ root: running.root, id: running.id }),
        name: running.name,
        stopping: running.stopping,
        progress: running.progress,
      },
      choices: this.#choices,
      maps: this.#maps.state,
    };
  }

  get maps(): RunMapsReport | undefined {
    return this.#maps.report;
  }

  /** Undefined where there is no such run, or nothing has been read of it. */
  curves(key: string): RunCurves | undefined {
    const run = this.run(key);
    return run && this.#readers.get(key)?.curves(run);
  }

  run(key: string): RunSummary | undefined {
    return this.#all.find((run) => keyOf(run) === key);
  }

  /** Reads and listens while the panel can be seen. */
  setVisible(visible: boolean): void {
    this.#repeated.set(visible && this.#host.trusted());
    if (!visible) this.#reading.abort();
  }

  /** Draws the curves of a run, and of no other where it is the only one that is asked for. */
  show(key: string): void {
    this.#shown = new Set([key]);
    this.#save();
    this.touch();
    void this.read();
  }

  change(change: TrainingPanelChange): void {
    if ('choices' in change) {
      this.#choices = change.choices;
    } else {
      const shown = new Set(this.#shownKeys());
      if (change.shown) shown.add(change.key);
      else shown.delete(change.key);
      this.#shown = shown;
      void this.read();
    }
    this.#save();
    this.touch();
  }

  askForMaps(key: string): void {
    const run = this.run(key);
    if (run) void this.#maps.ask(key, run, this.#host.scanSettings(run.root));
  }

  cancelMaps(): void {
    this.#maps.cancel();
  }

  touch(): void {
    this.#revision += 1;
    this.#changed.fire();
  }

  /** Reads what is new of the runs that are shown. */
  async read(): Promise<void> {
    const { engine, warn } = this.#host;
    await this.#reading.run(async (signal) => {
      for (const key of this.#shownKeys()) {
        const run = this.run(key);
        if (run === undefined || this.#done.has(key)) continue;
        const reader = this.#readers.get(key) ?? new RunReader();
        this.#readers.set(key, reader);
        try {
          const isNew = await reader.read(engine, run, signal);
          if (run.state !== 'running') this.#done.add(key);
          if (isNew) this.touch();
        } catch (error) {
          if (signal.aborted) return;
          // It is tried again with the next change of the run.
          this.#done.add(key);
          warn(`The metrics of ${run.id} can't be read: ${messageOf(error)}`);
        }
      }
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#repeated.dispose();
    this.#reading.abort();
    this.#maps.cancel();
  }

  get #all(): readonly RunSummary[] {
    const { runningSummary, others } = this.#host.runs;
    return runningSummary ? [runningSummary, ...others] : others;
  }

  async #tick(): Promise<void> {
    const { runs, now, warn } = this.#host;
    try {
      if (!this.#loaded) {
        await runs.load();
        this.#loaded = true;
        this.#listedAt = now();
        this.#onRuns();
      } else if (now() - this.#listedAt >= LIST_MS) {
        this.#listedAt = now();
        await runs.refresh();
      }
    } catch (error) {
      warn(`The runs can't be listed: ${messageOf(error)}`);
    }
    await this.read();
  }

  #onRuns(): void {
    const { running } = this.#host.runs;
    const own = running?.id === undefined ? undefined : keyOf({ root: running.root, id: running.id });
    if (own !== undefined && own !== this.#ownKey) {
      // What a person has just started they want to see.
      this.#done.delete(own);
      if (this.#shown) this.#shown.add(own);
    }
    this.#ownKey = own;
    const keys = new Set(this.#all.map(keyOf));
    for (const run of this.#all) if (run.state === 'running') this.#done.delete(keyOf(run));
    if (this.#loaded) {
      for (const key of this.#readers.keys()) {
        if (keys.has(key)) continue;
        this.#readers.delete(key);
        this.#maps.forget(key);
      }
    }
    this.touch();
  }

  /** Those that were chosen and are still there; the newest one where none was chosen yet. */
  #shownKeys(): string[] {
    const keys = this.#all.map(keyOf);
    return this.#shown === undefined ? keys.slice(0, 1) : keys.filter((key) => this.#shown!.has(key));
  }

  #panelRun(run: RunSummary): PanelRun {
    const key = keyOf(run);
    const reader = this.#readers.get(key);
    const selected = run.selected === undefined ? [] : [['Images', `${run.selected} selected`] as const];
    return {
      key,
      // What the engine listed lags behind a run that goes on.
      run: reader && run.state === 'running' ? { ...run, metrics: { ...run.metrics, ...reader.newest } } : run,
      dataset: path.basename(run.root),
      settings: [...settingTexts(run.settings, run.computing), ...selected],
      colour: this.#colourOf(key),
      shown: this.#shownKeys().includes(key),
      curves: reader?.version ?? 0,
      own: key === this.#ownKey,
      diagnosis: reader?.diagnosis(run),
    };
  }

  /** The lowest that no other run of the list has; from then on it is this run's. */
  #colourOf(key: string): number {
    const known = this.#colours.get(key);
    if (known !== undefined) return known;
    const present = new Set(this.#all.map(keyOf));
    const taken = new Set([...this.#colours].filter(([other]) => present.has(other)).map(([, colour]) => colour));
    let colour = 0;
    while (taken.has(colour)) colour += 1;
    this.#colours.set(key, colour);
    this.#save();
    return colour;
  }

  #save(): void {
    const present = new Set(this.#all.map(keyOf));
    const colours = [...this.#colours].filter(([key]) => !this.#loaded || present.has(key));
    const shown = this.#shown && [...this.#shown];
    this.#host.save({ shown, colours: Object.fromEntries(colours), choices: this.#choices });
  }
}
