import { fastestProvider, type ExecutionProvider, type ProviderTrial } from '../encoders/executionProviders.ts';

/** What the first steps of a run did on a provider, or why there are none. */
export type StepRun =
  | {
      /** Of each step. */
      readonly losses: readonly number[];
      /** How far each parameter has moved in all, as a Euclidean length. */
      readonly moves: Float32Array;
      /** Of the steps after the first, which also sets things up. */
      readonly secondsPerStep: number;
    }
  | { readonly reason: string };

/** How a provider did with the steps of a run, beside the processor. */
export interface StepTrial {
  readonly provider: ExecutionProvider;
  readonly secondsPerStep: number;
  readonly cpuSecondsPerStep: number;
  /** As in `ProviderTrial`. */
  readonly unfit?: string;
}

/** Sums of hundreds of thousands of numbers are rounded in another order. */
const LARGEST_DIFFERENCE = 0.01;

/** Compares what a provider's steps did with what the processor's did from the same state on the same numbers. */
export function judgeSteps(
  provider: ExecutionProvider,
  run: StepRun,
  cpu: Exclude<StepRun, { reason: string }>,
): StepTrial {
  const cpuSecondsPerStep = cpu.secondsPerStep;
  if ('reason' in run) return { provider, secondsPerStep: Infinity, cpuSecondsPerStep, unfit: run.reason };
  const trial = { provider, secondsPerStep: run.secondsPerStep, cpuSecondsPerStep };
  const losses = relativeDifference(run.losses, cpu.losses);
  const moves = relativeDifference(run.moves, cpu.moves);
  // Written so that what isn't a number fails too.
  if (losses <= LARGEST_DIFFERENCE && moves <= LARGEST_DIFFERENCE) return trial;
  return {
    ...trial,
    unfit: `takes other steps than the CPU (loss off by ${percent(losses)}, weights by ${percent(moves)})`,
  };
}

/** The provider that `auto` means for a training. */
export function fastestTrainer(trials: readonly StepTrial[]): ExecutionProvider {
  return fastestProvider(
    trials.map(({ provider, secondsPerStep, cpuSecondsPerStep, unfit }): ProviderTrial => {
      const speeds = { imagesPerSecond: 1 / secondsPerStep, cpuImagesPerSecond: 1 / cpuSecondsPerStep, agreement: 1 };
      return { provider, ...speeds, ...(unfit !== undefined && { unfit }) };
    }),
  );
}

/** Length of the difference as a share of that of the reference; NaN where they can't be compared. */
function relativeDifference(values: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (values.length !== reference.length || values.length === 0) return NaN;
  let [difference, length] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    difference += (values[i]! - reference[i]!) ** 2;
    length += reference[i]! ** 2;
  }
  return Math.sqrt(difference / Math.max(length, Number.MIN_VALUE));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
