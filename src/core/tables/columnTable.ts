import { imageColumn, imageOf, surplusCells, tableLines } from './delimitedText.ts';
import type { ImageFinder } from './imageFinder.ts';

/** What a table says of images, beside which they are. */
export interface TableColumn {
  readonly name: string;
  /** By path; images of which it says nothing are missing. */
  readonly values: ReadonlyMap<string, string>;
}

export interface JoinedTable {
  readonly columns: readonly TableColumn[];
  /** Images that have a row. */
  readonly matched: number;
  /** As the table names them: those that are no image of the dataset, or could be several. */
  readonly unmatched: readonly string[];
  /** Images that have more than one row: how many, and the first. */
  readonly repeated: { readonly count: number; readonly first: string | undefined };
  /** Infinite values of columns of numbers, which are missing now: how many, and the first column. */
  readonly infinite: { readonly count: number; readonly first: string | undefined };
}

/** The names of a table's columns, and which of them names the images. */
export interface TableHeader {
  readonly names: readonly string[];
  readonly image: string;
}

/** Tells which column names the images. Returns what is wrong where none can, as the end of a sentence. */
export function tableHeader(names: readonly string[]): TableHeader | { readonly fault: string } {
  if (names.length < 2) return { fault: 'it has a single column, and needs one that names the images and another one' };
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return { fault: `two of its columns are called "${twice}"` };
  const unnamed = names.indexOf('');
  if (unnamed >= 0) return { fault: `its column ${unnamed + 1} has no name` };
  return { names, image: names[imageColumn(names)]! };
}

/**
 * The rows of a table as text whose first line names the columns. Returns what is wrong with it otherwise.
 *
 * @param failure what is thrown on the way, of a fault that only a later row has
 */
export function tableRows(
  text: string,
  failure: (fault: string) => Error,
): { readonly header: TableHeader; readonly rows: Iterable<Record<string, string>> } | { readonly fault: string } {
  const lines = tableLines(text);
  const first = lines.next();
  if (first.done === true) return { fault: 'it is empty' };
  const header = tableHeader(first.value.fields.map(({ value }) => value.trim()));
  if ('fault' in header) return header;
  const { names } = header;
  function* rows(): Generator<Record<string, string>> {
    for (const { line, fields, isOpen } of lines) {
      // All that comes after the quote would be its field.
      if (isOpen === true) throw failure(`the quote that begins in line ${line} is never closed`);
      // One that was meant to be a part of its text would be lost.
      const surplus = surplusCells({ line, fields }, names.length);
      if (surplus !== undefined) throw failure(surplus);
      yield Object.fromEntries(names.map((name, i) => [name, fields[i]?.value ?? '']));
    }
  }
  return { header, rows: rows() };
}

/** Joins what rows say with the images of a dataset. Of two rows for one image the later counts. */
export class ColumnJoin {
  readonly #find: ImageFinder;
  readonly #columns = new Map<string, Map<string, string>>();
  readonly #matched = new Set<string>();
  readonly #repeated = new Set<string>();
  readonly #unmatched: string[] = [];

  constructor(find: ImageFinder) {
    this.#find = find;
  }

  /** The path of a row's image; undefined where it is none. @param named as the table has it */
  match(named: string): string | undefined {
    const image = imageOf(named);
    const path = this.#find(image);
    if (path !== undefined) {
      if (this.#matched.has(path)) this.#repeated.add(path);
      this.#matched.add(path);
    } else if (image !== '') this.#unmatched.push(image);
    return path;
  }

  /** What a row says of an image; '' for nothing. */
  put(path: string, column: string, value: string): void {
    const values = this.#columns.get(column) ?? new Map<string, string>();
    if (value === '') values.delete(path);
    else values.set(path, value);
    this.#columns.set(column, values);
  }

  joined(): JoinedTable {
    let count = 0;
    let first: string | undefined;
    const columns = [...this.#columns].map(([name, values]) => {
      const column = { name, values };
      const numbers = numbersOf(column);
      if (numbers === undefined || numbers.size === values.size) return column;
      for (const value of values.values()) {
        if (!infinite.test(value)) continue;
        count++;
        first ??= name;
      }
      return { name, values: new Map([...values].filter(([path]) => numbers.has(path))) };
    });
    const [repeated] = this.#repeated;
    return {
      columns,
      matched: this.#matched.size,
      unmatched: this.#unmatched,
      repeated: { count: this.#repeated.size, first: repeated },
      infinite: { count, first },
    };
  }
}

/** What is no number though it stands for one, as tools write it. */
const notFinite = /^[-+]?(?:nan|inf(?:inity)?)$/i;
const infinite = /^[-+]?inf/i;

/**
 * The numbers of a column, if it holds nothing else; one that isn't finite is missing. Whole numbers of more digits than a number
 * holds are names rather, as ids are: two of them would become one.
 */
export function numbersOf({ values }: TableColumn): ReadonlyMap<string, number> | undefined {
  const numbers = new Map<string, number>();
  for (const [path, value] of values) {
    if (notFinite.test(value)) continue;
    const number = Number(value);
    if (!Number.isFinite(number) || losesDigits(value, number)) return undefined;
    numbers.set(path, number);
  }
  return numbers.size === 0 && values.size > 0 ? undefined : numbers;
}

function losesDigits(text: string, number: number): boolean {
  return !Number.isSafeInteger(number) && /^[-+]?\d+$/.test(text) && String(number) !== text;
}
