import path from 'node:path';

/** A column of a table; numbers are set to the right. */
export interface MarkdownColumn {
  readonly title: string;
  readonly numbers?: true;
}

/**
 * Lines of a table.
 *
 * @param rows cells as Markdown: what isn't ours has gone through `escapeMarkdown`
 */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ numbers }) => (numbers ? '---:' : '---'))),
    ...rows.map(line),
  ];
}

/** Text of others, such as the name of a file, that is to become no markup. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~&]/g, '\\$&').replaceAll(/\s+/g, ' ');
}

/**
 * A link that opens a file from a preview. VS Code follows no `file:` address there, but paths that start at the first folder
 * of the workspace; where there is no such way the text stays text.
 *
 * @param file absolute
 * @param base the first folder of the workspace, absolute
 */
export function fileLink(text: string, file: string, base: string | undefined): string {
  const relative = base === undefined ? '' : path.relative(base, file);
  if (relative === '' || path.isAbsolute(relative)) return escapeMarkdown(text);
  // Parentheses would end the link.
  const segments = relative
    .split(path.sep)
    .map((segment) => encodeURIComponent(segment).replaceAll('(', '%28').replaceAll(')', '%29'));
  return `[${escapeMarkdown(text)}](/${segments.join('/')})`;
}

/** What a report shows of its images, besides their names. */
export interface ReportImages {
  /** WebP bytes by path relative to the dataset's root. */
  readonly thumbnails: ReadonlyMap<string, Uint8Array>;
  /** See `fileLink`. */
  readonly base: string | undefined;
}

/** What is not to be broken over two lines, such as a number and its error. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** Pictures in a document, by the names that its text refers to; their bytes are at its end, out of the way. */
export class MarkdownPictures {
  readonly #definitions: string[] = [];

  /** Markdown of a picture; empty where there is none. @param webp its bytes */
  add(webp: Uint8Array | undefined): string {
    if (webp === undefined) return '';
    const name = `picture${this.#definitions.length + 1}`;
    this.#definitions.push(`[${name}]: data:image/webp;base64,${Buffer.from(webp).toString('base64')}`);
    return `![][${name}]`;
  }

  /** Lines for the end of the document. */
  definitions(): string[] {
    return this.#definitions.length === 0 ? [] : ['', ...this.#definitions];
  }
}

/** What a person should know about a result, as lines; none where there is nothing. */
export function noticeLines(notices: readonly { readonly message: string }[]): string[] {
  return notices.flatMap(({ message }) => [`> ${escapeMarkdown(message)}`, '']);
}
