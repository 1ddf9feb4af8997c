import { choleskyByRows, invertedByRows } from './cholesky.ts';
import type { MatrixProducts } from './products.ts';

/** Rows of a matrix that are worked out at once: of 2,048 numbers each in some hundredths of a second. */
const MATRIX_ROWS = 16;

/**
 * Adds the inner products of every two columns of some rows.
 *
 * @param rows `count × width`
 * @param sums `width × width`
 */
export async function addColumnProducts(
  rows: Float32Array,
  count: number,
  width: number,
  products: MatrixProducts,
  sums: Float64Array,
): Promise<void> {
  // Columns as rows: these are what is multiplied.
  const columns = new Float32Array(width * count);
  for (let row = 0, i = 0; row < count; row++) {
    for (let column = 0; column < width; column++, i++) columns[column * count + row] = rows[i]!;
  }
  const held = await products.hold(columns, width, count);
  try {
    // What is multiplied may lose its memory, and what is held must not.
    const part = await held.timesTransposed(columns.slice(), width);
    for (let i = 0; i < width * width; i++) sums[i]! += part[i]!;
  } finally {
    await held.release();
  }
}

/**
 * L⁻¹ of a positive definite matrix L·Lᵀ: where that is how vectors vary, L⁻¹·vector varies alike in all directions.
 *
 * @param variance `dim × dim`
 */
export async function whiteningOf(
  variance: Float64Array,
  dim: number,
  between: () => void | Promise<void>,
): Promise<Float64Array> {
  const [lower, inverse] = [new Float64Array(dim * dim), new Float64Array(dim * dim)];
  for (const rows of [choleskyByRows(variance, dim, lower), invertedByRows(lower, dim, inverse)]) {
    for (const row of rows) if (row % MATRIX_ROWS === 0) await between();
  }
  return inverse;
}
