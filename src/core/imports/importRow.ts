/** Rows of tables that are imported, whatever file they come from. */
import { listField } from '../tables/delimitedText.ts';

/** A row: what each column says, as the file's format has it. */
export type ImportRow = Readonly<Record<string, unknown>>;

/** Columns that vectors are usually called by, in this order. */
const vectorColumns = ['vector', 'embedding', 'embeddings', 'features', 'feature', 'vec', 'emb'];
/** Columns that hold a number each of a vector: `e0`, `e1`, … */
const numberedColumn = /^(e|emb|embedding|vec|vector|feature|dim)_?(\d+)$/i;

/** Where the vectors of a table are: in a column of lists, or in a column for each number. */
export type VectorLayout = { readonly list: string } | { readonly numbers: readonly string[] };

/**
 * Finds the vectors of a table; undefined where it has none. Returns what is to be said where that isn't clear.
 *
 * @param row one with a value in each column that has any
 * @param chosen a column of lists that is meant
 */
export function vectorLayout(row: ImportRow, chosen?: string): VectorLayout | { readonly fault: string } | undefined {
  const names = Object.keys(row);
  if (chosen !== undefined) {
    return names.includes(chosen)
      ? { list: chosen }
      : { fault: `it has no column "${chosen}" of vectors (its columns are ${names.join(', ')})` };
  }
  const lists = names.filter((name) => (numbersOfCell(row[name])?.length ?? 0) > 1);
  const usual = vectorColumns.find((name) => lists.some((list) => list.toLowerCase() === name));
  const list = lists.length === 1 ? lists[0] : lists.find((name) => name.toLowerCase() === usual);
  if (list !== undefined) return { list };
  if (lists.length > 1) {
    return {
      fault: `it has several columns of numbers (${lists.join(', ')}); say which one holds the vectors (--vectors)`,
    };
  }
  const byPrefix = new Map<string, string[]>();
  for (const name of names) {
    const [, prefix, number] = numberedColumn.exec(name) ?? [];
    if (prefix === undefined) continue;
    const own = byPrefix.get(prefix) ?? [];
    own[Number(number)] = name;
    byPrefix.set(prefix, own);
  }
  const numbers = [...byPrefix.values()].find(
    (own) => own.length > 1 && !own.includes(undefined as never) && Object.keys(own).length === own.length,
  );
  return numbers && { numbers };
}

/** The vector of a row; undefined where it has none. */
export function vectorOf(row: ImportRow, layout: VectorLayout): ArrayLike<number> | undefined {
  if ('list' in layout) return numbersOfCell(row[layout.list]);
  const cells = layout.numbers.map((name) => row[name]);
  if (cells.every((cell) => cell === undefined || cell === null || cell === '')) return undefined;
  return cells.map((cell) => (cell === undefined || cell === null || cell === '' ? Number.NaN : Number(cell)));
}

/** A list of numbers, also one that a table has as text: `[0.1, 0.2]`, or as NumPy prints it. */
function numbersOfCell(cell: unknown): ArrayLike<number> | undefined {
  if (cell instanceof Float32Array || cell instanceof Float64Array) return cell;
  if (Array.isArray(cell)) {
    const isNumbers = cell.length > 0 && cell.every((one) => typeof one === 'number' || one === null);
    return isNumbers ? (cell as (number | null)[]).map((one) => one ?? Number.NaN) : undefined;
  }
  if (typeof cell !== 'string' || !/^\s*\[[-+\d\s.,eEnaif]*\]\s*$/.test(cell)) return undefined;
  const parts = cell
    .trim()
    .slice(1, -1)
    .split(/[\s,]+/)
    .filter((part) => part !== '');
  const numbers = parts.map((part) => (/^[-+]?(nan|inf)/i.test(part) ? Number.NaN : Number(part)));
  return numbers.length > 0 ? numbers : undefined;
}

/** What a column says of an image, as it is kept; empty where it says nothing. */
export function textOfCell(cell: unknown): string {
  if (cell === undefined || cell === null || Number.isNaN(cell)) return '';
  if (typeof cell === 'string') return cell.trim();
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  if (Array.isArray(cell)) return listField(cell.map(textOfCell));
  return JSON.stringify(cell, (_, value: unknown) => (typeof value === 'bigint' ? exactNumber(value) : value));
}

/** A text where a number would be another one. */
function exactNumber(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** How far a length may be from one: that of a vector which was normalised, and then written with a few digits. */
const LENGTH_TOLERANCE = 1e-5;

/** A vector of length one, the same where it has that already; undefined where it isn't finite, or has no length. */
export function unitVector(values: ArrayLike<number>): Float32Array | undefined {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  const length = Math.sqrt(sum);
  if (!Number.isFinite(length) || length === 0) return undefined;
  const scale = Math.abs(length - 1) < LENGTH_TOLERANCE ? 1 : 1 / length;
  return Float32Array.from({ length: values.length }, (_, i) => values[i]! * scale);
}
