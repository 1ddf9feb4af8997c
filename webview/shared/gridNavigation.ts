/** Where an arrow key leads from one cell of a grid that is filled row by row; undefined for other keys. */
export function nextCell(key: string, current: number, count: number, columns: number): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'ArrowRight':
      return Math.min(current + 1, last);
    case 'ArrowLeft':
      return Math.max(current - 1, 0);
    case 'ArrowDown':
      return current + columns <= last ? current + columns : lastRowCell(current, count, columns);
    case 'ArrowUp':
      return current >= columns ? current - columns : current;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** Down from above a shorter last row leads to its end; within the last row it leads nowhere. */
function lastRowCell(current: number, count: number, columns: number): number {
  const rowOf = (cell: number): number => Math.floor(cell / columns);
  return rowOf(current) < rowOf(count - 1) ? count - 1 : current;
}
