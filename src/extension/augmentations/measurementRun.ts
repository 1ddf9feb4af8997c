import { asLikenessError, isCancellation } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { AugmentationRequests } from '../../protocol/augmentations.ts';
import type { MeasurementName, Measurement } from '../../protocol/augmentationsView.ts';
import type { PanelFailure } from '../../protocol/panels.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { failureOf } from '../panels/panelFailure.ts';

type Method<Name extends MeasurementName> = `augmentations/${Name}`;
type Request<Name extends MeasurementName> = AugmentationRequests[Method<Name>]['params'];
type Report<Name extends MeasurementName> = AugmentationRequests[Method<Name>]['result'];

const starting: Progress = { phase: 'Starting', done: 0, total: undefined, rate: 0, secondsLeft: undefined };

/** Something that takes a while and is measured when a person asks for it. */
export class MeasurementRun<Name extends MeasurementName> {
  readonly #method: Method<Name>;
  readonly #engine: EngineCaller;
  readonly #changed: () => void;
  readonly #latest = new Latest();
  #progress: Progress | undefined;
  #report: Report<Name> | undefined;
  /** What the report is of. */
  #measuredAt = '';
  #failure: PanelFailure | undefined;
  #version = 0;

  /** @param changed is called with every progress and outcome */
  constructor(name: Name, engine: EngineCaller, changed: () => void) {
    this.#method = `augmentations/${name}`;
    this.#engine = engine;
    this.#changed = changed;
  }

  get report(): Report<Name> | undefined {
    return this.#report;
  }

  /** Changes with the report. */
  get version(): number {
    return this.#version;
  }

  /** @param shownAt what is set now, to be compared with what was set when it was measured */
  measurement(shownAt: string): Measurement<Report<Name>> {
    return {
      progress: this.#progress,
      figures: this.#report,
      stale: this.#report !== undefined && this.#measuredAt !== shownAt,
      failure: this.#failure,
    };
  }

  async run(request: Request<Name>, shownAt: string): Promise<void> {
    this.#progress = starting;
    this.#failure = undefined;
    this.#changed();
    try {
      const report = await this.#latest.run((signal) =>
        this.#engine.call(this.#method, request, {
          signal,
          onProgress: (progress) => {
            if (signal.aborted) return;
            this.#progress = progress;
            this.#changed();
          },
        }),
      );
      if (report === undefined) return;
      this.#report = report;
      this.#measuredAt = shownAt;
      this.#version++;
    } catch (error) {
      if (!isCancellation(error)) this.#failure = failureOf(asLikenessError(error));
    }
    this.#progress = undefined;
    this.#changed();
  }

  /** What was measured before stays. */
  cancel(): void {
    this.#latest.abort();
    if (this.#progress === undefined) return;
    this.#progress = undefined;
    this.#changed();
  }

  /** Changes what was measured, without its pictures. */
  amend(change: Partial<Report<Name>>): void {
    if (this.#report === undefined) return;
    this.#report = { ...this.#report, ...change };
    this.#changed();
  }
}
