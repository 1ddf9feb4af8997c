/**
 * Takes the mean of all rows off each of them, and makes their lengths 1 again: what all rows have in common says nothing of
 * how they differ. Rows that are the mean stay zero.
 *
 * @param rows row-major, `count × dim`; changed in place, and returned
 */
export function centredRows(rows: Float32Array, dim: number): Float32Array {
  const count = rows.length / dim;
  const mean = new Float64Array(dim);
  for (let i = 0; i < rows.length; i++) mean[i % dim]! += rows[i]! / count;
  for (let start = 0; start < rows.length; start += dim) {
    let squares = 0;
    for (let column = 0; column < dim; column++) {
      const value = rows[start + column]! - mean[column]!;
      rows[start + column] = value;
      squares += value * value;
    }
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let column = 0; column < dim; column++) rows[start + column]! *= factor;
  }
  return rows;
}
