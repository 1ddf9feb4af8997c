import { gathered } from '../../neighbors/neighborsAmong.ts';
import { RandomStream } from '../../random.ts';
import { facilityLocation } from './facilityLocation.ts';
import { kCentre } from './kCentre.ts';
import type { SelectionMethod, SelectionProblem, SelectionWork, Selector } from './selection.ts';
import { typicality } from './typicality.ts';

const STREAM = 0x7365;

/** @param seed of what is drawn at random; k-centre draws nothing */
export function selectorOf(method: SelectionMethod, seed: number): Selector {
  switch (method) {
    case 'k-centre':
      return kCentre;
    case 'facility-location':
      return facilityLocation(seed);
    case 'typicality':
      return typicality(seed);
    case 'random':
      return ({ candidates, count }) =>
        Promise.resolve(new RandomStream(seed, STREAM).shuffled(candidates).slice(0, count));
  }
}

/**
 * Chooses within each class by itself, so that the classes get equal numbers, the fixed rows counted, as far as they have so
 * many. Rows without a class are chosen from where those with one don't suffice.
 *
 * @param labels of each row; undefined where it has none
 * @returns the chosen rows, one of each class in turn
 */
export async function selectBalanced(
  problem: SelectionProblem,
  labels: readonly (string | undefined)[],
  select: Selector,
  work: SelectionWork,
): Promise<number[]> {
  const names = [...new Set(labels)].filter((label) => label !== undefined).sort();
  const rowsOf = (rows: readonly number[], name: string | undefined) => rows.filter((row) => labels[row] === name);
  const [candidates, fixed] = [problem.candidates, problem.fixed].map((rows) =>
    [...names, undefined].map((name) => rowsOf(rows, name)),
  ) as [number[][], number[][]];
  const quotas = balancedQuotas(
    names.map((_, i) => ({ available: candidates[i]!.length, taken: fixed[i]!.length })),
    problem.count,
  );
  quotas.push(problem.count - quotas.reduce((sum, quota) => sum + quota, 0));
  const chosen: number[][] = [];
  for (const [i, count] of quotas.entries()) {
    const own = { candidates: candidates[i]!, fixed: fixed[i]!, count };
    chosen.push(count === 0 ? [] : await selectAmong(problem, own, select, work));
  }
  const labelled = chosen.slice(0, -1);
  const turns = Math.max(0, ...labelled.map((rows) => rows.length));
  const inTurn = [...Array(turns).keys()].flatMap((turn) => labelled.flatMap((rows) => rows[turn] ?? []));
  return [...inTurn, ...chosen.at(-1)!];
}

/** Chooses as if there were no other rows than these. */
async function selectAmong(
  { vectors, dim }: SelectionProblem,
  { candidates, fixed, count }: Pick<SelectionProblem, 'candidates' | 'fixed' | 'count'>,
  select: Selector,
  work: SelectionWork,
): Promise<number[]> {
  const rows = Uint32Array.from([...candidates, ...fixed]).sort();
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]));
  const places = (some: readonly number[]) => some.map((row) => placeOf.get(row)!);
  const own = { vectors: gathered(vectors, dim, rows), rows: rows.length, dim };
  const chosen = await select({ ...own, candidates: places(candidates), fixed: places(fixed), count }, work);
  return chosen.map((place) => rows[place]!);
}

/**
 * How many of each class to choose, so that with those taken before the smallest class has as many as it can.
 *
 * @returns in all `count`, or all that are available
 */
export function balancedQuotas(
  classes: readonly { readonly available: number; readonly taken: number }[],
  count: number,
): number[] {
  const quotas = classes.map(() => 0);
  for (let given = 0; given < count; given++) {
    let next = -1;
    classes.forEach(({ available, taken }, i) => {
      if (quotas[i]! >= available) return;
      if (next < 0 || taken + quotas[i]! < classes[next]!.taken + quotas[next]!) next = i;
    });
    if (next < 0) break;
    quotas[next]!++;
  }
  return quotas;
}
