/**
 * Images as CSV (RFC 4180): their paths, and what is known of each. Columns that are empty throughout are left out.
 *
 * @param columns what each says of a path
 */
export function imageTable(
  paths: readonly string[],
  columns: Readonly<Record<string, (path: string) => string>>,
): string {
  const used = Object.entries(columns).filter(([, say]) => paths.some((path) => say(path) !== ''));
  const lines = [
    ['path', ...used.map(([name]) => name)],
    ...paths.map((path) => [path, ...used.map(([, say]) => say(path))]),
  ];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
