import type { DatasetConfig } from '../../config/datasetConfig.ts';
import { labelRules } from '../../labels/labelRules.ts';
import { quoted } from '../../tables/delimitedText.ts';
import { noPatternFor, tooManyPatterns } from '../selectionErrors.ts';

export interface AssignedSplit {
  readonly path: string;
  readonly split: string;
}

/** Every scan tries the patterns on every path. */
export const MOST_PATTERNS = 3_000;

/** The `.gitignore`-style pattern that matches this path and, but for case, no other. */
export function exactPattern(path: string): string {
  // With the slash in front, "#" and "!" mean nothing special.
  return `/${path.replaceAll(/[\\*?[\]]/g, '\\$&').replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))}`;
}

/** A table of splits: RFC 4180, with LF. */
export function formatSplits(assignments: readonly AssignedSplit[]): string {
  const rows = assignments.map(({ path, split }) => [quoted(path), quoted(split)]);
  return [['path', 'split'], ...rows].map((fields) => `${fields.join(',')}\n`).join('');
}

export interface ConfiguredSplits {
  readonly splits: NonNullable<DatasetConfig['splits']>;
  /** Whether the old patterns had to go, as they said otherwise. */
  readonly isReplaced: boolean;
}

/**
 * Patterns by which the rules of the dataset give images these splits, and leave all others as they are: added to those
 * that are there or, where those say otherwise, in place of them. Throws usage where there are too many, or where patterns
 * can't tell the images apart.
 *
 * @param paths all of the dataset
 * @param assignments of some of them
 * @param stated what a file of labels says of splits
 */
export function configuredSplits(
  root: string,
  config: DatasetConfig,
  paths: readonly string[],
  assignments: readonly AssignedSplit[],
  stated: (path: string) => string | undefined = () => undefined,
): ConfiguredSplits {
  const by = (rules: DatasetConfig) => {
    const { splitWith } = labelRules(rules);
    return (path: string) => splitWith(path, stated(path));
  };
  const splitOf = by(config);
  const assigned = new Map(assignments.map(({ path, split }) => [path, split]));
  const wanted = paths.map((path) => ({ path, split: assigned.get(path) ?? splitOf(path) }));
  const moved = wanted.filter(({ path, split }) => split !== splitOf(path));
  const added = withPatterns(root, config.splits ?? {}, moved);
  if (faultOf(by({ splits: added }), wanted) === undefined) return { splits: added, isReplaced: false };
  const byFolder = by({});
  const exact = withPatterns(
    root,
    {},
    wanted.filter(({ path, split }) => split !== byFolder(path)),
  );
  const fault = faultOf(by({ splits: exact }), wanted);
  if (fault !== undefined) throw noPatternFor(fault);
  return { splits: exact, isReplaced: true };
}

function withPatterns(
  root: string,
  splits: NonNullable<DatasetConfig['splits']>,
  moved: readonly { readonly path: string; readonly split: string | undefined }[],
): NonNullable<DatasetConfig['splits']> {
  const all = new Map(Object.entries(splits).map(([name, patterns]) => [name, [...patterns]]));
  const before = [...all.values()].flat().length;
  if (before + moved.length > MOST_PATTERNS) throw tooManyPatterns(root, before + moved.length, MOST_PATTERNS);
  for (const { path, split } of moved) {
    if (split === undefined) continue;
    const patterns = all.get(split);
    if (patterns === undefined) all.set(split, [exactPattern(path)]);
    else patterns.push(exactPattern(path));
  }
  return Object.fromEntries(all);
}

/** The first path that rules give another split than wanted. */
function faultOf(
  splitOf: (path: string) => string | undefined,
  wanted: readonly { readonly path: string; readonly split: string | undefined }[],
): string | undefined {
  return wanted.find(({ path, split }) => splitOf(path) !== split)?.path;
}
