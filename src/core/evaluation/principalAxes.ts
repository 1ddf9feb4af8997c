import { gramOfRows, rowMatrix, transposed } from '../linearAlgebra/rowMatrix.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { symmetricEigen } from '../linearAlgebra/symmetricEigen.ts';

/** A matrix in the coordinates of its own axes. */
export interface PrincipalCoordinates {
  /** `rows × dim`: inner products and distances of the rows are those of the original. */
  readonly coordinates: Float64Array;
  readonly rows: number;
  /** Axes that are more than rounding. */
  readonly dim: number;
  /** As those of `singularValues`. */
  readonly singularValues: Float64Array;
}

/** Float32 numbers say nothing about singular values below this share of the largest. */
const NEGLIGIBLE = 1e-6;

/**
 * Rotates the rows of a matrix, without centring, so that its columns are orthogonal, the longest first: solvers converge
 * fast in these coordinates, and there are never more than rows.
 *
 * @param matrix `rows × dim`, finite
 */
export async function principalCoordinates(
  matrix: Float32Array,
  rows: number,
  dim: number,
  products: MatrixProducts,
): Promise<PrincipalCoordinates> {
  const values = rowMatrix(matrix, rows, dim);
  const byRows = rows < dim;
  const size = Math.min(rows, dim);
  const { values: squares, vectors } = symmetricEigen(gramOfRows(byRows ? values : transposed(values)), size);
  const singularValues = squares.map((square) => Math.sqrt(Math.max(0, square)));
  const axes = Math.max(1, singularValues.filter((value) => value > NEGLIGIBLE * singularValues[0]!).length);
  const turned = { rows, dim: axes, singularValues };
  if (byRows) {
    // Eigenvectors of M·Mᵀ are the left singular vectors: coordinates without their lengths.
    const coordinates = new Float64Array(rows * axes);
    for (let i = 0; i < coordinates.length; i++) {
      const axis = i % axes;
      coordinates[i] = vectors[axis * rows + (i - axis) / axes]! * singularValues[axis]!;
    }
    return { ...turned, coordinates };
  }
  const held = await products.hold<Float64Array>(vectors.slice(0, axes * dim), axes, dim);
  try {
    return { ...turned, coordinates: await held.timesTransposed(values.values.subarray(0, rows * dim), rows) };
  } finally {
    await held.release();
  }
}
