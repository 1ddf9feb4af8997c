import { splitPatternsOf, type SplitRules } from '../config/splitRules.ts';
import type { LikenessError } from '../likenessError.ts';
import { splitNamed, type LabelRules } from './labelRules.ts';
import { splitPatternsOverlap, splitPatternsUnmatched } from './labelSourceErrors.ts';

/**
 * What a person should know of the patterns that say which split images are in: a leak between splits is none where they put both
 * images into one.
 *
 * @param paths of all images
 */
export function splitPatternNotices(
  root: string,
  splits: SplitRules | undefined,
  { patternSplitsOf }: Pick<LabelRules, 'patternSplitsOf'>,
  paths: readonly string[],
): LikenessError[] {
  const stated = splitPatternsOf(splits).filter(([, patterns]) => patterns.length > 0);
  if (stated.length === 0 || paths.length === 0) return [];
  const matched = new Set<string>();
  const several: string[] = [];
  for (const path of paths) {
    const names = patternSplitsOf(path);
    for (const name of names) matched.add(name);
    if (names.length > 1) several.push(path);
  }
  const [example] = several;
  return [
    ...(example === undefined ? [] : [splitPatternsOverlap(root, several.length, example, patternSplitsOf(example))]),
    ...stated
      .filter(([name]) => !matched.has(splitNamed(name)))
      .map(([name, patterns]) => splitPatternsUnmatched(root, name, patterns)),
  ];
}
