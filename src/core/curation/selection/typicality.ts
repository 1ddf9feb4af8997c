import { sphericalMeans } from '../../clustering/sphericalMeans.ts';
import type { Neighbors } from '../../evaluation/nearestNeighbors.ts';
import { allNeighbors } from '../../neighbors/allNeighbors.ts';
import type { SelectionProblem, Selector } from './selection.ts';

/** Neighbours that tell how typical a row is, as in TypiClust and LightlyStudio. */
const NEIGHBORS = 20;
const ROUNDS = 20;

/**
 * Typical rows of different kinds (G. Hacohen, A. Dekel, D. Weinshall, "Active learning on a budget: opposite strategies suit
 * high and low budgets", https://arxiv.org/abs/2202.02794): the rows are clustered into as many groups as are wanted, fixed
 * ones included, and the row with the highest mean similarity to its 20 nearest is taken from each, from groups without a
 * chosen row and from large ones first.
 */
export function typicality(seed: number): Selector {
  return async (problem, { products, inPhase }) => {
    const { rows, fixed, count } = problem;
    if (count === 0) return [];
    const neighbors = await inPhase('Comparing images', rows, (between) =>
      allNeighbors(problem, Math.min(NEIGHBORS, rows - 1), products, between),
    );
    const groups = Math.min(rows, count + fixed.length);
    const groupOf = await inPhase('Grouping images', ROUNDS * rows, (between) =>
      sphericalMeans(problem, { groups, rounds: ROUNDS, seed }, products, between),
    );
    return pickFromGroups(problem, groupOf, typicalityOf(neighbors));
  };
}

/** The mean similarity of each row to its neighbours. */
export function typicalityOf({ queries, count, similarities }: Neighbors): Float64Array {
  return Float64Array.from({ length: queries }, (_, row) => {
    const own = similarities.subarray(row * count, (row + 1) * count).filter((value) => !Number.isNaN(value));
    return own.length === 0 ? 0 : own.reduce((sum, value) => sum + value, 0) / own.length;
  });
}

/** One row after another, each the most typical one left of the group that the fewest are from, and of these the largest. */
export function pickFromGroups(
  { candidates, fixed, count }: Pick<SelectionProblem, 'candidates' | 'fixed' | 'count'>,
  groupOf: Int32Array,
  typical: Float64Array,
): number[] {
  const groups = new Map<number, { taken: number; readonly size: number; readonly open: number[] }>();
  const sizes = new Map<number, number>();
  for (const group of groupOf) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  for (const [group, size] of sizes) groups.set(group, { taken: 0, size, open: [] });
  for (const row of fixed) groups.get(groupOf[row]!)!.taken++;
  for (const row of candidates) groups.get(groupOf[row]!)!.open.push(row);
  for (const { open } of groups.values()) open.sort((a, b) => typical[a]! - typical[b]! || b - a);
  // Whatever they hold, groups come in one order in every round.
  const ordered = [...groups].sort(([a, one], [b, other]) => other.size - one.size || a - b).map(([, group]) => group);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count; round++) {
    for (const group of ordered) {
      if (chosen.length === count) break;
      if (group.taken > round || group.open.length === 0) continue;
      chosen.push(group.open.pop()!);
      group.taken++;
    }
  }
  return chosen;
}
