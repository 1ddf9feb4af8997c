import { imageColumn, imageOf, parseTable, quoted } from '../tables/delimitedText.ts';
import { imageFinder } from '../tables/imageFinder.ts';

/** One image's line in a table of labels. */
export interface LabelRow {
  /** As it is written: a path, or a name alone, with `/`. */
  readonly image: string;
  /** Empty where the image has none. */
  readonly label: string;
}

const labelColumns = ['label', 'class', 'category', 'label_name', 'class_name', 'target'];

/**
 * Reads a table of labels (RFC 4180; commas, semicolons or tabs), whose first line names the columns. The column of the
 * images is called `path`, `image`, `file`, … in any case, else it is the first other than that of the labels.
 *
 * @param column of the labels; absent: one called `label`, `class`, `category`, …
 * @returns the rows, or what is wrong with the table
 */
export function parseLabelTable(
  text: string,
  column?: string,
): { readonly rows: LabelRow[] } | { readonly fault: string } {
  const table = parseTable(text);
  const [header, ...lines] = table;
  if (header === undefined) return { fault: 'it is empty' };
  const names = header.map((name) => name.trim());
  const lower = names.map((name) => name.toLowerCase());
  const label = column === undefined ? lower.findIndex((name) => labelColumns.includes(name)) : names.indexOf(column);
  if (label < 0) {
    const wanted =
      column === undefined
        ? 'has no column called label, class or category, and "labels.column" names none'
        : `has no column "${column}"`;
    return { fault: `it ${wanted} (its columns are ${names.join(', ')})` };
  }
  const image = imageColumn(names, label);
  if (names.length < 2) return { fault: 'it has a single column, and images and labels need one each' };
  const rows = lines
    .map((fields) => ({
      image: imageOf(fields[image]),
      label: (fields[label] ?? '').trim(),
    }))
    .filter((row) => row.image !== '');
  return { rows };
}

export interface MatchedLabels {
  /** By path. */
  readonly labels: ReadonlyMap<string, string>;
  /** Images of rows that are none of the paths, or could be several. */
  readonly unmatched: readonly string[];
  /** A path that has two different labels, and these. */
  readonly conflict: { readonly path: string; readonly labels: readonly [string, string] } | undefined;
}

/**
 * Finds the images that the rows speak of: by path, by path relative to the table's own folder, or by name, with or without
 * its extension, where only one image is called so.
 *
 * @param paths of all images, relative to the root
 * @param folder of the table, relative to the root; '' for the root
 */
export function matchLabels(rows: readonly LabelRow[], paths: readonly string[], folder: string): MatchedLabels {
  const find = imageFinder(paths, folder);
  const labels = new Map<string, string>();
  const unmatched: string[] = [];
  let conflict: MatchedLabels['conflict'];
  for (const { image, label } of rows) {
    const path = find(image);
    if (path === undefined) {
      unmatched.push(image);
      continue;
    }
    if (label === '') continue;
    const other = labels.get(path);
    if (other !== undefined && other !== label) conflict ??= { path, labels: [other, label] };
    labels.set(path, label);
  }
  return { labels, unmatched, conflict };
}

/** A table of proposals: RFC 4180, with LF. */
export function formatProposals(
  proposals: readonly { readonly path: string; readonly label: string; readonly confidence: number }[],
): string {
  const rows = proposals.map(({ path, label, confidence }) => [quoted(path), quoted(label), String(confidence)]);
  return [['path', 'label', 'confidence'], ...rows].map((fields) => `${fields.join(',')}\n`).join('');
}
