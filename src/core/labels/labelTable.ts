import { formatRow, imageColumn, imageOf, surplusCells, tableLines } from '../tables/delimitedText.ts';
import type { ImageFinder } from '../tables/imageFinder.ts';
import { splitNamed } from './labelRules.ts';

/** One image's line in a file of labels. */
export interface LabelRow {
  /** As it is written: a path, or a name alone, with `/`. */
  readonly image: string;
  /** Empty where the image has none. */
  readonly label: string;
  /** `train`, `validation`, `test` or another name; absent where the file tells none. */
  readonly split?: string | undefined;
  /** Of the file, from 1. */
  readonly line: number;
}

/** A row of a table, and where its label stands in the text; undefined where the line is too short to have one. */
export interface TableRow extends LabelRow {
  readonly cell: { readonly start: number; readonly end: number } | undefined;
}

const labelColumns = ['label', 'class', 'category', 'label_name', 'class_name', 'target'];
const splitColumns = ['split', 'subset'];

/**
 * Reads a table of labels (RFC 4180; commas, semicolons or tabs), whose first line names the columns. The column of the
 * images is called `path`, `image`, `file`, … in any case, else it is the first that no other is known by; that of splits
 * is called `split` or `subset`.
 *
 * @param column of the labels; absent: one called `label`, `class`, `category`, …
 * @param decode what a field says, where the text was read byte by byte; undefined where it isn't in UTF-8
 * @returns the rows, or what is wrong with the table
 */
export function parseLabelTable(
  text: string,
  column?: string,
  decode: Decoder = (field) => field,
): { readonly rows: TableRow[] } | { readonly fault: string } {
  return parseRows(text, decode, (names) => {
    const lower = names.map((name) => name.toLowerCase());
    const label = column === undefined ? lower.findIndex((name) => labelColumns.includes(name)) : names.indexOf(column);
    if (label < 0) {
      const wanted =
        column === undefined
          ? 'has no column called label, class or category, and "labels.column" names none'
          : `has no column "${column}"`;
      return { fault: `it ${wanted} (its columns are ${names.join(', ')})` };
    }
    const split = lower.findIndex((name, i) => i !== label && splitColumns.includes(name));
    const image = imageColumn(names, [label, split]);
    if (names.length < 2 || image === label) {
      return { fault: 'it has a single column, and images and labels need one each' };
    }
    return { image, label, split };
  });
}

/**
 * Reads a table of splits alone, as `parseLabelTable` does one of labels: a column of images, and one called `split` or
 * `subset`. What else is in it makes no difference.
 *
 * @param image what a field says of an image, as it is decoded
 * @returns the rows, without labels, or what is wrong with the table
 */
export function parseSplitTable(
  text: string,
  decode: Decoder = (field) => field,
  image: (field: string) => string = imageOf,
): { readonly rows: LabelRow[] } | { readonly fault: string } {
  const columnsOf = (names: readonly string[]) => {
    const split = names.findIndex((name) => splitColumns.includes(name.toLowerCase()));
    if (split < 0) return { fault: `it has no column called split or subset (its columns are ${names.join(', ')})` };
    if (names.length < 2) return { fault: 'it has a single column, and images and splits need one each' };
    return { image: imageColumn(names, [split]), label: -1, split };
  };
  return parseRows(text, decode, columnsOf, image);
}

type Decoder = (field: string) => string | undefined;

interface Columns {
  readonly image: number;
  /** Or −1. */
  readonly label: number;
  readonly split: number;
}

