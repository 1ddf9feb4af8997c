import ignore from 'ignore';

/** The `.gitignore`-style pattern that matches this path and, but for case, no other. */
export function exactPattern(path: string): string {
  // With the slash in front, "#" and "!" mean nothing special.
  return `/${path.replaceAll(/[\\*?[\]]/g, '\\$&').replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))}`;
}

/** The path that a pattern is the exact one of; undefined where it may match what is called otherwise. */
export function pathOfExact(pattern: string): string | undefined {
  const path = pattern.slice(1).replaceAll(/\\([\\*?[\] ])/g, '$1');
  // A slash at the end makes it a folder's. Control characters and other spaces at the end are left to who knows the rules.
  const isPlain = path !== '' && !/[\0-\x1f\x7f\uE000\uE001]|[^\S ]$|\/$/.test(path);
  return isPlain && exactPattern(path) === pattern ? path : undefined;
}

/**
 * Whether a path is matched by `.gitignore`-style patterns, whatever their case: itself, or a folder that it is in. However many
 * of them are exact ones, a path is tried once.
 */
export function patternMatcher(patterns: readonly string[]): (path: string) => boolean {
  // What comes before an exception is what it takes from.
  const isUnion = !patterns.some((pattern) => pattern.startsWith('!'));
  const exact = new Set<string>();
  const others: string[] = [];
  for (const pattern of patterns) {
    const path = isUnion ? pathOfExact(pattern) : undefined;
    if (path === undefined) others.push(pattern);
    else exact.add(withoutCase(path));
  }
  const matcher = ignore().add(others);
  return (path) =>
    (exact.size > 0 && hasPathOrFolder(exact, withoutCase(path))) || (others.length > 0 && matcher.ignores(path));
}

function hasPathOrFolder(known: ReadonlySet<string>, path: string): boolean {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    if (known.has(path.slice(0, end))) return true;
  }
  return known.has(path);
}

/** As regular expressions compare that make no difference between cases: unit by unit, and none becomes ASCII or two. */
function withoutCase(text: string): string {
  return text.replaceAll(/[^\0-`{-\x7f]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length !== 1 || (unit > '\x7f' && upper <= '\x7f') ? unit : upper;
  });
}
