/**
 * T. Wang, P. Isola, "Understanding contrastive representation learning through alignment and uniformity on the
 * hypersphere", https://arxiv.org/abs/2005.10242. Both are lower where the embeddings are better.
 */
import { normalizedRows, type RowMatrix } from '../linearAlgebra/rowMatrix.ts';
import { similarityBlocks } from './similarityBlocks.ts';

/**
 * Mean over the rows of the distance between `x` and `y` to the power `alpha`, rows brought to length 1: 0 where they
 * coincide, with `alpha` 2 at most 4.
 *
 * @param x `count × dim`
 * @param y `count × dim`: row i is a positive of `x`'s row i
 */
export function alignment(x: Float32Array, y: Float32Array, count: number, dim: number, alpha = 2): number {
  const first = normalizedRows(x, count, dim).values;
  const second = normalizedRows(y, count, dim).values;
  let sum = 0;
  for (let start = 0; start < count * dim; start += dim) {
    let squares = 0;
    for (let i = start; i < start + dim; i++) squares += (first[i]! - second[i]!) ** 2;
    sum += squares ** (alpha / 2);
  }
  return sum / count;
}

/**
 * Logarithm of the mean over distinct pairs of exp(−t · squared distance), rows brought to length 1: 0 where all rows
 * coincide, about −2t (−4 for `t` 2) where they cover a sphere of many dimensions. NaN for fewer than two rows.
 *
 * Takes time in proportion to `count²`: of tens of thousands of rows, a sample of a few thousand says the same.
 *
 * @param x `count × dim`
 */
export function uniformity(x: Float32Array, count: number, dim: number, t = 2): number {
  if (count < 2) return Number.NaN;
  const rows = normalizedRows(x, count, dim);
  let sum = 0;
  for (let start = 0; start < count; start += CHUNK) {
    const chunk = rowsFrom(rows, start, CHUNK);
    for (const block of similarityBlocks(chunk, rowsFrom(rows, start, rows.paddedRows))) {
      for (let row = block.start; row < block.end; row++) {
        const similarities = block.of(row);
        for (let other = row + 1; other < similarities.length; other++) {
          sum += Math.exp(-t * Math.max(0, 2 - 2 * similarities[other]!));
        }
      }
    }
  }
  return Math.log(sum / ((count * (count - 1)) / 2));
}

/** Rows of one pass over the rows after them; a multiple of the tile. */
const CHUNK = 128;

/** Up to `count` rows from `start` on, without copying; both are multiples of the tile. */
function rowsFrom({ rows, dim, paddedRows, values }: RowMatrix, start: number, count: number): RowMatrix {
  const end = Math.min(start + count, paddedRows);
  return {
    rows: Math.min(end, rows) - start,
    dim,
    paddedRows: end - start,
    values: values.subarray(start * dim, end * dim),
  };
}