function parseRows(
  text: string,
  decode: Decoder,
  columnsOf: (names: readonly string[]) => Columns | { readonly fault: string },
  imageIn: (field: string) => string = imageOf,
): { readonly rows: TableRow[] } | { readonly fault: string } {
  const lines = tableLines(text);
  const header = lines.next();
  if (header.done === true) return { fault: 'it is empty' };
  const names = header.value.fields.map(({ value }) => (decode(value) ?? value).trim());
  const columns = columnsOf(names);
  if ('fault' in columns) return columns;
  const { image, label, split } = columns;
  const rows: TableRow[] = [];
  for (const row of lines) {
    const { line, fields, isOpen } = row;
    if (isOpen === true) return { fault: `the quote that begins in line ${line} is never closed` };
    // A part of a name would be taken for the label.
    const surplus = surplusCells(row, names.length);
    if (surplus !== undefined) return { fault: surplus };
    const [ownImage, ownLabel, ownSplit] = [image, label, split].map((column) => decode(fields[column]?.value ?? ''));
    if (ownImage === undefined || ownLabel === undefined || ownSplit === undefined) {
      return { fault: `its line ${line} is in another encoding than UTF-8, in which it has to be saved` };
    }
    const read = {
      image: imageIn(ownImage),
      label: ownLabel.trim(),
      split: splitNamed(ownSplit.trim()) || undefined,
      line,
      cell: fields[label] && { start: fields[label].start, end: fields[label].end },
    };
    if (read.image !== '') rows.push(read);
  }
  return { rows };
}

/** Paths of images of which two things are told. */
export interface TornImages {
  readonly labels: ReadonlySet<string>;
  readonly splits: ReadonlySet<string>;
}

export interface MatchedLabels {
  /** By path. */
  readonly labels: ReadonlyMap<string, string>;
  readonly splits: ReadonlyMap<string, string>;
  /** Rows of images that are none of the paths, or could be several. */
  readonly unmatched: readonly LabelRow[];
  /** Images of which more than one row tells, all the same. */
  readonly repeated: ReadonlySet<string>;
  /** Images that rows tell otherwise of; those have no label or no split. */
  readonly torn: TornImages;
  /** The first of them, and what is told. */
  readonly conflict:
    | {
        readonly path: string;
        readonly what: 'labels' | 'splits';
        readonly told: readonly [string, string];
        readonly rows: readonly [LabelRow, LabelRow];
      }
    | undefined;
}

/** Finds the images that the rows speak of. */
export function matchLabels(rows: Iterable<LabelRow>, find: ImageFinder): MatchedLabels {
  const labels = new Map<string, string>();
  const splits = new Map<string, string>();
  const seen = new Set<string>();
  /** The rows that told what is known. */
  const tellers = { labels: new Map<string, LabelRow>(), splits: new Map<string, LabelRow>() };
  const unmatched: LabelRow[] = [];
  const repeated = new Set<string>();
  let conflict: MatchedLabels['conflict'];
  const torn = { labels: new Set<string>(), splits: new Set<string>() };
  for (const row of rows) {
    const path = find(row.image, row.split);
    if (path === undefined) {
      unmatched.push(row);
      continue;
    }
    if (seen.has(path)) repeated.add(path);
    seen.add(path);
    const told = (what: 'labels' | 'splits', known: Map<string, string>, value: string | undefined) => {
      if (value === undefined || value === '') return;
      const other = known.get(path);
      if (other !== undefined && other !== value) {
        conflict ??= { path, what, told: [other, value], rows: [tellers[what].get(path)!, row] };
        torn[what].add(path);
      }
      known.set(path, value);
      tellers[what].set(path, row);
    };
    told('labels', labels, row.label);
    told('splits', splits, row.split);
  }
  for (const path of torn.labels) labels.delete(path);
  for (const path of torn.splits) splits.delete(path);
  for (const path of [...torn.labels, ...torn.splits]) repeated.delete(path);
  return { labels, splits, unmatched, repeated, conflict, torn };
}

/** A table of proposals: RFC 4180, with LF. */
export function formatProposals(
  proposals: readonly { readonly path: string; readonly label: string; readonly confidence: number }[],
): string {
  const rows = proposals.map(({ path, label, confidence }) => [path, label, String(confidence)]);
  return [['path', 'label', 'confidence'], ...rows].map(formatRow).join('');
}
