import type { DatasetConfig } from '../../config/datasetConfig.ts';
import { exactPattern } from '../../config/exactPatterns.ts';
import { splitPatternsOf, splitTableOf, type SplitRules } from '../../config/splitRules.ts';
import { labelRules } from '../../labels/labelRules.ts';
import { quoted } from '../../tables/delimitedText.ts';

export interface AssignedSplit {
  readonly path: string;
  readonly split: string;
}

/** People read a configuration. */
export const MOST_PATTERNS = 3_000;

/** A table of splits: RFC 4180, with LF. */
export function formatSplits(assignments: readonly AssignedSplit[]): string {
  const rows = assignments.map(({ path, split }) => [quoted(path), quoted(split)]);
  return [['path', 'split'], ...rows].map((fields) => `${fields.join(',')}\n`).join('');
}

/** Where the split of a dataset is kept that patterns can't tell, or too many would have to; relative to the root. */
export const SPLIT_TABLE = '.likeness/splits.csv';

export interface ConfiguredSplits {
  readonly splits: SplitRules;
  /** What has to be in the table that they name, where it is ours. */
  readonly table: readonly AssignedSplit[] | undefined;
  /** Whether what was configured had to go, as it said otherwise: patterns, or the name of another table. */
  readonly isReplaced: boolean;
}

/** What files say of splits. */
export interface KnownSplits {
  /** The file of labels. */
  readonly stated: (path: string) => string | undefined;
  /** The table that the configuration names. */
  readonly inTable: (path: string) => string | undefined;
}

const nothingKnown: KnownSplits = { stated: () => undefined, inTable: () => undefined };

/**
 * A configuration that gives images these splits, and leaves all others as they are. Patterns are added to those that are there
 * or, where those say otherwise, put in place of them. Where there would be too many, where patterns can't tell the images apart,
 * and where the dataset has such a table already, it is a table of ours, below the patterns that were there if they agree.
 *
 * @param paths all of the dataset
 * @param assignments of some of them
 */
export function configuredSplits(
  config: DatasetConfig,
  paths: readonly string[],
  assignments: readonly AssignedSplit[],
  { stated, inTable }: KnownSplits = nothingKnown,
): ConfiguredSplits {
  const by = (splits: SplitRules, named: (path: string) => string | undefined) => {
    const { splitWith } = labelRules({ splits });
    return (path: string) => splitWith(path, named(path) ?? stated(path));
  };
  const { splits = {} } = config;
  const splitOf = by(splits, inTable);
  const assigned = new Map(assignments.map(({ path, split }) => [path, split]));
  const wanted = paths.map((path) => ({ path, split: assigned.get(path) ?? splitOf(path) }));
  const table = splitTableOf(splits);
  if (table !== SPLIT_TABLE) {
    const named = table === undefined ? {} : { file: table };
    const moved = wanted.filter(({ path, split }) => split !== splitOf(path));
    const added = withPatterns(splits, moved);
    if (added && agree(by(added, inTable), wanted)) return { splits: added, table: undefined, isReplaced: false };
    const without = by({}, inTable);
    const exact = withPatterns(
      named,
      wanted.filter(({ path, split }) => split !== without(path)),
    );
    if (exact && agree(by(exact, inTable), wanted)) return { splits: exact, table: undefined, isReplaced: true };
  }
  return inOwnTable(splits, wanted, by);
}

function inOwnTable(
  splits: SplitRules,
  wanted: readonly WantedSplit[],
  by: (splits: SplitRules, named: (path: string) => string | undefined) => (path: string) => string | undefined,
): ConfiguredSplits {
  const before = splitPatternsOf(splits);
  const splitOf = new Map(wanted.map(({ path, split }) => [path, split]));
  const patterns = Object.fromEntries(before);
  const stays =
    !('file' in patterns) &&
    agree(
      by(patterns, (path) => splitOf.get(path)),
      wanted,
    );
  const kept = stays ? patterns : {};
  const without = by(kept, () => undefined);
  const table = wanted.flatMap(({ path, split }) =>
    split === undefined || split === without(path) ? [] : [{ path, split }],
  );
  const isOther = ![undefined, SPLIT_TABLE].includes(splitTableOf(splits));
  return {
    splits: { file: SPLIT_TABLE, ...kept },
    table,
    isReplaced: isOther || (!stays && before.length > 0),
  };
}

interface WantedSplit {
  readonly path: string;
  readonly split: string | undefined;
}

/** Undefined where there would be too many. */
function withPatterns(splits: SplitRules, moved: readonly WantedSplit[]): SplitRules | undefined {
  const all = new Map(splitPatternsOf(splits).map(([name, patterns]) => [name, [...patterns]]));
  const before = [...all.values()].flat().length;
  if (before + moved.length > MOST_PATTERNS) return undefined;
  for (const { path, split } of moved) {
    if (split === undefined) continue;
    const patterns = all.get(split);
    if (patterns === undefined) all.set(split, [exactPattern(path)]);
    else patterns.push(exactPattern(path));
  }
  const table = splitTableOf(splits);
  // A split of this name, for which there is no room beside a table.
  if (table !== undefined && all.has('file')) return undefined;
  return { ...(table !== undefined && { file: table }), ...Object.fromEntries(all) };
}

function agree(splitOf: (path: string) => string | undefined, wanted: readonly WantedSplit[]): boolean {
  return wanted.every(({ path, split }) => splitOf(path) === split);
}
