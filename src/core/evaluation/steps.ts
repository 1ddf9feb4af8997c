/**
 * Long work that pauses now and then, some ten milliseconds apart: yields how many rows are done, returns the result.
 * Between two steps the caller reports, lets others run, or walks away.
 */
export type Steps<T> = Generator<number, T, void>;

/** All steps in a row. */
export function runToEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** @param between called after every step with the rows done; what it throws ends the work */
export async function runInSteps<T>(steps: Steps<T>, between: (done: number) => Promise<void> | void): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await between(step.value);
  }
}
