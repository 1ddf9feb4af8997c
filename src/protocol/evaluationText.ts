/** How a comparison of encoders is put into words, the same in every front door. */
import { chanceOverlap, type Neighborhoods } from '../core/evaluation/neighborhoods.ts';
import { formatCount, formatQuantity } from '../core/progressText.ts';
import type { EncoderEvaluation, EvaluationProtocol, Range } from './evaluation.ts';

/** One figure of each encoder. */
export interface FigureColumn {
  readonly title: string;
  /** Where the column before it says what it is of. */
  readonly shortTitle?: string;
  /** What it tells of: how well classes are told apart, or how the vectors lie and what they cost. */
  readonly about: 'classes' | 'vectors';
  readonly cell: (encoder: EncoderEvaluation) => string;
  /** The higher the better; absent where more isn't better. */
  readonly score?: (encoder: EncoderEvaluation) => number;
  /** Of 95 %, where the figure has one. */
  readonly interval?: (encoder: EncoderEvaluation) => Range;
}

export const figureColumns: readonly FigureColumn[] = [
  { title: 'kNN', about: 'classes', cell: ({ knn }) => percentText(knn), score: ({ knn }) => knn },
  {
    title: 'kNN macro',
    shortTitle: 'macro',
    about: 'classes',
    cell: ({ knnMacro, knnMacroInterval: { low, high } }) => withError(knnMacro, (high - low) / 2),
    score: ({ knnMacro }) => knnMacro,
    interval: ({ knnMacroInterval }) => knnMacroInterval,
  },
  {
    title: 'probe',
    about: 'classes',
    cell: ({ probe, probeError }) => withError(probe, probeError),
    score: ({ probe }) => probe,
    interval: ({ probe, probeError }) => around(probe, probeError),
  },
  {
    title: 'probe macro',
    shortTitle: 'macro',
    about: 'classes',
    cell: ({ probeMacro, probeMacroError }) => withError(probeMacro, probeMacroError),
    score: ({ probeMacro }) => probeMacro,
    interval: ({ probeMacro, probeMacroError }) => around(probeMacro, probeMacroError),
  },
  { title: 'mAP', about: 'classes', cell: ({ map }) => percentText(map), score: ({ map }) => map },
  {
    title: 'hit@1',
    about: 'classes',
    cell: ({ recallAt1 }) => percentText(recallAt1),
    score: ({ recallAt1 }) => recallAt1,
  },
  {
    title: 'alignment',
    about: 'vectors',
    cell: ({ alignment }) => (Number.isNaN(alignment) ? '–' : alignment.toFixed(2)),
  },
  { title: 'uniformity', about: 'vectors', cell: ({ uniformity }) => uniformity.toFixed(2) },
  { title: 'rank', about: 'vectors', cell: ({ effectiveRank, dim }) => `${effectiveRank.toFixed(0)} of ${dim}` },
  { title: 'spread', about: 'vectors', cell: ({ collapse }) => collapse.toFixed(2) },
  {
    title: 'images/s',
    about: 'vectors',
    cell: ({ imagesPerSecond }) => (Number.isNaN(imagesPerSecond) ? '–' : formatCount(imagesPerSecond)),
  },
];

/** What the figures of each kind mean, in a few words. */
export const figureLegends: Readonly<Record<FigureColumn['about'], string>> = {
  classes: 'Accuracies in %, ± half of a 95 % interval; macro: each class counts once.',
  vectors: 'Lower alignment and uniformity are better; a spread near 0 is a collapse.',
};

/** The probe's accuracy by the number of labels; none where there were too few images. */
export function fewLabelColumns({ fewLabels }: EvaluationProtocol): FigureColumn[] {
  return fewLabels.labels.map((count, i) => ({
    title: formatQuantity(count, 'label'),
    about: 'classes',
    cell: ({ fewLabels: curve }) => withError(curve[i]!.probeMacro, curve[i]!.probeMacroError),
    score: ({ fewLabels: curve }) => curve[i]!.probeMacro,
    interval: ({ fewLabels: curve }) => around(curve[i]!.probeMacro, curve[i]!.probeMacroError),
  }));
}

export function fewLabelTitle({ fewLabels }: EvaluationProtocol): string {
  return `Probe (macro) on a few labels per class, ${fewLabels.trials} draws`;
}

