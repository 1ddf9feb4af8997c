import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import { RandomStream } from '../random.ts';

/** Rows that are compared with all centres at once. */
const BLOCK = 1024;
const STREAM = 0x6d65;

export interface SphericalOptions {
  readonly groups: number;
  readonly rounds: number;
  readonly seed: number;
}

/**
 * Groups of vectors that point the same way: k-means by cosine similarity (I. Dhillon, D. Modha, "Concept decompositions for
 * large sparse text data using clustering", Machine Learning 42, 2001), from centres drawn at random.
 *
 * @param between is told the rows that are done, `rounds × rows` in all
 * @returns of each row its group; groups that nothing belongs to are left out of the numbering
 */
export async function sphericalMeans(
  { vectors, rows, dim }: UnitVectors,
  { groups, rounds, seed }: SphericalOptions,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Int32Array> {
  const chosen = new RandomStream(seed, STREAM).shuffled([...Array(rows).keys()]).slice(0, groups);
  const centres = new Float32Array(chosen.length * dim);
  chosen.forEach((row, group) => {
    centres.set(vectors.subarray(row * dim, (row + 1) * dim), group * dim);
  });
  const groupOf = new Int32Array(rows).fill(-1);
  for (let round = 0; round < rounds; round++) {
    const held = await products.hold(centres.slice(), chosen.length, dim);
    let moved = 0;
    try {
      for (let start = 0; start < rows; start += BLOCK) {
        const end = Math.min(start + BLOCK, rows);
        const similarities = await held.timesTransposed(vectors.slice(start * dim, end * dim), end - start);
        for (let row = start; row < end; row++) {
          const nearest = indexOfMost(similarities, (row - start) * chosen.length, chosen.length);
          if (groupOf[row] !== nearest) moved++;
          groupOf[row] = nearest;
        }
        await between(round * rows + end);
      }
    } finally {
      await held.release();
    }
    if (moved === 0) break;
    recenter(centres, chosen.length, { vectors, rows, dim }, groupOf);
  }
  return renumbered(groupOf);
}

function indexOfMost(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/** A group that nothing belongs to keeps its centre. */
function recenter(
  centres: Float32Array,
  groups: number,
  { vectors, rows, dim }: UnitVectors,
  groupOf: Int32Array,
): void {
  const sums = new Float64Array(groups * dim);
  for (let row = 0; row < rows; row++) {
    const group = groupOf[row]! * dim;
    for (let k = 0; k < dim; k++) sums[group + k]! += vectors[row * dim + k]!;
  }
  for (let group = 0; group < groups; group++) {
    const sum = sums.subarray(group * dim, (group + 1) * dim);
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    if (length === 0) continue;
    for (let k = 0; k < dim; k++) centres[group * dim + k] = sum[k]! / length;
  }
}

function renumbered(groupOf: Int32Array): Int32Array {
  const numbers = new Map([...new Set(groupOf)].sort((a, b) => a - b).map((group, number) => [group, number]));
  return groupOf.map((group) => numbers.get(group)!);
}
