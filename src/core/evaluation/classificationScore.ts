export interface ClassificationScore {
  /** Images whose class is known. */
  readonly count: number;
  readonly correct: number;
  /** NaN where no class is known, like the next. */
  readonly accuracy: number;
  /** Mean of the classes' own accuracies, each class counting once: a large class can't hide a small one. */
  readonly macroAccuracy: number;
  readonly perClass: {
    /** Images of the class. */
    readonly counts: Uint32Array;
    /** Those of them that were recognised; divided by `counts`, the class's recall. */
    readonly correct: Uint32Array;
    /** Images that were taken for the class, rightly or not. */
    readonly predicted: Uint32Array;
  };
}

/**
 * @param predictions classes from 0 to `classes` − 1; negative where there is no prediction, which counts as wrong
 * @param labels the truth; images with a negative one are passed over
 */
export function scoreClassification(predictions: Int32Array, labels: Int32Array, classes: number): ClassificationScore {
  const perClass = {
    counts: new Uint32Array(classes),
    correct: new Uint32Array(classes),
    predicted: new Uint32Array(classes),
  };
  let [count, correct] = [0, 0];
  labels.forEach((label, i) => {
    if (label < 0) return;
    const prediction = predictions[i]!;
    count++;
    perClass.counts[label]!++;
    if (prediction >= 0) perClass.predicted[prediction]!++;
    if (prediction !== label) return;
    correct++;
    perClass.correct[label]!++;
  });
  const recalls = recallsOf(perClass).map(({ recall }) => recall);
  const macroAccuracy = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
  return { count, correct, accuracy: correct / count, macroAccuracy, perClass };
}

/**
 * Of the class with the largest output.
 *
 * @param outputs logits or probabilities, row-major, `labels.length × classes`
 */
export function scoreOutputs(outputs: Float32Array, labels: Int32Array, classes: number): ClassificationScore {
  const predictions = Int32Array.from(labels, (_, row) => {
    const own = outputs.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
  return scoreClassification(predictions, labels, classes);
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959963984540054;

/**
 * Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927), which stays sensible for few images and for shares
 * of 0 and 1. From 0 to 1 where `count` is 0.
 *
 * @param z standard normal quantile; 95 % where it's left out
 */
export function wilsonInterval(correct: number, count: number, z = Z95): Interval {
  if (count === 0) return { low: 0, high: 1 };
  const share = correct / count;
  const center = share + (z * z) / (2 * count);
  const margin = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  // The ends that are 0 and 1 by algebra are so in floating point too.
  return {
    low: correct === 0 ? 0 : (center - margin) / scale,
    high: correct === count ? 1 : (center + margin) / scale,
  };
}

/**
 * Interval of the macro accuracy from the classes' Wilson intervals, by G. Zou, W. Huang, X. Zhang, "A note on confidence
 * interval estimation for a linear function of binomial proportions", Computational Statistics & Data Analysis 53, 2009.
 * The classes are taken as given and their images as independent draws. NaN where no class has images.
 */
export function macroAccuracyInterval({ macroAccuracy, perClass }: ClassificationScore, z = Z95): Interval {
  const recalls = recallsOf(perClass);
  let [below, above] = [0, 0];
  for (const { recall, correct, count } of recalls) {
    const { low, high } = wilsonInterval(correct, count, z);
    below += (recall - low) ** 2;
    above += (high - recall) ** 2;
  }
  return {
    low: Math.max(0, macroAccuracy - Math.sqrt(below) / recalls.length),
    high: Math.min(1, macroAccuracy + Math.sqrt(above) / recalls.length),
  };
}

/** Of the classes that have images. */
function recallsOf({ counts, correct }: ClassificationScore['perClass']) {
  return Array.from(counts, (count, label) => ({
    count,
    correct: correct[label]!,
    recall: correct[label]! / count,
  })).filter(({ count }) => count > 0);
}
