/** Mean of some rows, and one number for all features: the root of their mean variance. */
export interface Standard {
  readonly mean: Float64Array;
  readonly deviation: number;
}

/**
 * One deviation for all features keeps their proportions, which the encoder chose, and makes strengths of a penalty comparable
 * between encoders.
 *
 * @param features row-major, `dim` to a row
 */
export function standardOf(features: ArrayLike<number>, dim: number, rows: Uint32Array): Standard {
  const mean = new Float64Array(dim);
  for (const row of rows) for (let i = 0; i < dim; i++) mean[i]! += features[row * dim + i]! / rows.length;
  let squares = 0;
  for (const row of rows) for (let i = 0; i < dim; i++) squares += (features[row * dim + i]! - mean[i]!) ** 2;
  return { mean, deviation: Math.sqrt(squares / (rows.length * dim)) || 1 };
}

/** The rows, less the mean and divided by the deviation, `rows.length × dim`. */
export function standardised(
  features: ArrayLike<number>,
  dim: number,
  rows: Uint32Array,
  { mean, deviation }: Standard,
): Float32Array {
  const selected = new Float32Array(rows.length * dim);
  rows.forEach((row, position) => {
    for (let i = 0; i < dim; i++) {
      selected[position * dim + i] = (features[row * dim + i]! - mean[i]!) / deviation;
    }
  });
  return selected;
}
