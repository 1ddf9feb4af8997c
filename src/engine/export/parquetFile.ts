import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';
import { VECTOR_COLUMN, type ExportColumn } from '../../core/export/exportColumns.ts';
import type { ExportImage } from '../../core/export/exportImage.ts';
import { version } from '../version.ts';
import type { VectorsByPath } from './imageVectors.ts';
import { runsOf } from './pieces.ts';

/** Rows that are encoded and written together; readers hold as many. */
const ROWS = 10_000;
/** Numbers of vectors that are encoded together. */
const NUMBERS = 1 << 20;

/**
 * An Apache Parquet file with a row per image, a row group at a time. Vectors and tags are lists.
 *
 * @param vectors undefined: without
 * @param between is told how many images are done, and rejects to stop
 */
export async function* parquetPieces(
  images: readonly ExportImage[],
  columns: readonly ExportColumn[],
  vectors: VectorsByPath | undefined,
  between: (done: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const buffer = new ByteWriter();
  const writer = new ParquetWriter({
    writer: buffer,
    schema: schemaOf(columns, vectors !== undefined),
    createdBy: `likeness version ${version}`,
  });
  const rows = vectors === undefined ? ROWS : Math.max(1, Math.min(ROWS, Math.floor(NUMBERS / vectors.dim)));
  for (const [start, end] of runsOf(images.length, rows)) {
    const group = images.slice(start, end);
    const columnData = columns.map((column): ColumnSource => ({ name: column.name, data: valuesOf(column, group) }));
    if (vectors !== undefined) {
      const data = group.map(({ path }) => vectors.of(path) && Array.from(vectors.of(path)!));
      // Numbers that look random: nothing is won by compressing them, or by listing the ones that there are.
      const asTheyAre = { codec: 'UNCOMPRESSED', encoding: 'PLAIN', statistics: false } as const;
      columnData.push({ name: VECTOR_COLUMN, data, ...asTheyAre });
    }
    await writer.write({ columnData, rowGroupSize: end - start });
    yield drained(buffer);
    await between(end);
  }
  await writer.finish();
  yield drained(buffer);
}

/** What was written since the last time. The writer goes on counting in `offset`. */
function drained(buffer: ByteWriter): Uint8Array {
  const bytes = buffer.getBytes().slice();
  buffer.index = 0;
  return bytes;
}

function schemaOf(columns: readonly ExportColumn[], withVectors: boolean): SchemaElement[] {
  const elements = columns.flatMap(elementsOf);
  if (withVectors) elements.push(...listOf(VECTOR_COLUMN, { type: 'FLOAT' }));
  return [{ name: 'root', num_children: columns.length + (withVectors ? 1 : 0) }, ...elements];
}

function elementsOf({ name, kind }: ExportColumn): SchemaElement[] {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  const repetition_type = 'OPTIONAL';
  switch (kind) {
    case 'text':
      return [{ name, repetition_type, ...text }];
    case 'integer':
      return [{ name, repetition_type, type: 'INT64' }];
    case 'number':
      return [{ name, repetition_type, type: 'DOUBLE' }];
    case 'flag':
      return [{ name, repetition_type, type: 'BOOLEAN' }];
    case 'texts':
      return listOf(name, text);
  }
}

/** A list as the format's specification wants it: three levels. */
function listOf(name: string, element: Pick<SchemaElement, 'type' | 'converted_type'>): SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...element },
  ];
}

function valuesOf(column: ExportColumn, images: readonly ExportImage[]): unknown[] {
  if (column.kind !== 'integer') return images.map((image) => column.valueOf(image));
  return images.map((image) => {
    const value = column.valueOf(image);
    return value === undefined ? undefined : BigInt(value);
  });
}
