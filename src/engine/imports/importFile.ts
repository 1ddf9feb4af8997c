import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cancelled } from '../../core/errors.ts';
import type { LikenessError } from '../../core/likenessError.ts';
import {
  builtInName,
  cannotImport,
  columnsReplaced,
  importNamesNothing,
  infinitePassedOver,
  rowsRepeated,
} from '../../core/imports/importErrors.ts';
import { textOfCell, vectorLayout, vectorOf, type ImportRow, type VectorLayout } from '../../core/imports/importRow.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import { ColumnJoin, type JoinedTable, type TableColumn } from '../../core/tables/columnTable.ts';
import type { ImportReport, ImportRequest } from '../../protocol/columns.ts';
import type { Dataset } from '../dataset.ts';
import { BUILT_IN_ENCODER_IDS } from '../encoders/builtIn.ts';
import { pathsFile } from '../export/npyFile.ts';
import { finderOf } from '../labels/sources/rowSources.ts';
import { npyReader } from './npyReader.ts';
import { parquetReader } from './parquetReader.ts';
import type { RowReader } from './rowReader.ts';
import { csvReader, jsonLinesReader } from './textReaders.ts';
import { VectorImport } from './vectorImport.ts';

/**
 * Takes the columns and the vectors of a file into the index, joined with the images by path: columns in place of those of
 * the same names, vectors as an encoder of their own. Where it is stopped or fails, nothing of it is there.
 *
 * Rejects with file-not-found, unreadable-file, `cancelled` or, where the file makes no sense or names no image of the
 * dataset, usage.
 */
export async function importFile(dataset: Dataset, request: ImportRequest, context: JobContext): Promise<ImportReport> {
  const { root, store } = dataset;
  const { file, name = basename(file, extname(file)) } = request;
  if (request.name !== undefined && BUILT_IN_ENCODER_IDS.includes(name)) throw builtInName(name);
  const reader = await readerOf(request);
  const meter = new ProgressMeter(context.report, () => performance.now());
  meter.start('Importing', reader.total);
  const join = new ColumnJoin(finderOf(root, file, store.readImagePaths()));
  let vectors: VectorImport | undefined;
  let layout: VectorLayout | undefined;
  let first: string | undefined;
  let done = 0;
  try {
    for await (const rows of reader.batches) {
      if (context.signal.aborted) throw cancelled();
      layout ??= layoutOf(rows, request);
      if (layout !== undefined && vectors === undefined) {
        if (BUILT_IN_ENCODER_IDS.includes(name)) throw builtInName(name);
        vectors = new VectorImport(dataset, { name, file, identity: await identityOf(request, name) });
      }
      const batch: { path: string; vector: ArrayLike<number> }[] = [];
      for (const row of rows) {
        const named = textOfCell(row[reader.image]);
        first ??= named;
        const path = join.match(named);
        if (path === undefined) continue;
        const vector = layout && vectorOf(row, layout);
        if (vector !== undefined) batch.push({ path, vector });
        putColumns(join, path, row, reader.image, layout);
      }
      vectors?.put(batch);
      meter.update((done += rows.length));
    }
    const joined = join.joined();
    const { columns, matched, unmatched } = joined;
    if (matched === 0) throw importNamesNothing(file, root, first);
    if (context.signal.aborted) throw cancelled();
    const imported = vectors?.finish();
    const notices = [...(imported?.notices ?? []), ...columnNotices(file, joined, store.readColumns())];
    store.transaction(() => {
      for (const column of columns) store.putColumn(column);
    });
    meter.finish();
    return {
      root,
      matched,
      unmatched,
      columns: columns.map((column) => column.name),
      encoder: imported?.encoder,
      notices: notices.map(({ code, message }) => ({ code, message })),
    };
  } catch (error) {
    vectors?.discard();
    throw error;
  }
}

/** What of the rows doesn't count, and which columns of before are gone. */
function columnNotices(
  file: string,
  { columns, repeated, infinite }: JoinedTable,
  before: readonly TableColumn[],
): LikenessError[] {
  const known = new Map(before.map(({ name, values }) => [name, values]));
  const replaced = columns
    .flatMap(({ name, values }) => {
      const old = known.get(name);
      return old === undefined || isDeepStrictEqual(old, values) ? [] : [{ name, before: old.size, now: values.size }];
    })
    .sort((a, b) => b.before - b.now - (a.before - a.now));
  const [most] = replaced;
  // Vectors tell by themselves where several differ.
  const isTold = columns.length > 0 && repeated.first !== undefined;
  return [
    ...(most === undefined ? [] : [columnsReplaced(replaced.length, most.name, most.before, most.now)]),
    ...(isTold ? [rowsRepeated(file, repeated.count, repeated.first)] : []),
    ...(infinite.first === undefined ? [] : [infinitePassedOver(infinite.count, infinite.first)]),
  ];
}

function readerOf({ file, paths }: ImportRequest): Promise<RowReader> {
  const kind = extname(file).toLowerCase();
  if (paths !== undefined && kind !== '.npy') {
    throw cannotImport(file, 'a list of paths (--paths) means something to .npy only; leave it out');
  }
  switch (kind) {
    case '.npy':
      return npyReader(file, paths);
    case '.parquet':
    case '.pq':
      return parquetReader(file);
    case '.jsonl':
    case '.ndjson':
      return jsonLinesReader(file);
    case '.csv':
    case '.tsv':
    case '.txt':
      return csvReader(file);
    default:
      throw cannotImport(file, 'its name must end in .csv, .tsv, .jsonl, .parquet or .npy');
  }
}

/** By the first row that shows it. */
function layoutOf(rows: readonly ImportRow[], { file, vectors }: ImportRequest): VectorLayout | undefined {
  for (const row of rows) {
    const layout = vectorLayout(row, vectors);
    if (layout === undefined) continue;
    if ('fault' in layout) throw cannotImport(file, layout.fault);
    return layout;
  }
  return undefined;
}

function putColumns(
  join: ColumnJoin,
  path: string,
  row: ImportRow,
  image: string,
  layout: VectorLayout | undefined,
): void {
  const isVector = (name: string) =>
    layout !== undefined && ('list' in layout ? layout.list === name : layout.numbers.includes(name));
  for (const [name, cell] of Object.entries(row)) {
    if (name !== image && name !== '' && !isVector(name)) join.put(path, name, textOfCell(cell));
  }
}

/** Of what is imported: the bytes of its files, and how it is called. */
async function identityOf({ file, paths, vectors = '' }: ImportRequest, name: string): Promise<string> {
  const hash = createHash('sha256').update(`imported\n${name}\n${vectors}\n`);
  const list = paths ?? (extname(file).toLowerCase() === '.npy' ? pathsFile(file) : undefined);
  for (const one of [file, list]) {
    if (one === undefined || !existsSync(one)) continue;
    for await (const piece of createReadStream(one)) hash.update(piece as Buffer);
  }
  return hash.digest('hex');
}
