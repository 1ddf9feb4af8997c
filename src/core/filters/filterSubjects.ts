import type { FilterTable } from './filter.ts';
import { wordsOf } from './textWords.ts';

/** What images can be filtered by, and what there is of it. */
export interface FilterSubject {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The most frequent first, of texts their words; none of numbers and paths. */
  readonly values: readonly { readonly name: string; readonly count: number }[];
  /** Of numbers; undefined where no image has one. */
  readonly range?: readonly [least: number, most: number];
  readonly kind: 'names' | 'numbers' | 'path' | 'presence';
}

/** Names beyond these are found by typing on. */
const MOST_VALUES = 2000;
/** Folders that are offered as paths. */
const MOST_FOLDERS = 500;

/** All that the images of a table can be filtered by, with how many images have each name. */
export function filterSubjects({ paths, columns }: FilterTable): FilterSubject[] {
  const subjects = columns.map((column): FilterSubject => {
    const { id, name } = column;
    if (column.kind === 'numbers') {
      let [least, most] = [Infinity, -Infinity];
      for (const value of column.values) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      return { id, name, kind: 'numbers', values: [], ...(least <= most && { range: [least, most] }) };
    }
    const ofList = new Uint32Array(column.lists.length);
    for (const code of column.codes) ofList[code]!++;
    const known = column.kind === 'names' ? (column.known ?? []) : [];
    const counts = new Map<string, number>(known.map((one) => [one, 0]));
    const lists = column.kind === 'names' ? column.lists : wordsOf(column.lists);
    lists.forEach((names, code) => {
      for (const one of names) counts.set(one, (counts.get(one) ?? 0) + ofList[code]!);
    });
    return { id, name, kind: 'names', values: ranked(counts).slice(0, MOST_VALUES) };
  });
  const filled = columns.filter(
    (column) => column.kind === 'numbers' || column.lists.some((names) => names.length > 0),
  );
  const presence = filled.map(({ id }) => ({ name: id, count: 0 }));
  return [
    ...subjects,
    { id: 'path', name: 'Path or folder', kind: 'path', values: foldersOf(paths) },
    { id: 'no', name: 'Without any', kind: 'presence', values: presence },
    { id: 'has', name: 'With some', kind: 'presence', values: presence },
  ];
}

function ranked(counts: ReadonlyMap<string, number>): FilterSubject['values'] {
  const values = [...counts].map(([name, count]) => ({ name, count }));
  return values.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function foldersOf(paths: readonly string[]): FilterSubject['values'] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  const folders = ranked(counts).slice(0, MOST_FOLDERS);
  return folders.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
