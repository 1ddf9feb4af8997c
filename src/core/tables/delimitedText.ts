/** Tables as text: RFC 4180, with commas, semicolons or tabs. */

/** What the column of the images is called, in any case. */
const imageColumns = ['path', 'image', 'file', 'filename', 'file_name', 'filepath', 'image_path', 'image_id', 'id'];

/**
 * Which column names the images: one called `path`, `image`, `file`, …, else the first.
 *
 * @param except a column that doesn't
 */
export function imageColumn(names: readonly string[], except = -1): number {
  const named = names.findIndex((name, i) => i !== except && imageColumns.includes(name.toLowerCase()));
  return named >= 0 ? named : except === 0 ? 1 : 0;
}

/** A path as tables have it, with `/`. */
export function imageOf(field: string | undefined): string {
  return (field ?? '').trim().replaceAll('\\', '/').replace(/^\.\//, '');
}

/** Fields of a table, line by line; empty lines are left out. */
export function parseTable(text: string): string[][] {
  const content = text.replace(/^\uFEFF/, '');
  const [firstLine = ''] = content.split(/\r?\n/, 1);
  const separator = [',', ';', '\t'].reduce((best, candidate) =>
    firstLine.split(candidate).length > firstLine.split(best).length ? candidate : best,
  );
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let i = 0; i < content.length; i++) {
    const character = content[i]!;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (content[i + 1] === '"') field += content[++i]!;
      else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === separator) endField();
    else if (character === '\n') endRow();
    else if (character !== '\r' || content[i + 1] !== '\n') field += character;
  }
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

/** A line of a table with commas, and its line feed. */
export function formatRow(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

/** A field as a table with commas has it, in quotes where it needs them. */
export function quoted(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
