import type { ClassFigures } from '../../src/protocol/matrix.ts';

export const columns = ['name', 'images', 'within', 'nearestMean', 'separation'] as const;
export type Column = (typeof columns)[number];

export interface TableOrder {
  readonly column: Column;
  readonly direction: 'ascending' | 'descending';
}

/** What a click on a column's title leads to: the other direction, or that which shows first what is worth a look. */
export function nextOrder(current: TableOrder, column: Column): TableOrder {
  if (current.column === column) {
    return { column, direction: current.direction === 'ascending' ? 'descending' : 'ascending' };
  }
  return { column, direction: column === 'images' || column === 'nearestMean' ? 'descending' : 'ascending' };
}

/** Classes without a figure come last, whatever the direction. */
export function sortedTable(table: readonly ClassFigures[], { column, direction }: TableOrder): ClassFigures[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...table].sort((a, b) => {
    if (column === 'name') return sign * (a.name < b.name ? -1 : 1);
    const [first, second] = [a[column], b[column]];
    if (Number.isNaN(first) || Number.isNaN(second)) return Number(Number.isNaN(first)) - Number(Number.isNaN(second));
    return sign * (first - second) || (a.name < b.name ? -1 : 1);
  });
}
