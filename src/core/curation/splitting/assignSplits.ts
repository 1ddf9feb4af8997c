import { RandomStream } from '../../random.ts';

/** The parts that a dataset is split into, in the order in which ties are broken. */
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];
/** Of each split, from 0 to 1; in all 1. */
export type SplitShares = Readonly<Record<SplitName, number>>;

export interface SplitProblem {
  /** Of each row, a number that all rows share which must stay together. */
  readonly groupOf: Int32Array;
  /** Of each row; rows without a class are kept in balance like those of one. */
  readonly labels: readonly (string | undefined)[];
  /** Of each row, the split that it has and keeps, of whatever name; undefined where it needs one. */
  readonly kept: readonly (string | undefined)[];
  readonly shares: SplitShares;
  /** Draws the order in which groups of the same size are placed. */
  readonly seed: number;
}

export interface SplitAssignment {
  /** Of each row. */
  readonly splits: readonly string[];
  /** Groups whose rows keep different splits, so that they stay torn apart. */
  readonly torn: number;
}

const STREAM = 0x7370;

/**
 * Splits rows so that no group is torn apart and each class comes near the shares, rows that keep their split counted. The
 * largest groups come first, each into the split that lacks most of its classes. Where no split lacks the whole group, those
 * that lack a part of it are as good for the class, and it goes into the one that is furthest behind over all classes: many
 * small classes would all be rounded the same way otherwise. A class of groups of one size thus differs from its shares by less than one group.
 *
 * Rows that need a split go with the rows of their group that have one, if any: with most of them.
 */
export function assignSplits({ groupOf, labels, kept, shares, seed }: SplitProblem): SplitAssignment {
  const names = splitNames.filter((name) => shares[name] > 0);
  const lacks = new Lacks(names, shares, labels);
  const splits = [...kept];
  const members = new Map<number, number[]>();
  groupOf.forEach((group, row) => {
    const known = members.get(group);
    if (known === undefined) members.set(group, [row]);
    else known.push(row);
  });
  const free: number[][] = [];
  let torn = 0;
  for (const rows of members.values()) {
    const known = rows.flatMap((row) => kept[row] ?? []);
    if (known.length === 0) {
      free.push(rows);
      continue;
    }
    if (new Set(known).size > 1) torn++;
    const split = mostFrequent(known);
    for (const row of rows) splits[row] ??= split;
    for (const row of rows) lacks.place(labels[row], splits[row]!);
  }
  // Sorting is stable: the drawn order stays among groups of one size.
  const ordered = new RandomStream(seed, STREAM).shuffled(free).sort((a, b) => b.length - a.length);
  for (const rows of ordered) {
    const split = lacks.splitFor(rows.map((row) => labels[row]));
    for (const row of rows) {
      splits[row] = split;
      lacks.place(labels[row], split);
    }
  }
  return { splits: splits as string[], torn };
}

/** What the splits lack to their shares. */
class Lacks {
  readonly #names: readonly SplitName[];
  readonly #shares: SplitShares;
  /** By class: of all its rows. */
  readonly #byClass = new Map<string | undefined, Float64Array>();
  /** Of the rows that have been placed so far. */
  readonly #overall: Float64Array;

  constructor(names: readonly SplitName[], shares: SplitShares, labels: readonly (string | undefined)[]) {
    this.#names = names;
    this.#shares = shares;
    this.#overall = new Float64Array(names.length);
    for (const label of labels) {
      const lack = this.#byClass.get(label) ?? new Float64Array(names.length);
      names.forEach((name, i) => (lack[i]! += shares[name]));
      this.#byClass.set(label, lack);
    }
  }

  place(label: string | undefined, split: string): void {
    const lack = this.#byClass.get(label)!;
    this.#names.forEach((name, i) => {
      this.#overall[i]! += this.#shares[name];
      if (name !== split) return;
      this.#overall[i]!--;
      lack[i]!--;
    });
  }

  splitFor(labels: readonly (string | undefined)[]): SplitName {
    // Sums of shares are not exact: what lacks nothing must not seem to lack a little.
    const rounding = 1e-9;
    const lacking = this.#names.map((_, i) => {
      const sum = labels.reduce((total, label) => total + this.#byClass.get(label)![i]!, 0);
      return sum / labels.length;
    });
    const most = (among: readonly number[], first: readonly number[], second: readonly number[]) =>
      among.reduce((a, b) => {
        const difference = first[b]! - first[a]!;
        return difference > rounding || (Math.abs(difference) <= rounding && second[b]! > second[a]! + rounding)
          ? b
          : a;
      });
    const all = [...this.#names.keys()];
    const overall = [...this.#overall];
    const whole = all.filter((i) => lacking[i]! >= labels.length - rounding);
    if (whole.length > 0) return this.#names[most(whole, lacking, overall)]!;
    const part = all.filter((i) => lacking[i]! > rounding);
    if (part.length > 0) return this.#names[most(part, overall, lacking)]!;
    return this.#names[most(all, lacking, overall)]!;
  }
}

function mostFrequent(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
