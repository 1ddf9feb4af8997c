import type { JobContext, Progress } from '../../../src/core/progress.ts';

/** A job that a test can cancel. */
export function job(report: (progress: Progress) => void = () => undefined): JobContext & { abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    report,
    abort: () => {
      controller.abort();
    },
  };
}
