import type { JobContext, Progress } from './progress.ts';

/** Progress reaches a person at most this often. */
const REPORT_INTERVAL_MS = 250;
/**
 * The rate is that of the last so many milliseconds, or of the last fifth of a long job: long enough to be calm and to hold what
 * comes up between the steps now and then, short enough to follow the truth.
 */
const WINDOW_MS = 10_000;
const WINDOW_SHARE = 0.2;
/** Enough of them to tell where the window begins. */
const MOST_SAMPLES = 400;
/** A computer that slept, or a process that was stopped, made no progress: what is longer than this tells nothing of the speed. */
const LONGEST_STEP_MS = 120_000;
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
  #reportedAt = -Infinity;
  /** Since `start`, without the time that the computer slept. */
  #elapsedMs = 0;
  /** Samples of (elapsed time, done), oldest first. */
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
    this.#elapsedMs = 0;
    this.#reportedAt = this.#now();
    this.#samples = [];
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
    const now = this.#now();
    this.#elapsedMs += Math.min(now - this.#reportedAt, LONGEST_STEP_MS);
    this.#reportedAt = now;
    const rate = this.#rate();
    const left = this.#total === undefined ? undefined : this.#total - this.#done;
    const known = left !== undefined && (left === 0 || (rate > 0 && this.#elapsedMs >= WARM_UP_MS));
    this.#report({
      phase: this.#phase,
      done: this.#done,
      total: this.#total,
      rate,
      secondsLeft: known ? (left === 0 ? 0 : left / rate) : undefined,
      ...(this.#unit !== undefined && { unit: this.#unit }),
    } satisfies Progress);
  }

  /** Takes a sample. */
  #rate(): number {
    const time = this.#elapsedMs;
    this.#samples.push({ time, done: this.#done });
    const window = Math.max(WINDOW_MS, WINDOW_SHARE * time);
    const outside = this.#samples.findIndex((sample, i) => i > 0 && time - sample.time <= window) - 1;
    if (outside > 0) this.#samples.splice(0, outside);
    if (this.#samples.length > MOST_SAMPLES) this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    const first = this.#samples[0]!;
    return time > first.time ? ((this.#done - first.done) / (time - first.time)) * 1000 : 0;
  }
}
