/** Cosine similarities from here on are those of the same picture, up to rounding. */
const SAME = 1 - 2e-6;

/** Whether all vectors are one and the same. @param vectors `rows × dim`, each of length 1 */
export function areSameVectors(vectors: Float32Array, dim: number): boolean {
  for (let start = dim; start < vectors.length; start += dim) {
    let similarity = 0;
    for (let k = 0; k < dim; k++) similarity += vectors[k]! * vectors[start + k]!;
    if (similarity < SAME) return false;
  }
  return true;
}
