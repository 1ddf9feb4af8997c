import type { UnitVectors } from '../neighbors/allNeighbors.ts';

/** Mean similarities of groups of vectors to each other. */
export interface GroupMeans {
  readonly groups: number;
  readonly sizes: Uint32Array;
  /**
   * `groups × groups`: the mean over all pairs with one member in each group; on the diagonal over pairs of two different
   * members, NaN where a group has only one.
   */
  readonly means: Float32Array;
}

/**
 * Means over all pairs without looking at any of them: the sum of the inner products of two groups is the inner product of
 * their sums, in float64. O(rows × dim + groups² × dim).
 *
 * @param groupOf from 0; rows with −1 belong to none
 */
export function groupMeans({ vectors, rows, dim }: UnitVectors, groupOf: Int32Array, groups: number): GroupMeans {
  const sums = new Float64Array(groups * dim);
  const sizes = new Uint32Array(groups);
  /** Of the similarities of members to themselves, which rounding keeps from being 1. */
  const own = new Float64Array(groups);
  for (let row = 0; row < rows; row++) {
    const group = groupOf[row]!;
    if (group < 0) continue;
    sizes[group]!++;
    let square = 0;
    for (let k = 0; k < dim; k++) {
      const value = vectors[row * dim + k]!;
      sums[group * dim + k]! += value;
      square += value * value;
    }
    own[group]! += square;
  }
  const means = new Float32Array(groups * groups);
  for (let a = 0; a < groups; a++) {
    for (let b = a; b < groups; b++) {
      let product = 0;
      for (let k = 0; k < dim; k++) product += sums[a * dim + k]! * sums[b * dim + k]!;
      const pairs = a === b ? sizes[a]! * (sizes[a]! - 1) : sizes[a]! * sizes[b]!;
      const sum = a === b ? product - own[a]! : product;
      means[a * groups + b] = means[b * groups + a] = pairs > 0 ? Math.max(-1, Math.min(1, sum / pairs)) : Number.NaN;
    }
  }
  return { groups, sizes, means };
}
