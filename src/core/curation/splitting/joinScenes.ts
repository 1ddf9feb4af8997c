export interface SceneProblem {
  /** Of each row, a number that all rows share which must stay together. */
  readonly groupOf: Int32Array;
  /** Rows of each scene; those of the first ones are joined first. */
  readonly scenes: readonly (readonly number[])[];
  /** Of each row, the split that it has and keeps; undefined where it needs one. */
  readonly kept: readonly (string | undefined)[];
  /** Rows that a group may have which scenes have joined. */
  readonly most: number;
}

/** Rows with what is known of them together. */
interface JoinedGroup {
  rows: number;
  readonly splits: Set<string>;
}

/**
 * Joins groups that a scene has rows of. That is worth less than what copies tell: a scene is left out where its rows keep different splits,
 * and where so many are joined, for chains of scenes have no end, that no split could have its share.
 *
 * @returns the groups as they are then, and how many of the scenes lie in one
 */
export function joinScenes({ groupOf, scenes, kept, most }: SceneProblem): {
  readonly groupOf: Int32Array;
  readonly together: number;
} {
  const groups = new Map<number, JoinedGroup>();
  groupOf.forEach((number, row) => {
    const group = groups.get(number) ?? { rows: 0, splits: new Set() };
    group.rows++;
    if (kept[row] !== undefined) group.splits.add(kept[row]);
    groups.set(number, group);
  });
  const joinedTo = new Map<number, number>();
  const current = (number: number): number => {
    let at = number;
    while (joinedTo.has(at)) at = joinedTo.get(at)!;
    return at;
  };
  let together = 0;
  for (const rows of scenes) {
    const [first, ...others] = [...new Set(rows.map((row) => current(groupOf[row]!)))].sort((a, b) => a - b);
    if (first === undefined) continue;
    const parts = [first, ...others].map((number) => groups.get(number)!);
    const size = parts.reduce((sum, part) => sum + part.rows, 0);
    const splits = new Set(parts.flatMap((part) => [...part.splits]));
    if (others.length > 0 && (size > most || splits.size > 1)) continue;
    together++;
    for (const number of others) joinedTo.set(number, first);
    groups.set(first, { rows: size, splits });
  }
  return { groupOf: groupOf.map(current), together };
}
