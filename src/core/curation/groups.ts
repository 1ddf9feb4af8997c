/** Two rows that belong together. */
export interface RowPair {
  readonly first: number;
  readonly second: number;
}

export interface Group {
  /** The row that all others of the group are like. */
  readonly kept: number;
  /** Ascending. */
  readonly others: readonly number[];
}

/**
 * Groups of rows around one that is kept: every row of a group is a partner of that one. Unlike chains, in which each is like
 * the next, no two of a group are strangers by more than two steps.
 *
 * @param compare the row to keep first
 */
export function groupsAround(pairs: readonly RowPair[], compare: (a: number, b: number) => number): Group[] {
  const partners = new Map<number, Set<number>>();
  for (const { first, second } of pairs) {
    for (const [a, b] of [
      [first, second],
      [second, first],
    ] as const) {
      const known = partners.get(a);
      if (known === undefined) partners.set(a, new Set([b]));
      else known.add(b);
    }
  }
  const taken = new Set<number>();
  return [...partners.keys()].sort(compare).flatMap((kept): Group[] => {
    if (taken.has(kept)) return [];
    const others = [...partners.get(kept)!].filter((row) => !taken.has(row)).sort((a, b) => a - b);
    if (others.length === 0) return [];
    for (const row of [kept, ...others]) taken.add(row);
    return [{ kept, others }];
  });
}
