import { asLikenessError, isCancellation } from '../../core/errors.ts';
import type { RunMapsReport, RunSummary } from '../../protocol/training.ts';
import type { PanelMaps } from '../../protocol/trainingView.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { failureOf } from '../panels/panelFailure.ts';

/** The maps before and after one run, drawn when a person asks for them. Another request takes the place of the last. */
export class RunMapsRequest {
  readonly #engine: EngineCaller;
  readonly #changed: () => void;
  readonly #latest = new Latest();
  #state: PanelMaps = { key: undefined, progress: undefined, version: 0, failure: undefined };
  #report: RunMapsReport | undefined;
  #versions = 0;

  /** @param changed is called with every progress and outcome */
  constructor(engine: EngineCaller, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
  }

  get state(): PanelMaps {
    return this.#state;
  }

  get report(): RunMapsReport | undefined {
    return this.#report;
  }

  async ask(key: string, { root, id }: RunSummary, scan: ScanSettings): Promise<void> {
    this.#report = undefined;
    this.#set({
      ...{ key, version: 0, failure: undefined },
      progress: { phase: 'Starting', done: 0, total: undefined, rate: 0, secondsLeft: undefined },
    });
    try {
      const report = await this.#latest.run((signal) =>
        this.#engine.call(
          'runs/maps',
          { folder: root, run: id, scan },
          {
            signal,
            onProgress: (progress) => {
              if (!signal.aborted) this.#set({ progress });
            },
          },
        ),
      );
      if (report === undefined) return;
      this.#report = report;
      this.#set({ progress: undefined, version: ++this.#versions });
    } catch (error) {
      const failure = isCancellation(error) ? undefined : failureOf(asLikenessError(error));
      this.#set({ progress: undefined, failure });
    }
  }

  cancel(): void {
    this.#latest.abort();
    this.#set({ progress: undefined });
  }

  /** Forgets the maps of a run that is gone. */
  forget(key: string): void {
    if (this.#state.key !== key) return;
    this.#report = undefined;
    this.#latest.abort();
    this.#set({ key: undefined, progress: undefined, version: 0, failure: undefined });
  }

  #set(change: Partial<PanelMaps>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed();
  }
}
