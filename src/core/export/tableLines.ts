/** Lines of tables as text. */
import { formatRow, listField } from '../tables/delimitedText.ts';
import { VECTOR_COLUMN, type ExportColumn } from './exportColumns.ts';
import type { ExportImage } from './exportImage.ts';

/** The first line of a CSV table, with its line feed. */
export function csvHeader(columns: readonly ExportColumn[]): string {
  return formatRow(columns.map(({ name }) => name));
}

/** The line of an image: RFC 4180, with LF; empty where there is no value, several texts as `listField` has them. */
export function csvLine(image: ExportImage, columns: readonly ExportColumn[]): string {
  return formatRow(
    columns.map((column) =>
      column.kind === 'texts' ? listField(column.valueOf(image)) : String(column.valueOf(image) ?? ''),
    ),
  );
}

/** The line of an image as JSON, with its line feed; null where there is no value. @param vector undefined: no such field; null: it has none */
export function jsonLine(
  image: ExportImage,
  columns: readonly ExportColumn[],
  vector: Float32Array | null | undefined,
): string {
  const record = Object.fromEntries<unknown>(columns.map((column) => [column.name, column.valueOf(image) ?? null]));
  if (vector !== undefined) record[VECTOR_COLUMN] = vector && Array.from(vector, shortest);
  return `${JSON.stringify(record)}\n`;
}

/** The nine digits that tell a float32 from all others. */
function shortest(value: number): number {
  return Number(value.toPrecision(9));
}
