import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { cannotImport } from '../../core/imports/importErrors.ts';
import type { ImportRow } from '../../core/imports/importRow.ts';
import type { LikenessError } from '../../core/likenessError.ts';
import { tableHeader, tableRows } from '../../core/tables/columnTable.ts';
import { readingFailure } from '../labels/sources/labelFiles.ts';
import { decodedText } from './decodedText.ts';
import { BATCH_ROWS, type RowReader } from './rowReader.ts';

/** A table is held as one text, and engines have no longer ones. */
const LARGEST_TABLE = 400 << 20;
/** Characters of a line of JSON. */
const LONGEST_LINE = 64 << 20;

/** What is thrown of a file that makes no sense. @param fault the end of a sentence about it */
export type TableFailure = (file: string, fault: string) => LikenessError;

/** A table with commas, semicolons or tabs. Rejects with file-not-found, unreadable-file or what `failure` gives, else usage. */
export async function csvReader(file: string, failure: TableFailure = cannotImport): Promise<RowReader> {
  const text = await readText(file, failure);
  const table = tableRows(text, (fault) => failure(file, fault));
  if ('fault' in table) throw failure(file, table.fault);
  return { total: undefined, image: table.header.image, batches: inBatches(table.rows) };
}

async function readText(file: string, failure: TableFailure): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_TABLE) throw failure(file, 'a table of more than 400 MiB has to be JSON Lines or Parquet');
    const text = decodedText(await readFile(file));
    if (text === undefined) throw failure(file, 'it is written in neither UTF-8 nor UTF-16');
    return text;
  } catch (error) {
    throw readingFailure(file, error);
  }
}

/**
 * An object a line. Its columns are those that the first batch has among them, as objects may leave out what they don't tell. Rejects
 * as `csvReader` does.
 */
export async function jsonLinesReader(file: string, failure: TableFailure = cannotImport): Promise<RowReader> {
  const found = batchesOf(objectsOf(file, failure));
  const first = await found.next();
  if (first.done === true) throw failure(file, 'it is empty');
  const header = tableHeader(namesIn(first.value));
  if ('fault' in header) {
    // Else the file would stay open.
    await found.return(undefined);
    throw failure(file, header.fault);
  }
  async function* batches(): AsyncGenerator<readonly ImportRow[]> {
    yield first.value as readonly ImportRow[];
    yield* found;
  }
  return { total: undefined, image: header.image, batches: batches() };
}

/** The columns that some rows have among them, in the order in which they come. */
export function namesIn(rows: readonly ImportRow[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

async function* objectsOf(file: string, failure: TableFailure): AsyncGenerator<ImportRow> {
  let number = 0;
  for await (const line of linesOf(file, failure)) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      // NumPy and pandas write numbers that JSON doesn't have.
      value = parsedLine(text.replaceAll(/(?<=[[,:]\s*)-?(?:NaN|Infinity)(?=\s*[\],}])/g, 'null'));
    } catch {
      throw failure(file, `line ${number} is not JSON`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw failure(file, `line ${number} holds no object`);
    }
    yield value as ImportRow;
  }
}

/** What the engine tells of a value besides, which the types of the language don't have yet. */
type ParseJson = (
  text: string,
  revive?: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown;

/** JSON with all digits of whole numbers, of which a number holds fewer. */
function parsedLine(text: string): unknown {
  const parse: ParseJson = JSON.parse;
  if (!/[[,:]\s*-?\d{16,}\s*[\],}]/.test(text)) return parse(text);
  return parse(text, (_, value, context) => {
    const source = context?.source ?? '';
    return typeof value === 'number' && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? BigInt(source) : value;
  });
}

/** The lines of a text in UTF-8, one after another. Rejects with what `failure` gives for one that is too long to hold. */
export async function* linesOf(file: string, failure: TableFailure = cannotImport): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw readingFailure(file, error);
  });
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const piece of createReadStream('', { fd: handle, highWaterMark: 1 << 20 })) {
    const bytes = piece as Buffer;
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield Buffer.concat([...rest, bytes.subarray(start, end)]).toString('utf8');
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < bytes.length) {
      rest.push(bytes.subarray(start));
      restBytes += bytes.length - start;
    }
    if (restBytes > LONGEST_LINE) throw failure(file, 'it has a line of more than 64 MiB');
  }
  if (restBytes > 0) yield Buffer.concat(rest).toString('utf8');
}

function* inBatches(rows: Iterable<ImportRow>): Generator<readonly ImportRow[]> {
  let batch: ImportRow[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** None of no rows. */
async function* batchesOf(rows: AsyncIterable<ImportRow>): AsyncGenerator<readonly ImportRow[], undefined> {
  let batch: ImportRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
