import { groupsAround, type RowPair } from '../groups.ts';

export interface CopiedRows {
  /** Of each row, the lowest one with the same pixels. */
  readonly sameAs: Int32Array;
  /** Edited copies, of rows that `sameAs` names. */
  readonly copies: readonly RowPair[];
}

/**
 * The candidates without those that are copies of another one or of a fixed row: of each picture the one to keep first.
 *
 * @param candidates rows, in any order
 * @param compare the row to keep first
 * @returns rows, ascending
 */
export function distinctRows(
  { sameAs, copies }: CopiedRows,
  candidates: readonly number[],
  fixed: readonly number[],
  compare: (a: number, b: number) => number,
): number[] {
  const taken = new Set(fixed.map((row) => sameAs[row]!));
  const barred = new Set(taken);
  for (const { first, second } of copies) {
    if (taken.has(first)) barred.add(second);
    if (taken.has(second)) barred.add(first);
  }
  /** By picture. */
  const best = new Map<number, number>();
  for (const row of candidates) {
    const picture = sameAs[row]!;
    if (barred.has(picture)) continue;
    const known = best.get(picture);
    if (known === undefined || compare(row, known) < 0) best.set(picture, row);
  }
  const open = copies.filter(({ first, second }) => best.has(first) && best.has(second));
  for (const { others } of groupsAround(open, (a, b) => compare(best.get(a)!, best.get(b)!))) {
    for (const other of others) best.delete(other);
  }
  return [...best.values()].sort((a, b) => a - b);
}
