import { tableLines } from '../../../src/core/tables/delimitedText.ts';

/** Fields of a table, line by line; empty lines are left out. */
export function parseTable(text: string): string[][] {
  return Array.from(tableLines(text), ({ fields }) => fields.map(({ value }) => value));
}
