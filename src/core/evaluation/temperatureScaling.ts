/** Logits of images whose classes are known. */
export interface LabelledLogits {
  /** Row-major, `labels.length × classes`. */
  readonly logits: ArrayLike<number>;
  /** Classes from 0; rows with a negative one are passed over. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

export interface TemperatureFit {
  readonly temperature: number;
  /** Mean negative log-likelihood of the right classes, in nats, as it was with temperature 1. */
  readonly lossBefore: number;
  /** … and as it is with the temperature found. */
  readonly lossAfter: number;
}

/**
 * The range of temperatures. Logits that are all right would have none as low as possible, and those of chance as high: both
 * say more about how few images there are than about the network.
 */
const LOWEST = 0.05;
const HIGHEST = 20;
/** Relative accuracy of the temperature. */
const PRECISION = 1e-9;
const MOST_ITERATIONS = 200;

/**
 * The temperature T by which softmax(logits / T) is calibrated: the one with the smallest negative log-likelihood on images
 * that the network was not trained on. C. Guo et al., "On calibration of modern neural networks", ICML 2017,
 * https://arxiv.org/abs/1706.04599. Never changes which class is the most probable.
 *
 * The likelihood is convex in 1 / T, so that its slope has one zero at most: found by Newton's method, kept within a
 * shrinking interval. At the end of the range (0.05 to 20) where the best lies beyond; 1 where no row has a label.
 */
export function fitTemperature(rows: LabelledLogits): TemperatureFit {
  const labelled = labelledRows(rows);
  const lossBefore = meanLoss(labelled, 1);
  if (labelled.length === 0) return { temperature: 1, lossBefore, lossAfter: lossBefore };
  const temperature = 1 / bestInverse(labelled);
  return { temperature, lossBefore, lossAfter: meanLoss(labelled, 1 / temperature) };
}

/** Mean of −log softmax(logits / temperature) at the right class, in nats; NaN where no row has a label. */
export function negativeLogLikelihood(rows: LabelledLogits, temperature = 1): number {
  return meanLoss(labelledRows(rows), 1 / temperature);
}

/** softmax(logits / temperature) row by row, of the same layout. */
export function classProbabilities(logits: ArrayLike<number>, classes: number, temperature = 1): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let largest = -Infinity;
    for (let c = start; c < start + classes; c++) largest = Math.max(largest, logits[c]!);
    const weights = Array.from({ length: classes }, (_, c) => Math.exp((logits[start + c]! - largest) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, c) => (probabilities[start + c] = weight / total));
  }
  return probabilities;
}

/** Predictions whose confidence lies in one of equally wide intervals. */
export interface ConfidenceBin {
  /** The interval: above `low`, up to `high`. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability of the predicted class; 0 for an empty bin, as is the next. */
  readonly confidence: number;
  /** Share of right predictions. */
  readonly accuracy: number;
}

const BINS = 15;

/**
 * How confidence and accuracy go together, for a reliability diagram. Of equal probabilities the first class is the predicted
 * one.
 *
 * @param probabilities row-major, `labels.length × classes`
 * @param labels rows with a negative one are passed over
 */
export function confidenceBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  bins = BINS,
): ConfidenceBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, correct: 0 }));
  for (let row = 0; row < labels.length; row++) {
    if (labels[row]! < 0) continue;
    let predicted = 0;
    const at = (label: number) => probabilities[row * classes + label]!;
    for (let label = 1; label < classes; label++) if (at(label) > at(predicted)) predicted = label;
    const confidence = at(predicted);
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.count++;
    bin.confidence += confidence;
    if (predicted === labels[row]) bin.correct++;
  }
  return sums.map(({ count, confidence, correct }, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : correct / count,
  }));
}

/**
 * Expected calibration error: by how much confidence and accuracy differ, averaged over the bins by their counts (15 in the
 * paper above). From 0, calibrated, to 1; NaN where no row has a label.
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  bins = BINS,
): number {
  const filled = confidenceBins(probabilities, labels, classes, bins);
  const count = filled.reduce((sum, bin) => sum + bin.count, 0);
  return filled.reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.accuracy), 0) / count;
}

/** The logits of one image, each less that of the right class. */
type Margins = Float64Array;

function labelledRows({ logits, labels, classes }: LabelledLogits): Margins[] {
  return Array.from(labels).flatMap((label, row) => {
    if (label < 0) return [];
    const right = logits[row * classes + label]!;
    return [Float64Array.from({ length: classes }, (_, c) => logits[row * classes + c]! - right)];
  });
}

/** The loss is the mean of log Σ exp(margin / T). */
function meanLoss(rows: readonly Margins[], inverse: number): number {
  return rows.reduce((sum, margins) => sum + moments(margins, inverse).logSum, 0) / rows.length;
}

/** log Σ exp(inverse · margin), and mean and variance of the margins under the probabilities: its derivatives. */
function moments(margins: Margins, inverse: number): { logSum: number; mean: number; variance: number } {
  let largest = -Infinity;
  for (const margin of margins) largest = Math.max(largest, inverse * margin);
  let [total, first, second] = [0, 0, 0];
  for (const margin of margins) {
    const weight = Math.exp(inverse * margin - largest);
    total += weight;
    first += weight * margin;
    second += weight * margin * margin;
  }
  const mean = first / total;
  return { logSum: largest + Math.log(total), mean, variance: second / total - mean * mean };
}

/** The inverse temperature at which the slope of the loss is 0. */
function bestInverse(rows: readonly Margins[]): number {
  let [low, high] = [1 / HIGHEST, 1 / LOWEST];
  // Where all classes are equal everywhere, every temperature is as good.
  if (slopeAt(rows, 1).curvature === 0 && slopeAt(rows, 1).slope === 0) return 1;
  if (slopeAt(rows, low).slope >= 0) return low;
  if (slopeAt(rows, high).slope <= 0) return high;
  let inverse = 1;
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const { slope, curvature } = slopeAt(rows, inverse);
    if (slope === 0) return inverse;
    if (slope < 0) low = inverse;
    else high = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - inverse) <= PRECISION * inverse) return next;
    inverse = next;
  }
  return inverse;
}

function slopeAt(rows: readonly Margins[], inverse: number): { slope: number; curvature: number } {
  let [slope, curvature] = [0, 0];
  for (const margins of rows) {
    const { mean, variance } = moments(margins, inverse);
    slope += mean;
    curvature += variance;
  }
  return { slope, curvature };
}
