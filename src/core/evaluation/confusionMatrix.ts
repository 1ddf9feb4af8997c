/**
 * How often images of each class are taken for each class: `classes × classes`, row-major; rows are the true classes,
 * columns the predicted ones.
 *
 * @param predictions classes from 0; rows with a negative one are passed over
 * @param labels the truth, likewise
 */
export function confusionMatrix(predictions: Int32Array, labels: Int32Array, classes: number): Uint32Array {
  const matrix = new Uint32Array(classes * classes);
  labels.forEach((label, i) => {
    const prediction = predictions[i]!;
    if (label >= 0 && prediction >= 0) matrix[label * classes + prediction]!++;
  });
  return matrix;
}

/** How well each class is recognised; arrays have one entry per class, NaN where there is nothing to divide by. */
export interface ClassScores {
  /** Images of the class. */
  readonly support: Uint32Array;
  /** Images that were taken for the class, rightly or not. */
  readonly predicted: Uint32Array;
  /** Share of the predicted ones that are of the class. */
  readonly precision: Float64Array;
  /** Share of the images of the class that are recognised. */
  readonly recall: Float64Array;
  /** Harmonic mean of the two: 2 · right / (support + predicted). */
  readonly f1: Float64Array;
}

/** @param matrix as `confusionMatrix` makes it */
export function classScores(matrix: Uint32Array, classes: number): ClassScores {
  const support = new Uint32Array(classes);
  const predicted = new Uint32Array(classes);
  matrix.forEach((count, i) => {
    support[Math.floor(i / classes)]! += count;
    predicted[i % classes]! += count;
  });
  const right = (label: number) => matrix[label * classes + label]!;
  const perClass = (value: (label: number) => number) => Float64Array.from({ length: classes }, (_, i) => value(i));
  return {
    support,
    predicted,
    precision: perClass((label) => right(label) / predicted[label]!),
    recall: perClass((label) => right(label) / support[label]!),
    f1: perClass((label) => (2 * right(label)) / (support[label]! + predicted[label]!)),
  };
}

/** Images of one class that are taken for another. */
export interface ConfusedPair {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
}

/** The most frequent mistakes, at most `limit`; of equally frequent ones those of the first classes come first. */
export function mostConfused(matrix: Uint32Array, classes: number, limit: number): ConfusedPair[] {
  const pairs: ConfusedPair[] = [];
  matrix.forEach((count, i) => {
    const [label, predicted] = [Math.floor(i / classes), i % classes];
    if (count > 0 && label !== predicted) pairs.push({ label, predicted, count });
  });
  return pairs.sort((a, b) => b.count - a.count).slice(0, limit);
}
