import type { MapColumn } from '../../src/protocol/embeddingMap.ts';

/** Sorted by a column, images without a value last; equal ones stay as they were. */
export function sortRows(rows: Uint32Array, column: MapColumn, descending: boolean): Uint32Array {
  const sign = descending ? -1 : 1;
  const isNumber = column.kind === 'number';
  const values = isNumber ? column.values : column.codes;
  const isMissing = (row: number) => (isNumber ? Number.isNaN(values[row]!) : values[row]! < 0);
  const order = Array.from(rows);
  order.sort((a, b) => {
    const [noA, noB] = [isMissing(a), isMissing(b)];
    if (noA || noB) return Number(noA) - Number(noB);
    return sign * (values[a]! - values[b]!);
  });
  return Uint32Array.from(order);
}
