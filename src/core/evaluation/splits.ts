import type { RandomStream } from '../random.ts';

/** Images to be divided, by the rows of a larger set. */
export interface SplitCandidates {
  readonly rows: Uint32Array;
  /** Of the larger set: classes from 0. */
  readonly labels: Int32Array;
  /** Of the larger set: equal for duplicates, from 0. */
  readonly groups: Int32Array;
}

/** The candidates of each class by group: images of one group lie together, under the class of the first of them. */
function groupsByClass({ rows, labels, groups }: SplitCandidates): number[][][] {
  const members = new Map<number, number[]>();
  for (const row of rows) {
    const known = members.get(groups[row]!);
    if (known) known.push(row);
    else members.set(groups[row]!, [row]);
  }
  const classes = new Map<number, number[][]>();
  for (const group of members.values()) {
    const label = labels[group[0]!]!;
    const known = classes.get(label);
    if (known) known.push(group);
    else classes.set(label, [group]);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, list]) => list);
}

/**
 * Divides images at random, class by class, so that duplicates stay together.
 *
 * @param shares of the parts after the first, which takes the rest; of the groups of every class, each part gets at least
 *   one in the order of the parts, as far as they go
 * @returns rows of each part, ascending
 */
export function stratifiedParts(
  candidates: SplitCandidates,
  shares: readonly number[],
  random: RandomStream,
): Uint32Array[] {
  const parts = [[], ...shares.map(() => [])] as number[][];
  for (const list of groupsByClass(candidates)) {
    const shuffled = random.shuffled(list);
    let left = shuffled.length;
    let start = 0;
    shares.forEach((share, i) => {
      const count = Math.min(Math.max(1, Math.round(share * shuffled.length)), left - 1);
      for (const group of shuffled.slice(start, start + count)) parts[i + 1]!.push(...group);
      start += count;
      left -= count;
    });
    for (const group of shuffled.slice(start)) parts[0]!.push(...group);
  }
  return parts.map((part) => Uint32Array.from(part).sort());
}

/** The smallest number of different pictures in a class. */
export function smallestClass(candidates: SplitCandidates): number {
  return Math.min(...groupsByClass(candidates).map((list) => list.length));
}

/**
 * Draws so many different pictures of every class.
 *
 * @returns `drawn`, ascending, and `rest`: all that are no duplicates of those
 */
export function drawPerClass(
  candidates: SplitCandidates,
  count: number,
  random: RandomStream,
): { readonly drawn: Uint32Array; readonly rest: Uint32Array } {
  const drawn = groupsByClass(candidates).flatMap((list) =>
    random
      .shuffled(list)
      .slice(0, count)
      .map(([row]) => row!),
  );
  const taken = new Set(drawn.map((row) => candidates.groups[row]!));
  return {
    drawn: Uint32Array.from(drawn).sort(),
    rest: candidates.rows.filter((row) => !taken.has(candidates.groups[row]!)),
  };
}
