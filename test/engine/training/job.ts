import type { JobContext, Progress } from '../../../src/core/progress.ts';

/** A job that a test can cancel. */
export function job(report: (progress: Progress) => void = () => undefined): JobContext & { abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    report,
    // Every step is told, so that a test can stop at one, however fast the machine is.
    reportIntervalMs: 0,
    abort: () => {
      controller.abort();
    },
  };
}
