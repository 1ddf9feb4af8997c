/** Of a vector and as many of the numbers of an array from `offset` on, such as a row of a matrix. */
export function innerProduct(values: Float32Array, vector: Float32Array, offset = 0): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) sum += values[offset + k]! * vector[k]!;
  return sum;
}
