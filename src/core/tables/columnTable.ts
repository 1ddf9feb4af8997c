import { imageColumn, imageOf, parseTable } from './delimitedText.ts';
import { imageFinder } from './imageFinder.ts';

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
}

/**
 * Reads a table whose first line names the columns, and joins it with the images of a dataset. Of two rows for one image the
 * later counts.
 *
 * @param paths of all images, relative to the root
 * @param folder of the table, relative to the root; '' for the root
 * @returns the columns, or what is wrong with the table
 */
export function joinTable(
  text: string,
  paths: readonly string[],
  folder: string,
): JoinedTable | { readonly fault: string } {
  const [header, ...rows] = parseTable(text);
  if (header === undefined) return { fault: 'it is empty' };
  const names = header.map((name) => name.trim());
  if (names.length < 2) return { fault: 'it has a single column, and needs one that names the images and another one' };
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return { fault: `two of its columns are called "${twice}"` };
  const unnamed = names.indexOf('');
  if (unnamed >= 0) return { fault: `its column ${unnamed + 1} has no name` };
  const image = imageColumn(names);
  const find = imageFinder(paths, folder);
  const found = new Map<string, readonly string[]>();
  const unmatched: string[] = [];
  for (const row of rows) {
    const named = imageOf(row[image]);
    const path = find(named);
    if (path !== undefined) found.set(path, row);
    else if (named !== '') unmatched.push(named);
  }
  const columns = names.flatMap((name, column): TableColumn[] => {
    if (column === image) return [];
    const values = [...found].map(([path, row]) => [path, (row[column] ?? '').trim()] as const);
    return [{ name, values: new Map(values.filter(([, value]) => value !== '')) }];
  });
  return { columns, matched: found.size, unmatched };
}

/** The numbers of a column, if it holds nothing else. */
export function numbersOf({ values }: TableColumn): ReadonlyMap<string, number> | undefined {
  const numbers = new Map<string, number>();
  for (const [path, value] of values) {
    const number = Number(value);
    if (!Number.isFinite(number)) return undefined;
    numbers.set(path, number);
  }
  return numbers;
}
