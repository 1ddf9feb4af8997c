import type { DatasetConfig } from '../../config/datasetConfig.ts';
import { exactPattern, pathOfExact } from '../../config/exactPatterns.ts';
import { splitPatternsOf, splitTableOf, type SplitRules } from '../../config/splitRules.ts';
import { labelRules, splitNamed } from '../../labels/labelRules.ts';
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
  /** All rows of the table that is ours, of images that are set aside as well. */
  readonly written?: readonly AssignedSplit[];
}

const nothingKnown: KnownSplits = { stated: () => undefined, inTable: () => undefined };

/**
 * A configuration that gives images these splits, and leaves all others as they are. Patterns are added to those that are there
 * or, where those say otherwise, put in place of them. Where there would be too many, where patterns can't tell the images apart,
 * and where the dataset has such a table already, it is a table of ours, below the patterns that were there if they agree. What the
 * table or an exact pattern says of an image that isn't there now, as it was set aside, stays for when it is back.
 *
 * @param paths all of the dataset
 * @param assignments of some of them
 */
export function configuredSplits(
  config: DatasetConfig,
  paths: readonly string[],
  assignments: readonly AssignedSplit[],
  { stated, inTable, written = [] }: KnownSplits = nothingKnown,
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
    const exact = withPatterns(named, [
      ...wanted.filter(({ path, split }) => split !== without(path)),
      ...waiting(paths, [], splits),
    ]);
    if (exact && agree(by(exact, inTable), wanted)) return { splits: exact, table: undefined, isReplaced: true };
  }
  return inOwnTable(splits, wanted, written, by);
}

function inOwnTable(
  splits: SplitRules,
  wanted: readonly WantedSplit[],
  written: readonly AssignedSplit[],
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
  table.push(...waiting([...splitOf.keys()], written, stays ? {} : splits));
  const isOther = ![undefined, SPLIT_TABLE].includes(splitTableOf(splits));
  return {
    splits: { file: SPLIT_TABLE, ...kept },
    table,
    isReplaced: isOther || (!stays && before.length > 0),
  };
}

/** The splits of images that aren't there, by a table or else by exact patterns. */
function waiting(paths: readonly string[], written: readonly AssignedSplit[], splits: SplitRules): AssignedSplit[] {
  const present = new Set(paths);
  const gone = written.filter(({ path }) => !present.has(path));
  const named = splitPatternsOf(splits).flatMap(([name, patterns]) =>
    patterns.flatMap((pattern) => ({ path: pathOfExact(pattern), split: splitNamed(name) })),
  );
  if (named.length === 0) return gone;
  const folders = new Set(paths.flatMap(foldersOf));
  const found = new Map(gone.map(({ path, split }) => [path, split]));
  const byPattern = new Map<string, string>();
  for (const { path, split } of named) {
    if (path === undefined || present.has(path) || folders.has(path) || byPattern.has(path)) continue;
    byPattern.set(path, split);
  }
  return Array.from(new Map([...found, ...byPattern]), ([path, split]) => ({ path, split }));
}

/** `a` and `a/b` of `a/b/c.png`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
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
