/** How many dimensions embeddings fill, from the spectrum of their matrix; one number each, and the spectrum itself. */
import { gramOfRows, normalizedRows, rowMatrix, transposed, type RowMatrix } from '../linearAlgebra/rowMatrix.ts';
import { symmetricEigenvalues } from '../linearAlgebra/symmetricEigen.ts';

/**
 * Singular values of the matrix as it is, without centring or normalising; largest first, `min(rows, dim)` of them.
 * They come from the eigenvalues of a Gram matrix, so that those below 1e-8 of the largest are noise. All NaN where the
 * matrix isn't finite.
 *
 * @param matrix `rows × dim`
 */
export function singularValues(matrix: Float32Array, rows: number, dim: number): Float64Array {
  return gramEigenvalues(rowMatrix(matrix, rows, dim)).map((value) => Math.sqrt(value));
}

/**
 * Eigenvalues of the covariance (divided by rows − 1) of the columns, largest first, `min(rows, dim)` of them: the rest
 * are zero. All NaN where the matrix isn't finite, or for fewer than two rows.
 *
 * @param matrix `rows × dim`
 */
export function covarianceEigenvalues(matrix: Float32Array, rows: number, dim: number): Float64Array {
  const centred = rowMatrix(matrix, rows, dim);
  const mean = columnMeans(centred);
  for (let i = 0; i < rows * dim; i++) centred.values[i]! -= mean[i % dim]!;
  return gramEigenvalues(centred).map((value) => (rows > 1 ? value / (rows - 1) : Number.NaN));
}

/** Of ZᵀZ or ZZᵀ, whichever is smaller: they share all eigenvalues that aren't zero. */
function gramEigenvalues(matrix: RowMatrix): Float64Array {
  const gram = gramOfRows(matrix.rows < matrix.dim ? matrix : transposed(matrix));
  const size = Math.min(matrix.rows, matrix.dim);
  if (!gram.every(Number.isFinite)) return new Float64Array(size).fill(Number.NaN);
  return symmetricEigenvalues(gram, size).map((value) => Math.max(0, value));
}

/**
 * Exponential of the entropy of the spectrum's shares: n where n values are equal and the rest zero, 0 for zeros only.
 *
 * Of singular values it is the effective rank of O. Roy, M. Vetterli, "The effective rank: a measure of effective
 * dimensionality", EUSIPCO 2007. Of covariance eigenvalues it is another, smaller number: say which is shown.
 */
export function effectiveRank(spectrum: Float64Array): number {
  const sum = spectrum.reduce((total, value) => total + value, 0);
  if (sum === 0) return 0;
  return Math.exp(
    spectrum.reduce((entropy, value) => (value === 0 ? entropy : entropy - (value / sum) * Math.log(value / sum)), 0),
  );
}

/**
 * The effective rank with 1e-7 added to every share, as Q. Garrido et al. define it, "RankMe: assessing the downstream
 * performance of pretrained self-supervised representations by their rank", https://arxiv.org/abs/2210.02885. Comparable
 * only between runs of one method, with at least twice as many rows as dimensions.
 *
 * @param singular singular values, not eigenvalues
 */
export function rankMe(singular: Float64Array): number {
  const sum = singular.reduce((total, value) => total + value, 0);
  if (sum === 0) return 0;
  return Math.exp(
    singular.reduce((entropy, value) => {
      const share = value / sum + 1e-7;
      return entropy - share * Math.log(share);
    }, 0),
  );
}

/** (Σλ)² / Σλ²: like the effective rank, but ruled by the large eigenvalues. 0 for zeros only. */
export function participationRatio(eigenvalues: Float64Array): number {
  const sum = eigenvalues.reduce((total, value) => total + value, 0);
  const squares = eigenvalues.reduce((total, value) => total + value * value, 0);
  return squares === 0 ? 0 : (sum * sum) / squares;
}

/** How far rows of length 1 spread over the sphere. */
export interface Spread {
  /** Mean over the dimensions of the standard deviation (divided by rows − 1). */
  readonly standardDeviation: number;
  /** The same times √dim: about 1 where directions are spread evenly, 0 where all rows coincide. */
  readonly relativeDeviation: number;
  /** Length of the mean row: 0 where directions balance, 1 where all rows coincide. */
  readonly centerNorm: number;
}

/**
 * Of the rows brought to length 1. X. Chen, K. He, "Exploring simple siamese representation learning",
 * https://arxiv.org/abs/2011.10566, watch the standard deviation for collapse. NaN for fewer than two rows.
 *
 * @param matrix `rows × dim`
 */
export function spreadOfNormalized(matrix: Float32Array, rows: number, dim: number): Spread {
  const normalized = normalizedRows(matrix, rows, dim);
  const mean = columnMeans(normalized);
  const squares = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dim; i++) squares[i]! += (normalized.values[row * dim + i]! - mean[i]!) ** 2;
  }
  const deviations = squares.reduce((sum, square) => sum + Math.sqrt(square / (rows - 1)), 0);
  const standardDeviation = deviations / dim;
  return {
    standardDeviation,
    relativeDeviation: standardDeviation * Math.sqrt(dim),
    centerNorm: Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0)),
  };
}

function columnMeans({ rows, dim, values }: RowMatrix): Float64Array {
  const means = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dim; i++) means[i]! += values[row * dim + i]!;
  }
  return means.map((sum) => sum / rows);
}
