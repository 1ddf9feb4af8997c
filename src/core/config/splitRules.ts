/**
 * `splits` of a dataset's `config.json`: `.gitignore`-style patterns of the images of each split, by its name, and below
 * `file` the path of a table, relative to the root, with an image and its split a line. A split may be called `file` too, which
 * has a list of patterns as all others have.
 */
export type SplitRules = Readonly<Record<string, readonly string[] | string>>;

/** The table that is named. */
export function splitTableOf(splits: SplitRules = {}): string | undefined {
  return typeof splits.file === 'string' ? splits.file : undefined;
}

/** The patterns by the names of splits. */
export function splitPatternsOf(splits: SplitRules = {}): (readonly [name: string, patterns: readonly string[]])[] {
  return Object.entries(splits).flatMap(([name, patterns]) => (typeof patterns === 'string' ? [] : [[name, patterns]]));
}
