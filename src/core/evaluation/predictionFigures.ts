import { macroAccuracyInterval, scoreClassification, wilsonInterval, type Interval } from './classificationScore.ts';
import { expectedCalibrationError } from './temperatureScaling.ts';

/** What is known of images whose class was predicted; arrays have one entry per image. */
export interface PredictedImages {
  /** Predicted class from 0; negative where there is no prediction. */
  readonly predictions: Int32Array;
  /** Probability of the predicted class. */
  readonly confidences: Float64Array;
  /** True class from 0; negative where it isn't known. */
  readonly labels: Int32Array;
  readonly splits: readonly (string | undefined)[];
  /** 1 for images that the encoder was trained on; undefined where that isn't known of any. */
  readonly seen: Uint8Array | undefined;
}

/** How well classes are predicted; intervals are of 95 %. */
export interface AccuracyFigures {
  /** Images with a prediction whose class is known. */
  readonly images: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly accuracyInterval: Interval;
  /** Mean of the classes' own accuracies. */
  readonly macroAccuracy: number;
  readonly macroInterval: Interval;
  /** By how much confidence and accuracy differ on average: expected calibration error, from 0 to 1. */
  readonly calibrationError: number;
  /** Those of the images that the encoder was trained on; null where that isn't known. */
  readonly seen: number | null;
}

/** @param rows images that have a prediction and a label; at least one */
export function accuracyFigures(images: PredictedImages, rows: Uint32Array, classes: number): AccuracyFigures {
  const { predictions, labels, confidences, seen } = selected(images, rows);
  const score = scoreClassification(predictions, labels, classes);
  const { count, correct, accuracy, macroAccuracy } = score;
  // Only the predicted class counts. As the only column, it is right where the label is 0.
  const isWrong = labels.map((label, i) => (label === predictions[i] ? 0 : 1));
  return {
    images: count,
    correct,
    accuracy,
    accuracyInterval: wilsonInterval(correct, count),
    macroAccuracy,
    macroInterval: macroAccuracyInterval(score),
    calibrationError: expectedCalibrationError(confidences, isWrong, 1),
    seen: seen === undefined ? null : seen.reduce((sum, flag) => sum + flag, 0),
  };
}

export function selected(
  { predictions, labels, confidences, seen }: PredictedImages,
  rows: Uint32Array,
): Omit<PredictedImages, 'splits'> {
  return {
    predictions: Int32Array.from(rows, (row) => predictions[row]!),
    labels: Int32Array.from(rows, (row) => labels[row]!),
    confidences: Float64Array.from(rows, (row) => confidences[row]!),
    seen: seen && Uint8Array.from(rows, (row) => seen[row]!),
  };
}

/** Rows of the images that have a prediction and a label, ascending. */
export function scoredRows({ predictions, labels }: PredictedImages): Uint32Array {
  return Uint32Array.from(labels.keys()).filter((row) => labels[row]! >= 0 && predictions[row]! >= 0);
}

/** What the figures are of that say most about new images. */
export interface Headline {
  /** `all`: there is neither a test nor a validation split that could be used. */
  readonly of: 'test' | 'validation' | 'all';
  readonly rows: Uint32Array;
}

/**
 * The images to measure with: those of the test split, else those of the validation split, else all, without what the
 * encoder was trained on; where it was trained on everything, all the same. Undefined where no image can be scored.
 */
export function headline(images: PredictedImages): Headline | undefined {
  const rows = scoredRows(images);
  if (rows.length === 0) return undefined;
  const unseen = rows.filter((row) => images.seen?.[row] !== 1);
  for (const split of ['test', 'validation'] as const) {
    const ofSplit = unseen.filter((row) => images.splits[row] === split);
    if (ofSplit.length > 0) return { of: split, rows: ofSplit };
  }
  return { of: 'all', rows: unseen.length > 0 ? unseen : rows };
}

/** Rows of wrong predictions, the most confident first; at most `limit`. */
export function surestMistakes(images: PredictedImages, limit: number): Uint32Array {
  const { predictions, labels, confidences } = images;
  return scoredRows(images)
    .filter((row) => predictions[row] !== labels[row])
    .sort((a, b) => confidences[b]! - confidences[a]! || a - b)
    .slice(0, limit);
}
