/**
 * The field of a table with another value: with its quotes, and with the spaces around, as far as that can be.
 *
 * @param raw as it stands, with its quotes
 * @param value a character for each byte, as the field is
 */
export function fieldWith(raw: string, value: string, separator: string): string {
  const doubled = value.replaceAll('"', '""');
  const isQuoted = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"');
  if (isQuoted) {
    const [before, after] = spacesAround(raw.slice(1, -1));
    return `"${before}${doubled}${after}"`;
  }
  // A quote counts at the beginning of a field only.
  if (/["\n\r]/.test(value) || value.includes(separator)) return `"${doubled}"`;
  const [before, after] = spacesAround(raw);
  return `${before}${value}${after}`;
}

function spacesAround(text: string): readonly [before: string, after: string] {
  const before = /^[ \t]*/.exec(text)![0];
  return [before, /[ \t]*$/.exec(text.slice(before.length))![0]];
}
