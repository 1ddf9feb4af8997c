/**
 * How well two sets of similarities are told apart: the probability that a random positive is above a random negative,
 * equal ones counting half (the area under the ROC curve). 0.5 where they are alike; NaN where either is empty.
 */
export function separation(positives: Float32Array, negatives: Float32Array): number {
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  const sorted = negatives.toSorted();
  let sum = 0;
  for (const positive of positives) sum += (firstIndex(sorted, positive) + indexAfter(sorted, positive)) / 2;
  return sum / (positives.length * negatives.length);
}

/** Counts of values in equal bins between two numbers. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: Uint32Array;
}

/** Values outside of the range count in the outermost bins; NaN doesn't count. */
export function histogram(values: Float32Array, low: number, high: number, bins: number): Histogram {
  const counts = new Uint32Array(bins);
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = Math.floor(((value - low) / (high - low)) * bins);
    counts[Math.max(0, Math.min(bins - 1, bin))]!++;
  }
  return { low, high, counts };
}

/** The middle one of the numbers, or the mean of the two in the middle; NaN where there are none. */
export function median(values: Float32Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of the first value that is not below. */
function firstIndex(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the first value that is above. */
function indexAfter(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
