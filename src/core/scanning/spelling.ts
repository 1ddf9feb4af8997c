/**
 * The name in a folder's listing that a file system blind to case, or to the form of accents, takes for `wanted`.
 * Undefined where none or several would do.
 */
export function findSpelling(names: readonly string[], wanted: string): string | undefined {
  const key = foldName(wanted);
  const matches = names.filter((name) => foldName(name) === key);
  return matches.length === 1 ? matches[0] : undefined;
}

function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
