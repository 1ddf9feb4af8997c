import {
  fieldNamed,
  HAS,
  otherFields,
  PATH,
  type FilterColumn,
  type FilterFault,
  type FilterTable,
  type FilterTerm,
} from './filter.ts';
import { closestName } from './closestName.ts';
import { lackingField, nameWanted, numberWanted, unknownField, unknownName } from './filterErrors.ts';
import { numberTest } from './numberTest.ts';
import { pathTest, wordTest } from './pathTest.ts';
import { namePattern } from './patterns.ts';
import { textTest, wordsOf } from './textWords.ts';

export interface FilterMatch {
  /** 1 for each image that the filter lets through. */
  readonly mask: Uint8Array;
  readonly count: number;
  /** What may be a mistake and needn't be: names that no image has. Sentences. */
  readonly hints: readonly string[];
  /** Of the columns that were asked. */
  readonly faults: readonly string[];
}

/** What is to be told of a filter besides. */
interface Told {
  readonly hints: string[];
  readonly faults: Set<string>;
}

/** Whether an image is let through by one term. */
type Test = (row: number) => boolean;

/** Names and texts that a free word is looked for in, beside paths. */
const searched = ['class', 'tag', 'caption'];

/** Lets through the images for which all terms hold, or says what can't be understood. No terms let all through. */
export function matchFilter(
  terms: readonly FilterTerm[],
  table: FilterTable,
): FilterMatch | { readonly fault: FilterFault } {
  const told: Told = { hints: [], faults: new Set() };
  const tests: { readonly test: Test; readonly negated: boolean; readonly cost: number }[] = [];
  for (const term of terms) {
    const found = testOf(term, table, told);
    if ('fault' in found) return found;
    tests.push({ ...found, negated: term.negated });
  }
  // What is dear to ask is asked of those that are left.
  tests.sort((a, b) => a.cost - b.cost);
  const mask = new Uint8Array(table.paths.length).fill(1);
  for (const { test, negated } of tests) {
    for (let row = 0; row < mask.length; row++) if (mask[row] === 1 && test(row) === negated) mask[row] = 0;
  }
  return { mask, count: mask.reduce((sum, one) => sum + one, 0), hints: told.hints, faults: [...told.faults] };
}

function testOf(
  term: FilterTerm,
  table: FilterTable,
  told: Told,
): { readonly test: Test; readonly cost: number } | { readonly fault: FilterFault } {
  const { field, values } = term;
  const { columns } = table;
  if (field === undefined) {
    if (values.some(({ sign }) => sign !== '=')) return { fault: nameWanted(term) };
    return { test: freeTest(term, table, told), cost: 2 };
  }
  const id = fieldNamed(field, [...columns.map((column) => column.id), ...otherFields]);
  if (id === undefined) return { fault: unknownColumn(term, field, table, fieldsOf(table)) };
  const column = columns.find((one) => one.id === id);
  if (column) tellFaults(column, told);
  if (column?.kind === 'numbers') return ofNumbers(term, column);
  if (values.some(({ sign }) => sign !== '=')) return { fault: nameWanted(term) };
  if (column?.kind === 'texts') return ofTexts(term, column, told.hints);
  if (column) return ofNames(term, column, told.hints);
  return id === PATH ? { test: pathTest(table.paths, values), cost: 2 } : ofPresence(term, id === HAS, table, told);
}

/** What can be filtered by, as filters call it. */
export function fieldsOf({ columns }: Pick<FilterTable, 'columns'>): string[] {
  const ids = columns.map(({ id }) => id);
  return [...ids, ...otherFields.filter((id) => !ids.includes(id))];
}

/** @param ids that could be meant */
function unknownColumn(term: FilterTerm, name: string, { lacking = [] }: FilterTable, ids: readonly string[]) {
  const wanted = fieldNamed(
    name,
    lacking.map(({ id }) => id),
  );
  const known = lacking.find(({ id }) => id === wanted);
  return known === undefined ? unknownField(term, name, ids) : lackingField(term, name, known.why);
}

function ofNumbers(
  term: FilterTerm,
  { id, values: numbers }: Extract<FilterColumn, { kind: 'numbers' }>,
): ReturnType<typeof testOf> {
  const tests: ((value: number) => boolean)[] = [];
  for (const value of term.values) {
    const test = numberTest(value, id === 'bytes');
    if (test === undefined) return { fault: numberWanted(term, value) };
    tests.push(test);
  }
  const [only] = tests;
  if (tests.length === 1) return { test: (row) => only!(numbers[row]!), cost: 0 };
  return { test: (row) => tests.some((test) => test(numbers[row]!)), cost: 0 };
}

