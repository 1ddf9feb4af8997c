import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled, trainingFailed } from '../../core/errors.ts';
import { alignment, uniformity } from '../../core/evaluation/alignmentUniformity.ts';
import { macroAccuracyInterval, scoreClassification } from '../../core/evaluation/classificationScore.ts';
import { chanceLoss, contrastiveMetrics } from '../../core/evaluation/contrastiveMetrics.ts';
import type { LabelledSet } from '../../core/evaluation/embeddingSet.ts';
import { nearestNeighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { predictByVote } from '../../core/evaluation/neighborVote.ts';
import { effectiveRank, singularValues, spreadOfNormalized } from '../../core/evaluation/spectrum.ts';
import { runInSteps } from '../../core/evaluation/steps.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { ResolvedPretrainSettings } from '../../core/training/pretrainSettings.ts';
import type { EvaluationSet, RunEvaluator } from './evaluation.ts';
import type { StepOutcome } from './trainingLoop.ts';

/** Neighbours that vote for a class. */
export const NEIGHBORS = 10;

export type Metrics = Record<string, number>;

/** Throws training-failed where numbers went wrong for good. */
export function assertFinite(loss: number, gradientNorm: number, step: number, learningRate: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw trainingFailed(
    `The loss is no number any more at step ${step}: training has diverged. Choose a lower learning rate than ${learningRate}.`,
  );
}

/** What every step tells; cheap beside the step. `temperature` only weighs figures that are not the loss itself. */
export function stepMetrics(
  { results, samples, seconds, learningRate }: StepOutcome,
  settings: Pick<ResolvedPretrainSettings, 'loss' | 'temperature'>,
): Metrics {
  const count = samples.length;
  const z = results['z']!;
  const loss = results['loss']![0]!;
  const dim = z.length / (2 * count);
  const half = count * dim;
  const pairs = contrastiveMetrics(z.subarray(0, half), z.subarray(half), count, dim, settings.temperature);
  return {
    loss,
    relativeLoss: loss / chanceLoss(count, settings.loss),
    contrastiveAccuracy: pairs.accuracy,
    positiveSimilarity: pairs.positiveSimilarity,
    negativeSimilarity: pairs.negativeSimilarity,
    standardDeviation: spreadOfNormalized(z, 2 * count, dim).relativeDeviation,
    gradientNorm: results['gradientNorm']![0]!,
    learningRate,
    imagesPerSecond: count / seconds,
  };
}

/** What the last batch of an epoch tells besides, of the representation h. */
export function epochMetrics({ results, samples }: StepOutcome): Metrics {
  const count = samples.length;
  const h = results['representation']!;
  const dim = h.length / (2 * count);
  const half = count * dim;
  const first = h.subarray(0, half);
  return {
    alignment: alignment(first, h.subarray(half), count, dim),
    uniformity: uniformity(first, count, dim),
    effectiveRank: effectiveRank(singularValues(h, 2 * count, dim)),
  };
}

/** Tells how well the encoder of a run recognises classes. */
export class RunQuality {
  readonly #evaluator: RunEvaluator;
  readonly #signal: AbortSignal;

  constructor(evaluator: RunEvaluator, signal: AbortSignal) {
    this.#evaluator = evaluator;
    this.#signal = signal;
  }

  /** Each picture is classified by its neighbours among the others. @returns `knn` and `knnMacro` */
  async ofTraining(set: EvaluationSet, state: TensorMap): Promise<Metrics> {
    const bank = await this.#embedded(set, state);
    const { accuracy, macroAccuracy } = await this.#classify(bank, bank, set.classes.length);
    return { knn: accuracy, knnMacro: macroAccuracy };
  }

  /** @returns `testKnn`, `testKnnMacro` and the half width of its 95 % interval, `testKnnMacroError` */
  async ofTest(
    { bank, queries }: { readonly bank: EvaluationSet; readonly queries: EvaluationSet },
    state: TensorMap,
  ): Promise<Metrics> {
    const embedded = await this.#embedded(bank, state);
    const score = await this.#classify(embedded, await this.#embedded(queries, state), bank.classes.length);
    const { low, high } = macroAccuracyInterval(score);
    return { testKnn: score.accuracy, testKnnMacro: score.macroAccuracy, testKnnMacroError: (high - low) / 2 };
  }

  async #embedded(set: EvaluationSet, state: TensorMap): Promise<LabelledSet> {
    const vectors = await this.#evaluator.embed(set, state, this.#signal);
    const { count, labels, groups } = set;
    return { vectors, rows: count, dim: vectors.length / count, labels, groups };
  }

  async #classify(bank: LabelledSet, queries: LabelledSet, classes: number) {
    const steps = nearestNeighbors({ bank, queries, count: NEIGHBORS, accept: (row) => bank.labels[row]! >= 0 });
    const neighbors = await runInSteps(steps, async () => {
      await breathe();
      if (this.#signal.aborted) throw cancelled();
    });
    const { classes: predicted } = predictByVote(neighbors, bank.labels, classes, { count: NEIGHBORS });
    return scoreClassification(predicted, queries.labels, classes);
  }
}
