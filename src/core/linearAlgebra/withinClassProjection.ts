import { cholesky, invertedLower } from './cholesky.ts';
import { symmetricEigen } from './symmetricEigen.ts';

export interface ClassedRows {
  /** `rows × dim`. */
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly dim: number;
  /** Class of each row. */
  readonly classOf: ArrayLike<number>;
}

export interface ProjectionOptions {
  /** Length of the projected vectors, at most `dim`. */
  readonly components: number;
  /** How much of the mean variance within classes is added to that of each direction: the more, the less is changed. */
  readonly shrinkage: number;
}

export interface LinearProjection {
  /** Of the rows; `dim` numbers. */
  readonly mean: Float64Array;
  /** `components × dim`: what is multiplied by the centred rows. */
  readonly matrix: Float64Array;
}

/**
 * The linear map after which images of one class differ as much in each direction, so that no direction in which they differ
 * anyway (the light, the background) outweighs those that tell classes apart; of these, the ones that all images differ in most
 * are kept. Linear discriminant analysis with a shrunken covariance within classes (J. Friedman, "Regularized discriminant analysis",
 * JASA 84, 1989), and the covariance of all rows instead of that of the means of classes: without shrinkage it ranks directions
 * alike, and more than `classes − 1` of them can be kept.
 *
 * @throws RangeError for more components than numbers in a row
 */
export function withinClassProjection(
  { vectors, rows, dim, classOf }: ClassedRows,
  { components, shrinkage }: ProjectionOptions,
): LinearProjection {
  if (components > dim) throw new RangeError(`${components} components of ${dim} numbers`);
  const mean = new Float64Array(dim);
  for (let row = 0; row < rows; row++) for (let k = 0; k < dim; k++) mean[k]! += vectors[row * dim + k]! / rows;
  const all = new Float64Array(dim * dim);
  const within = new Float64Array(dim * dim);
  const classMeans = meansOfClasses(vectors, rows, dim, classOf);
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dim, (row + 1) * dim);
    addOuter(all, vector, mean, 1 / rows);
    addOuter(within, vector, classMeans.get(classOf[row]!)!, 1 / rows);
  }
  let trace = 0;
  for (let k = 0; k < dim; k++) trace += within[k * dim + k]!;
  for (let k = 0; k < dim; k++) within[k * dim + k]! += (shrinkage * trace) / dim + Number.EPSILON;
  const whitening = invertedLower(cholesky(within, dim), dim);
  const { vectors: directions } = symmetricEigen(congruent(whitening, all, dim), dim);
  return { mean, matrix: timesLower(directions, components, whitening, dim) };
}

function meansOfClasses(
  vectors: Float32Array,
  rows: number,
  dim: number,
  classOf: ArrayLike<number>,
): ReadonlyMap<number, Float64Array> {
  const sums = new Map<number, Float64Array>();
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const label = classOf[row]!;
    const sum = sums.get(label) ?? new Float64Array(dim);
    sums.set(label, sum);
    counts.set(label, (counts.get(label) ?? 0) + 1);
    for (let k = 0; k < dim; k++) sum[k]! += vectors[row * dim + k]!;
  }
  for (const [label, sum] of sums) for (let k = 0; k < dim; k++) sum[k]! /= counts.get(label)!;
  return sums;
}

/** Adds weight · (vector − centre)(vector − centre)ᵀ to the lower triangle. */
function addOuter(matrix: Float64Array, vector: Float32Array, centre: Float64Array, weight: number): void {
  const dim = centre.length;
  const centred = Float64Array.from(vector, (value, k) => value - centre[k]!);
  for (let i = 0; i < dim; i++) {
    const factor = weight * centred[i]!;
    const target = matrix.subarray(i * dim, i * dim + i + 1);
    for (let j = 0; j <= i; j++) target[j]! += factor * centred[j]!;
  }
}

/** L · M · Lᵀ of a lower triangle L and a symmetric M, of which the lower triangle is read. */
function congruent(lower: Float64Array, matrix: Float64Array, dim: number): Float64Array {
  const product = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    const target = product.subarray(i * dim, (i + 1) * dim);
    for (let k = 0; k <= i; k++) {
      const factor = lower[i * dim + k]!;
      for (let j = 0; j < dim; j++) target[j]! += factor * (j <= k ? matrix[k * dim + j]! : matrix[j * dim + k]!);
    }
  }
  const result = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += product[i * dim + k]! * lower[j * dim + k]!;
      result[i * dim + j] = sum;
      result[j * dim + i] = sum;
    }
  }
  return result;
}

/** The first rows of a matrix times a lower triangle. */
function timesLower(matrix: Float64Array, rows: number, lower: Float64Array, dim: number): Float64Array {
  const result = new Float64Array(rows * dim);
  for (let i = 0; i < rows; i++) {
    const target = result.subarray(i * dim, (i + 1) * dim);
    for (let k = 0; k < dim; k++) {
      const factor = matrix[i * dim + k]!;
      for (let j = 0; j <= k; j++) target[j]! += factor * lower[k * dim + j]!;
    }
  }
  return result;
}
