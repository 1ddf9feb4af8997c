import { neighborsAmong } from '../../neighbors/neighborsAmong.ts';
import { voteShares } from '../../evaluation/neighborVote.ts';
import { labelVote } from '../../evidence/weighedEvidence.ts';
import type { SelectionProblem, SelectionWork } from './selection.ts';

/** What is told in one voice may still be wrong: none counts for nothing, or a new kind would never be asked for. */
const LEAST = 0.05;

/**
 * How little is known of the class of each row, from the classes of those that have one: 1 less the margin between the two
 * classes that the nearest labelled rows vote for most, as many as vote on a label, so that 1 is a tie; never below .05. Rows
 * with a class have 0, as there is nothing left to ask. (The margin of `WeighedEvidence` chooses no better, with photographs of clothing
 * and of tiny ImageNet.)
 *
 * @param labels of each row; undefined where it has none
 * @returns one value a row; undefined where no row has a class, and all are as unknown
 */
export async function uncertaintyOf(
  problem: Pick<SelectionProblem, 'vectors' | 'rows' | 'dim'>,
  labels: readonly (string | undefined)[],
  { products, inPhase }: SelectionWork,
): Promise<Float64Array | undefined> {
  const rows = Uint32Array.from({ length: problem.rows }, (_, row) => row);
  const labelled = rows.filter((row) => labels[row] !== undefined);
  const open = rows.filter((row) => labels[row] === undefined);
  if (labelled.length === 0) return undefined;
  const names = [...new Set(labels)].filter((label) => label !== undefined);
  const codes = Int32Array.from(labelled, (row) => names.indexOf(labels[row]!));
  const count = Math.min(labelVote.count, labelled.length);
  const neighbors = await inPhase('Comparing images', open.length, (between) =>
    neighborsAmong(problem, open, labelled, count, products, between),
  );
  const uncertainty = new Float64Array(problem.rows);
  const shares = new Float64Array(names.length);
  open.forEach((row, query) => {
    voteShares(neighbors, query, codes, { ...labelVote, count }, shares);
    const [first = 0, second = 0] = shares.toSorted().reverse();
    uncertainty[row] = 1 - (first - second);
  });
  return uncertainty.map((value, row) => (labels[row] === undefined ? Math.max(LEAST, value) : 0));
}
