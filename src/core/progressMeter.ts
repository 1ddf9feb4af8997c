import type { JobContext, Progress } from './progress.ts';

/** Progress reaches a person at most this often. */
const REPORT_INTERVAL_MS = 250;
/** The rate is that of the last so many milliseconds: long enough to be calm, short enough to follow the truth. */
const WINDOW_MS = 10_000;
/** No time left is told before this much was seen. */
const WARM_UP_MS = 1_500;

/** Turns "one more is done" into progress reports with a recent rate and an honest time left. */
export class ProgressMeter {
  readonly #report: JobContext['report'];
  readonly #now: () => number;
  readonly #intervalMs: number;
  #phase = '';
  #total: number | undefined;
  #done = 0;
  #unit: Progress['unit'];
  #startedAt = 0;
  #reportedAt = -Infinity;
  /** Samples of (time, done), oldest first. */
  #samples: { readonly time: number; readonly done: number }[] = [];

  /** @param now milliseconds of a clock that never goes back. */
  constructor(report: JobContext['report'], now: () => number, intervalMs = REPORT_INTERVAL_MS) {
    this.#report = report;
    this.#now = now;
    this.#intervalMs = intervalMs;
  }

  /**
   * @param done what was done before, in a job that goes on
   * @param unit what is counted, where a person has to be told
   */
  start(phase: string, total: number | undefined, done = 0, unit?: Progress['unit']): void {
    this.#phase = phase;
    this.#unit = unit;
    this.#total = total;
    this.#done = done;
    this.#startedAt = this.#now();
    this.#samples = [{ time: this.#startedAt, done }];
    this.#send();
  }

  /** Sets how much is done since `start`; reports at a human pace. */
  update(done: number): void {
    this.#done = done;
    if (this.#now() - this.#reportedAt >= this.#intervalMs) this.#send();
  }

  add(count = 1): void {
    this.update(this.#done + count);
  }

  /** The last report of a phase. */
  finish(): void {
    this.#send();
  }

  #send(): void {
    const time = this.#now();
    this.#reportedAt = time;
    this.#samples.push({ time, done: this.#done });
    while (this.#samples.length > 2 && time - this.#samples[1]!.time > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const elapsed = (time - first.time) / 1000;
    const rate = elapsed > 0 ? (this.#done - first.done) / elapsed : 0;
    const left = this.#total === undefined ? undefined : this.#total - this.#done;
    const known = left !== undefined && (left === 0 || (rate > 0 && time - this.#startedAt >= WARM_UP_MS));
    this.#report({
      phase: this.#phase,
      done: this.#done,
      total: this.#total,
      rate,
      secondsLeft: known ? (left === 0 ? 0 : left / rate) : undefined,
      ...(this.#unit !== undefined && { unit: this.#unit }),
    } satisfies Progress);
  }
}