/** What was compared on, in a line. */
export function comparedText({ images, classes, root, folder }: EvaluationProtocol): string {
  const where = folder === '' ? root : `${root}/${folder}`;
  return `${formatQuantity(images, 'image')} of ${classes.length} classes in ${where}`;
}

/** How it was measured, and what was left out; a line each. */
export function protocolTexts({ split, knn, probe, duplicates, leftOut, seed }: EvaluationProtocol): string[] {
  const { bank, queries } = split;
  const left: [count: number, what: string][] = [
    [leftOut.unlabelled, 'without a label'],
    [leftOut.unreadable, 'unreadable'],
    [leftOut.withoutVector, 'without a vector'],
    [leftOut.aboveLimit, 'above the limit'],
    [leftOut.classes.reduce((sum, { count }) => sum + count, 0), 'of classes with a single picture'],
  ];
  const parts = left.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return [
    split.kind === 'test'
      ? `${formatQuantity(queries, 'image')} of the test split against the ${formatCount(bank)} others`
      : `${formatQuantity(queries, 'image')}, each against all others: there is no test split`,
    `kNN: ${knn.k} neighbours, temperature ${knn.temperature}; probe: ${probe.trials} resamples; seed ${seed}`,
    `${formatQuantity(duplicates.images, 'image')} with an exact or near duplicate, which doesn't count as a hit`,
    ...(parts.length > 0 ? [`Left out: ${parts.join(', ')}`] : []),
  ];
}

/** What people call it, where that is enough to know it by. */
export function encoderName({ id, name, baseline }: EncoderEvaluation, encoders: readonly EncoderEvaluation[]): string {
  const isUnique = encoders.filter((other) => other.name === name).length === 1;
  return baseline === undefined && isUnique ? name : id;
}

/** What the lines for everybody leave to whoever wants to measure the same again. */
export function measuredTexts({
  probe,
  fewLabels,
  retrieval,
  alignment,
  uniformity,
  effectiveRank,
  collapse,
  imagesPerSecond,
  duplicates,
}: EvaluationProtocol): string[] {
  return [
    `Probe: ${probe.loss}; features: ${probe.features}; the strength is chosen from ${probe.strengths.join(', ')} on a share of ${probe.validationShare} of the images, a share of ${probe.leftOutShare} is left out of each resample; error: ${probe.error}`,
    ...(fewLabels.labels.length === 0 ? [] : [`Few labels: the strength is ${fewLabels.strength}`]),
    `Retrieval: ${retrieval.measures}`,
    `Alignment: ${alignment.measures}, over ${formatQuantity(alignment.images, 'image')} with the augmentation ${alignment.augmentation}`,
    `Uniformity: t = ${uniformity.t}, over ${formatQuantity(uniformity.images, 'image')}`,
    `Rank: ${effectiveRank.measures}, over ${formatQuantity(effectiveRank.images, 'image')}`,
    `Spread: ${collapse.measures}`,
    `Images/s: ${imagesPerSecond.measures}, ${formatQuantity(imagesPerSecond.threads, 'thread')}, ${formatQuantity(imagesPerSecond.images, 'image')}`,
    `Duplicates: ${duplicates.rule}`,
    ...(duplicates.notFitted === 0
      ? []
      : [
          `The probe didn't learn from ${formatQuantity(duplicates.notFitted, 'image')} with a duplicate in the test split`,
        ]),
  ];
}

/** What the agreement of two encoders is. */
export function agreementTexts(
  neighborhoods: Neighborhoods,
  count: number,
): { readonly measures: string; readonly chance: string } {
  const chance = percentText(chanceOverlap(neighborhoods, count));
  return {
    measures: `mean share of the ${count} nearest images of a query that both encoders have, copies left out; error: half of the 95 % interval over the queries; Jaccard: both ÷ either`,
    chance: `by chance it would be ${chance} %`,
  };
}

export function percentText(share: number): string {
  return (100 * share).toFixed(1);
}

function around(share: number, error: number): Range {
  return { low: Math.max(0, share - error), high: Math.min(1, share + error) };
}

function withError(share: number, error: number): string {
  return `${percentText(share)} ±${percentText(error)}`;
}
