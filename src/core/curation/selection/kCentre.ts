import type { HeldMatrix } from '../../linearAlgebra/products.ts';
import type { UnitVectors } from '../../neighbors/allNeighbors.ts';
import { CHOOSING, type SelectionProblem, type Selector } from './selection.ts';

/**
 * Rows that leave no other far away: each is the one farthest from all that are chosen (T. Gonzalez, "Clustering to minimize
 * the maximum intercluster distance", Theoretical Computer Science 38, 1985). By the Euclidean distance of the unit vectors,
 * √(2 − 2 cos), the farthest row is at most twice as far from the chosen ones as with the best choice. The first is the
 * medoid, where nothing is fixed; of rows equally far the lowest is taken. One row is compared with all at a time.
 */
export const kCentre: Selector = (problem, { products, inPhase }) =>
  inPhase(CHOOSING, problem.count, async (between) => {
    const { vectors, rows, dim, candidates, fixed, count } = problem;
    if (count === 0) return [];
    const held = await products.hold(vectors, rows, dim);
    try {
      /** Of each row, how like it the likest chosen one is. */
      const likeness = new Float32Array(rows).fill(Number.NEGATIVE_INFINITY);
      for (const row of fixed) await admit(problem, row, held, likeness);
      const isOpen = new Set(candidates);
      const chosen: number[] = [];
      while (chosen.length < count) {
        const next = chosen.length + fixed.length === 0 ? medoid(problem) : farthest(isOpen, likeness);
        chosen.push(next);
        isOpen.delete(next);
        await admit(problem, next, held, likeness);
        await between(chosen.length);
      }
      return chosen;
    } finally {
      await held.release();
    }
  });

async function admit(
  { vectors, rows, dim }: UnitVectors,
  row: number,
  held: HeldMatrix<Float32Array>,
  likeness: Float32Array,
): Promise<void> {
  const similarities = await held.timesTransposed(vectors.slice(row * dim, (row + 1) * dim), 1);
  for (let other = 0; other < rows; other++) {
    if (similarities[other]! > likeness[other]!) likeness[other] = similarities[other]!;
  }
}

function farthest(open: Iterable<number>, likeness: Float32Array): number {
  let best = -1;
  for (const row of open) if (best < 0 || likeness[row]! < likeness[best]!) best = row;
  return best;
}

/** The candidate with the highest mean similarity to all rows: the one nearest to their sum. */
function medoid({ vectors, rows, dim, candidates }: SelectionProblem): number {
  const sum = new Float64Array(dim);
  for (let row = 0; row < rows; row++) for (let k = 0; k < dim; k++) sum[k]! += vectors[row * dim + k]!;
  let best = { row: -1, product: Number.NEGATIVE_INFINITY };
  for (const row of candidates) {
    let product = 0;
    for (let k = 0; k < dim; k++) product += sum[k]! * vectors[row * dim + k]!;
    if (product > best.product) best = { row, product };
  }
  return best.row;
}
