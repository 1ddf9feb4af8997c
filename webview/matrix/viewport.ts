import type { MatrixViewport } from '../../src/protocol/matrixView.ts';

export const WHOLE: MatrixViewport = { x: 0, y: 0, size: 1 };
/** So many cells at least stay in sight. */
const FEWEST_CELLS = 4;

/** Keeps the part in the matrix, and as large as can be looked at. @param cells along an edge */
export function clamped({ x, y, size }: MatrixViewport, cells: number): MatrixViewport {
  const edge = Math.max(Math.min(1, FEWEST_CELLS / Math.max(1, cells)), Math.min(1, size));
  const within = (start: number): number => Math.max(0, Math.min(1 - edge, start));
  return { x: within(x), y: within(y), size: edge };
}

/** @param factor above 1 comes closer; the point at these shares of the picture stays where it is */
export function zoomed(view: MatrixViewport, factor: number, atX: number, atY: number, cells: number): MatrixViewport {
  const size = clamped({ ...view, size: view.size / factor }, cells).size;
  return clamped({ x: view.x + atX * (view.size - size), y: view.y + atY * (view.size - size), size }, cells);
}

/** Moves by shares of the picture. */
export function panned(view: MatrixViewport, byX: number, byY: number, cells: number): MatrixViewport {
  return clamped({ ...view, x: view.x + byX * view.size, y: view.y + byY * view.size }, cells);
}

/** Cells from a first one to the one after the last. */
export interface CellRange {
  readonly start: number;
  readonly end: number;
}

/** The part that shows a block, in its middle and with a little around it. */
export function showing(rows: CellRange, columns: CellRange, cells: number): MatrixViewport {
  const edge = Math.max(rows.end - rows.start, columns.end - columns.start) * 1.06;
  const { size } = clamped({ ...WHOLE, size: edge / cells }, cells);
  const begin = ({ start, end }: CellRange): number => (start + end) / 2 / cells - size / 2;
  return clamped({ x: begin(columns), y: begin(rows), size }, cells);
}

/** Moves no farther than is needed to see a cell. */
export function revealing(view: MatrixViewport, row: number, column: number, cells: number): MatrixViewport {
  const near = (start: number, cell: number): number =>
    Math.max((cell + 1) / cells - view.size, Math.min(cell / cells, start));
  return clamped({ ...view, x: near(view.x, column), y: near(view.y, row) }, cells);
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The cell at shares of the picture; undefined outside of it. */
export function cellAt(view: MatrixViewport, atX: number, atY: number, cells: number): Cell | undefined {
  if (atX < 0 || atY < 0 || atX >= 1 || atY >= 1 || cells === 0) return undefined;
  const index = (start: number, at: number): number =>
    Math.min(cells - 1, Math.floor((start + at * view.size) * cells));
  return { row: index(view.y, atY), column: index(view.x, atX) };
}

/** The rectangle of two cells, whichever comes first. */
export function rangesOf(one: Cell, other: Cell): { readonly rows: CellRange; readonly columns: CellRange } {
  const range = (a: number, b: number): CellRange => ({ start: Math.min(a, b), end: Math.max(a, b) + 1 });
  return { rows: range(one.row, other.row), columns: range(one.column, other.column) };
}

/** Where an arrow, Home, End, Page Up or Page Down leads; undefined for other keys. @param bands by their first cells */
export function nextCell(
  key: string,
  { row, column }: Cell,
  cells: number,
  bands: readonly CellRange[],
): Cell | undefined {
  const last = cells - 1;
  switch (key) {
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(last, column + 1) };
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(last, row + 1), column };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      return { row, column: last };
    case 'PageDown':
      return { row: bands.find(({ start }) => start > row)?.start ?? last, column };
    case 'PageUp':
      return { row: bands.findLast(({ start }) => start < row)?.start ?? 0, column };
    default:
      return undefined;
  }
}
