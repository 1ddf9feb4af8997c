/** Tables as text: RFC 4180, with commas, semicolons or tabs. */

/** What the column of the images is called, in any case. */
const imageColumns = ['path', 'image', 'file', 'filename', 'file_name', 'filepath', 'image_path', 'image_id', 'id'];

/**
 * Which column names the images: one called `path`, `image`, `file`, …, else the first.
 *
 * @param except columns that don't
 */
export function imageColumn(names: readonly string[], except: readonly number[] = []): number {
  const named = names.findIndex((name, i) => !except.includes(i) && imageColumns.includes(name.toLowerCase()));
  return named >= 0
    ? named
    : Math.max(
        0,
        names.findIndex((_, i) => !except.includes(i)),
      );
}

/** Characters of the first line that its separator is told by. */
const LONGEST_HEADER = 1 << 20;

/** A path as tables have it, with `/`. */
export function imageOf(field: string | undefined): string {
  return (field ?? '').trim().replaceAll('\\', '/').replace(/^\.\//, '');
}

/** A field of a table, and where it stands in the text: with its quotes, without the separators. */
export interface TableField {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** A record of a table. */
export interface TableLine {
  /** Of its beginning, from 1. */
  readonly line: number;
  readonly fields: readonly TableField[];
  /** True of a last one with a quote that is never closed. */
  readonly isOpen?: boolean;
}

/** Where the text begins behind a byte order mark, which may have been read byte by byte. */
export function startOfText(text: string): number {
  return text.startsWith('\uFEFF') ? 1 : text.startsWith('\u00EF\u00BB\u00BF') ? 3 : 0;
}

/** The one of comma, semicolon and tab that the first line has most of. */
export function separatorOf(text: string): string {
  const [firstLine = ''] = text.slice(startOfText(text), startOfText(text) + LONGEST_HEADER).split(/\r?\n/, 1);
  return [',', ';', '\t'].reduce((best, candidate) =>
    firstLine.split(candidate).length > firstLine.split(best).length ? candidate : best,
  );
}

/** The lines of a table with where their fields stand; empty lines are left out. */
export function* tableLines(text: string): Generator<TableLine> {
  const separator = separatorOf(text);
  let fields: TableField[] = [];
  let line = 1;
  let firstLine = 1;
  let start = startOfText(text);
  /** What is known of the field before `copied`. */
  let value = '';
  let copied = start;
  let isQuoted = false;
  const endField = (end: number) => {
    fields.push({ value: value + text.slice(copied, end), start, end });
    value = '';
  };
  const isFilled = () => fields.length > 1 || (fields[0]?.value ?? '') !== '';
  for (let i = start; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\n') line++;
    if (isQuoted) {
      if (character !== '"') continue;
      value += text.slice(copied, i);
      if (text[i + 1] === '"') copied = ++i;
      else {
        isQuoted = false;
        copied = i + 1;
      }
    } else if (character === '"' && value === '' && copied === i) {
      isQuoted = true;
      copied = i + 1;
    } else if (character === separator) {
      endField(i);
      start = copied = i + 1;
    } else if (character === '\n') {
      endField(text[i - 1] === '\r' && i > copied ? i - 1 : i);
      if (isFilled()) yield { line: firstLine, fields };
      fields = [];
      start = copied = i + 1;
      firstLine = line;
    }
  }
  if (start < text.length || fields.length > 0) {
    endField(text.length);
    if (isFilled()) yield { line: firstLine, fields, ...(isQuoted && { isOpen: true }) };
  }
}

/** What is wrong with a line that has more cells than there are columns, as the end of a sentence; empty ones don't count. */
export function surplusCells({ line, fields }: TableLine, columns: number): string | undefined {
  const cells = fields.findLastIndex(({ value }) => value.trim() !== '') + 1;
  if (cells <= columns) return undefined;
  return `its line ${line} has ${cells} cells for ${columns} columns, and a text that has a separator in it has to be in quotes`;
}

/** A line of a table with commas, and its line feed. */
export function formatRow(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

/** A field as a table with commas has it, in quotes where it needs them. */
export function quoted(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Several texts in one field: with semicolons between, and in quotes where one of them has such a sign itself. */
export function listField(texts: readonly string[]): string {
  return texts.map((text) => (/[";]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(';');
}
