/** The lower factor of a positive definite matrix, `dim × dim`, of which the lower triangle is read. */
export function cholesky(matrix: Float64Array, dim: number): Float64Array {
  const lower = new Float64Array(dim * dim);
  Array.from(choleskyByRows(matrix, dim, lower));
  return lower;
}

/** The same a row at a time, for those who let others do something in between. */
export function* choleskyByRows(matrix: Float64Array, dim: number, lower: Float64Array): Generator<number, void> {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * dim + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * dim + k]! * lower[j * dim + k]!;
      lower[i * dim + j] = i === j ? Math.sqrt(sum) : sum / lower[j * dim + j]!;
    }
    yield i;
  }
}

/** The inverse of a lower triangle, which is one too. */
export function invertedLower(lower: Float64Array, dim: number): Float64Array {
  const inverse = new Float64Array(dim * dim);
  Array.from(invertedByRows(lower, dim, inverse));
  return inverse;
}

/** The same a row at a time. */
export function* invertedByRows(lower: Float64Array, dim: number, inverse: Float64Array): Generator<number, void> {
  for (let i = 0; i < dim; i++) {
    // By rows, as each of the sums over columns would jump from row to row.
    const target = inverse.subarray(i * dim, i * dim + i + 1);
    for (let k = 0; k < i; k++) {
      const factor = lower[i * dim + k]!;
      const row = k * dim;
      for (let j = 0; j <= k; j++) target[j]! -= factor * inverse[row + j]!;
    }
    const diagonal = lower[i * dim + i]!;
    target[i] = 1;
    for (let j = 0; j <= i; j++) target[j]! /= diagonal;
    yield i;
  }
}
