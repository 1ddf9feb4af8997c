import { isEvaluated } from './encoderMonitor.ts';
import { BANK_IMAGES, MONITORED_IMAGES, QUERY_IMAGES } from './trainingData.ts';
import type { StepTiming } from './stepTiming.ts';
import type { TrainingImage } from './trainingImages.ts';

export interface RunExtent {
  readonly training: readonly Pick<TrainingImage, 'label'>[];
  readonly test: readonly Pick<TrainingImage, 'label'>[];
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** Seconds that a run takes: reading images, all steps, and what is measured before, between and after them. */
export function runSeconds(timing: StepTiming, { training, test, stepsPerEpoch, epochs }: RunExtent): number {
  const labels = training.flatMap(({ label }) => label ?? []);
  const isEvaluable = new Set(labels).size >= 2;
  const queries = Math.min(QUERY_IMAGES, test.filter(({ label }) => label !== undefined).length);
  const evaluation = (bank: number, queried: number): number =>
    bank * timing.secondsPerEmbedding + bank * queried * timing.secondsPerComparison;

  const monitored = isEvaluable ? Math.min(MONITORED_IMAGES, labels.length) : 0;
  const monitoring = evaluation(monitored, monitored);
  const bank = Math.min(BANK_IMAGES, labels.length);
  const testing = isEvaluable && queries > 0 ? evaluation(bank, queries) + queries * timing.secondsPerEmbedding : 0;
  const between = Array.from({ length: epochs }, (_, i) => i + 1).filter((done) => isEvaluated(done, epochs)).length;
  // Both are measured of the untrained network, and at the end.
  const evaluating = (between + 2) * monitoring + 2 * testing;
  const reading = (training.length + queries) * timing.secondsPerImage;
  return reading + epochs * (stepsPerEpoch * timing.secondsPerStep + timing.secondsPerEpoch) + evaluating;
}
