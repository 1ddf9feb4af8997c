/**
 * Rows of float64, padded with rows of zeros to a multiple of `ROW_TILE`, so that products of rows can be computed a
 * tile at a time without remainders.
 */
export interface RowMatrix {
  readonly rows: number;
  readonly dim: number;
  /** Rows including the padding. */
  readonly paddedRows: number;
  /** `paddedRows × dim`. */
  readonly values: Float64Array;
}

/** A tile's products are `ROW_TILE²` independent sums, which is what the processor's registers hold. */
export const ROW_TILE = 4;

function zeroRows(rows: number, dim: number): RowMatrix {
  const paddedRows = Math.ceil(rows / ROW_TILE) * ROW_TILE;
  return { rows, dim, paddedRows, values: new Float64Array(paddedRows * dim) };
}

/** A copy of a row-major `rows × dim` matrix, or of those of its rows that `selection` names, in that order. */
export function rowMatrix(matrix: Float32Array, rows: number, dim: number, selection?: ArrayLike<number>): RowMatrix {
  const result = zeroRows(selection?.length ?? rows, dim);
  for (let row = 0; row < result.rows; row++) {
    const from = (selection ? selection[row]! : row) * dim;
    result.values.set(matrix.subarray(from, from + dim), row * dim);
  }
  return result;
}

/** Like `rowMatrix`, with rows of Euclidean length 1; a row of zeros, which has no direction, stays zero. */
export function normalizedRows(
  matrix: Float32Array,
  rows: number,
  dim: number,
  selection?: ArrayLike<number>,
): RowMatrix {
  const result = rowMatrix(matrix, rows, dim, selection);
  const { values } = result;
  for (let start = 0; start < result.rows * dim; start += dim) {
    let squares = 0;
    for (let i = start; i < start + dim; i++) squares += values[i]! * values[i]!;
    if (squares === 0) continue;
    const norm = Math.sqrt(squares);
    for (let i = start; i < start + dim; i++) values[i]! /= norm;
  }
  return result;
}

/** Columns as rows. */
export function transposed(matrix: RowMatrix): RowMatrix {
  const result = zeroRows(matrix.dim, matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.dim; column++) {
      result.values[column * matrix.rows + row] = matrix.values[row * matrix.dim + column]!;
    }
  }
  return result;
}

/**
 * Inner products of rows `start` to `end` of `a` with all rows of `b`.
 *
 * @param start a multiple of `ROW_TILE`
 * @param end a multiple of `ROW_TILE`, at most `a.paddedRows`
 * @param out `(end − start) × b.paddedRows`
 */
export function rowProducts(a: RowMatrix, start: number, end: number, b: RowMatrix, out: Float64Array): void {
  const width = b.paddedRows;
  for (let i = start; i < end; i += ROW_TILE) {
    for (let j = 0; j < width; j += ROW_TILE) {
      multiplyTile(a.values, i * a.dim, b.values, j * a.dim, a.dim, out, (i - start) * width + j, width);
    }
  }
}

/** Sixteen sums at once: every number that is loaded serves four of them. */
function multiplyTile(
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  dim: number,
  out: Float64Array,
  outOffset: number,
  outStride: number,
): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  const [a1, a2, a3] = [aOffset + dim, aOffset + 2 * dim, aOffset + 3 * dim];
  const [b1, b2, b3] = [bOffset + dim, bOffset + 2 * dim, bOffset + 3 * dim];
  for (let k = 0; k < dim; k++) {
    const w = b[bOffset + k]!;
    const x = b[b1 + k]!;
    const y = b[b2 + k]!;
    const z = b[b3 + k]!;
    let value = a[aOffset + k]!;
    s00 += value * w;
    s01 += value * x;
    s02 += value * y;
    s03 += value * z;
    value = a[a1 + k]!;
    s10 += value * w;
    s11 += value * x;
    s12 += value * y;
    s13 += value * z;
    value = a[a2 + k]!;
    s20 += value * w;
    s21 += value * x;
    s22 += value * y;
    s23 += value * z;
    value = a[a3 + k]!;
    s30 += value * w;
    s31 += value * x;
    s32 += value * y;
    s33 += value * z;
  }
  let o = outOffset;
  out[o] = s00;
  out[o + 1] = s01;
  out[o + 2] = s02;
  out[o + 3] = s03;
  o += outStride;
  out[o] = s10;
  out[o + 1] = s11;
  out[o + 2] = s12;
  out[o + 3] = s13;
  o += outStride;
  out[o] = s20;
  out[o + 1] = s21;
  out[o + 2] = s22;
  out[o + 3] = s23;
  o += outStride;
  out[o] = s30;
  out[o + 1] = s31;
  out[o + 2] = s32;
  out[o + 3] = s33;
}

/** The symmetric `rows × rows` matrix of inner products of rows (M·Mᵀ), without padding. */
export function gramOfRows(matrix: RowMatrix): Float64Array {
  const { rows, paddedRows, values, dim } = matrix;
  const gram = new Float64Array(rows * rows);
  const tile = new Float64Array(ROW_TILE * ROW_TILE);
  for (let i = 0; i < paddedRows; i += ROW_TILE) {
    for (let j = 0; j <= i; j += ROW_TILE) {
      multiplyTile(values, i * dim, values, j * dim, dim, tile, 0, ROW_TILE);
      for (let row = i; row < Math.min(i + ROW_TILE, rows); row++) {
        for (let column = j; column < Math.min(j + ROW_TILE, rows); column++) {
          const product = tile[(row - i) * ROW_TILE + column - j]!;
          gram[row * rows + column] = product;
          gram[column * rows + row] = product;
        }
      }
    }
  }
  return gram;
}
