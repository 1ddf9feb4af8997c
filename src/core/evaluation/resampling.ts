/** A mean over resamples, and half the width of its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959963984540054;

/**
 * Mean of figures that were measured on resamples of the same images. Resamples overlap, so that their spread alone
 * promises too much: C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003.
 *
 * @param ratio images left out of a resample / images in it
 * @param otherError half the width of an interval from another, independent source of chance
 */
export function resampledEstimate(figures: readonly number[], ratio: number, otherError = 0): Estimate {
  const count = figures.length;
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / count;
  const variance = figures.reduce((sum, figure) => sum + (figure - mean) ** 2, 0) / (count - 1);
  const error = studentQuantile(count - 1) * Math.sqrt((1 / count + ratio) * variance);
  return { mean, error: Math.hypot(error, otherError) };
}

/**
 * Student's t quantile of a two-sided 95 % interval, to within 1 % from four degrees of freedom on: M. Abramowitz,
 * I. A. Stegun, "Handbook of mathematical functions", 26.7.5.
 */
export function studentQuantile(degrees: number): number {
  const z = Z95;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
