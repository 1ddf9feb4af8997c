/**
 * Symmetric matrices of similarities as they travel: the upper triangle with its diagonal, row by row, each value in 16 bits.
 * Code 0 stands for no value; 1 to 65,535 for −1 to 1 in equal steps.
 */
const STEPS = 65_534;

export function codeOf(similarity: number): number {
  if (Number.isNaN(similarity)) return 0;
  return 1 + Math.round(((Math.max(-1, Math.min(1, similarity)) + 1) / 2) * STEPS);
}

export function similarityOf(code: number): number {
  return code === 0 ? Number.NaN : ((code - 1) / STEPS) * 2 - 1;
}

/** Values of a triangle of so many rows. */
export function triangleSize(rows: number): number {
  return (rows * (rows + 1)) / 2;
}

/** Where a triangle has the value of two rows, in either order. */
export function triangleIndex(rows: number, a: number, b: number): number {
  const [row, column] = a < b ? [a, b] : [b, a];
  return row * rows - (row * (row - 1)) / 2 + column - row;
}

/**
 * @param similarities `n × n`, symmetric
 * @param order of the rows and columns; it may be of a part of them
 */
export function encodeTriangle(similarities: Float32Array, n: number, order: ArrayLike<number>): Uint16Array {
  const rows = order.length;
  const codes = new Uint16Array(triangleSize(rows));
  let next = 0;
  for (let row = 0; row < rows; row++) {
    const offset = order[row]! * n;
    for (let column = row; column < rows; column++) codes[next++] = codeOf(similarities[offset + order[column]!]!);
  }
  return codes;
}
