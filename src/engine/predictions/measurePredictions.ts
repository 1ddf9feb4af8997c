import type { LikenessError } from '../../core/errors.ts';
import { classScores, confusionMatrix, mostConfused } from '../../core/evaluation/confusionMatrix.ts';
import {
  classesUnknown,
  figuresOfTraining,
  figuresOfValidation,
  noClassShared,
} from '../../core/evaluation/predictionErrors.ts';
import {
  accuracyFigures,
  headline,
  scoredRows,
  selected,
  surestMistakes,
  type Headline,
  type PredictedImages,
} from '../../core/evaluation/predictionFigures.ts';
import type { HeadlineFigures, Mistake, PredictReport, SplitFigures } from '../../protocol/predictions.ts';
import type { TrainingImage } from '../training/trainingImages.ts';
import type { ClassifiedImages } from './classifyImages.ts';

const MOST_MISTAKES = 100;
const MOST_PAIRS = 10;
const SPLITS = ['train', 'validation', 'test'];

export interface MeasuredInput extends ClassifiedImages {
  readonly images: readonly TrainingImage[];
  /** Of the encoder. */
  readonly classes: readonly string[];
  /** Id of the encoder, for messages. */
  readonly encoder: string;
  /** Content ids of what it was trained on; undefined where that isn't known. */
  readonly trainedOn: ReadonlySet<string> | undefined;
}

export interface MeasuredPredictions {
  readonly report: Pick<PredictReport, 'labelled' | 'unknownClasses' | 'figures' | 'splits' | 'mistakes'>;
  readonly notices: readonly LikenessError[];
}

/** How good the predictions are, by the labels that there are. */
export function measurePredictions(input: MeasuredInput): MeasuredPredictions {
  const { images, classes, encoder, predictions, confidences, contents, trainedOn } = input;
  const numbers = new Map(classes.map((name, label) => [name, label]));
  const predicted: PredictedImages = {
    predictions,
    confidences,
    labels: Int32Array.from(images, ({ label }) => numbers.get(label ?? '') ?? -1),
    splits: images.map(({ split }) => split),
    seen: trainedOn && Uint8Array.from(contents, (content) => (trainedOn.has(content ?? '') ? 1 : 0)),
  };
  const unknownClasses = countUnknown(
    images.filter((_, row) => predictions[row]! >= 0),
    numbers,
  );
  const best = headline(predicted);
  const figures = best === undefined ? null : headlineFigures(predicted, best, classes);
  const mistakes = Array.from(surestMistakes(predicted, MOST_MISTAKES), (row): Mistake => {
    const { path, label, split } = images[row]!;
    const wrong = { predicted: classes[predictions[row]!]!, confidence: confidences[row]! };
    return { path, label: label!, ...wrong, split: split ?? null };
  });
  return {
    report: {
      labelled: scoredRows(predicted).length,
      unknownClasses,
      figures,
      splits: splitFigures(predicted, classes.length),
      mistakes,
    },
    notices: noticesOf(figures, unknownClasses, encoder),
  };
}

function headlineFigures(images: PredictedImages, { of, rows }: Headline, classes: readonly string[]): HeadlineFigures {
  const { predictions, labels } = selected(images, rows);
  const matrix = confusionMatrix(predictions, labels, classes.length);
  const scores = classScores(matrix, classes.length);
  return {
    of,
    ...accuracyFigures(images, rows, classes.length),
    classes: classes.map((label, i) => ({
      label,
      support: scores.support[i]!,
      predicted: scores.predicted[i]!,
      precision: numberOrNull(scores.precision[i]!),
      recall: numberOrNull(scores.recall[i]!),
      f1: numberOrNull(scores.f1[i]!),
    })),
    confusion: classes.map((_, i) => [...matrix.subarray(i * classes.length, (i + 1) * classes.length)]),
    confused: mostConfused(matrix, classes.length, MOST_PAIRS).map((pair) => ({
      label: classes[pair.label]!,
      predicted: classes[pair.predicted]!,
      count: pair.count,
    })),
  };
}

/** In the order in which splits are used, then others by name, then images of none. */
function splitFigures(images: PredictedImages, classes: number): SplitFigures[] {
  const rows = scoredRows(images);
  const splits = [...new Set(Array.from(rows, (row) => images.splits[row]))];
  return splits
    .sort((a, b) => rankOf(a) - rankOf(b) || ((a ?? '') < (b ?? '') ? -1 : 1))
    .map((split) => {
      const own = rows.filter((row) => images.splits[row] === split);
      return { split: split ?? null, ...accuracyFigures(images, own, classes) };
    });
}

function rankOf(split: string | undefined): number {
  if (split === undefined) return SPLITS.length + 1;
  const rank = SPLITS.indexOf(split);
  return rank < 0 ? SPLITS.length : rank;
}

function countUnknown(images: readonly TrainingImage[], known: ReadonlyMap<string, number>) {
  const counts = new Map<string, number>();
  for (const { label } of images) {
    if (label !== undefined && !known.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function noticesOf(
  figures: HeadlineFigures | null,
  unknown: readonly { readonly name: string; readonly count: number }[],
  encoder: string,
): LikenessError[] {
  const names = unknown.map(({ name }) => name);
  const images = unknown.reduce((sum, { count }) => sum + count, 0);
  if (figures === null) return unknown.length === 0 ? [] : [noClassShared(names, encoder)];
  const notices = unknown.length === 0 ? [] : [classesUnknown(names, images, encoder)];
  if (figures.of === 'validation') return [...notices, figuresOfValidation()];
  const isOfTraining = figures.of === 'all' && figures.seen !== 0;
  return isOfTraining ? [...notices, figuresOfTraining(figures.seen !== null)] : notices;
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