function ofNames(
  term: FilterTerm,
  { id, lists, codes, known }: Extract<FilterColumn, { kind: 'names' }>,
  hints: string[],
): ReturnType<typeof testOf> {
  const there = [...new Set(lists.flat())];
  const wanted = new Set<string>();
  for (const { text, isPattern } of term.values) {
    const names = namesMeant(text, isPattern, there);
    for (const name of names) wanted.add(name);
    if (names.length > 0) continue;
    const isKnown = known === undefined || namesMeant(text, isPattern, known).length > 0;
    if (!isKnown) return { fault: unknownName(term, id, text, known) };
    const meant = known === undefined ? closestName(text, there) : undefined;
    if (known === undefined) {
      hints.push(`No image has the ${id} “${text}”${meant === undefined ? '.' : `; did you mean “${meant}”?`}`);
    }
  }
  const isLet = lists.map((names) => names.some((name) => wanted.has(name)));
  return { test: (row) => isLet[codes[row]!]!, cost: 0 };
}

/** Those in which one of the values stands as a word. */
function ofTexts(
  { values }: FilterTerm,
  { id, lists, codes }: Extract<FilterColumn, { kind: 'texts' }>,
  hints: string[],
): ReturnType<typeof testOf> {
  const tests = values.map(({ text, isPattern }) => textTest(text, isPattern));
  const found = new Set<number>();
  const isLet = lists.map((texts) => {
    const which = tests.findIndex((test) => texts.some(test));
    if (which >= 0) found.add(which);
    return which >= 0;
  });
  // One that only stands where another one does too is found by that one.
  values.forEach(({ text }, which) => {
    if (found.has(which) || lists.some((texts) => texts.some(tests[which]!))) return;
    const meant = closestName(text, [...new Set(wordsOf(lists).flat())]);
    hints.push(`No ${id} has “${text}” in it${meant === undefined ? '.' : `; did you mean “${meant}”?`}`);
  });
  return { test: (row) => isLet[codes[row]!]!, cost: 0 };
}

/** The name as it is written, else in whatever case; of a pattern all that it fits. */
function namesMeant(text: string, isPattern: boolean, names: readonly string[]): readonly string[] {
  if (!isPattern && names.includes(text)) return [text];
  const fits = namePattern(text, isPattern);
  return names.filter(fits);
}

/** Whether there is something, or nothing, in one of some columns. */
function ofPresence(term: FilterTerm, isWanted: boolean, table: FilterTable, told: Told): ReturnType<typeof testOf> {
  const { columns } = table;
  const tests: Test[] = [];
  for (const { text } of term.values) {
    const ids = columns.map(({ id }) => id);
    const id = fieldNamed(text, ids);
    const column = columns.find((one) => one.id === id);
    if (column === undefined) return { fault: unknownColumn(term, text, table, ids) };
    tellFaults(column, told);
    if (column.kind === 'numbers') tests.push((row) => Number.isNaN(column.values[row]!) !== isWanted);
    else tests.push((row) => column.lists[column.codes[row]!]!.length > 0 === isWanted);
  }
  return { test: (row) => tests.some((test) => test(row)), cost: 0 };
}

function freeTest({ values }: FilterTerm, { paths, columns }: FilterTable, told: Told): Test {
  const inPath = wordTest(paths, values);
  const fits = values.map(({ text, isPattern }) => {
    if (isPattern) return namePattern(`*${text}*`, true);
    const wanted = text.toLowerCase();
    return (name: string) => name.toLowerCase().includes(wanted);
  });
  const named = columns.flatMap((column) => {
    if (column.kind === 'numbers' || !searched.includes(column.id)) return [];
    tellFaults(column, told);
    const isFound = column.lists.map((names) => names.some((name) => fits.some((fit) => fit(name))));
    return isFound.includes(true) ? [{ codes: column.codes, isFound }] : [];
  });
  return (row) => inPath(row) || named.some(({ codes, isFound }) => isFound[codes[row]!]!);
}

function tellFaults({ faults = [] }: FilterColumn, told: Told): void {
  for (const fault of faults) told.faults.add(fault);
}
