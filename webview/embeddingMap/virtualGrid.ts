/** Cells of a grid of which only some are there: those that can be seen, and some rows around them. */
export interface GridLayout {
  readonly columns: number;
  /** In CSS pixels, gaps included. */
  readonly cell: number;
  readonly line: number;
  /** Of all cells. */
  readonly height: number;
  /** Cells that are to be there. */
  readonly first: number;
  readonly end: number;
}

/** Height of a caption below each picture. */
export const CAPTION = 20;
const GAP = 8;
/** Lines above and below what can be seen. */
const SPARE = 2;

/**
 * @param width of the grid in CSS pixels
 * @param wanted width of a cell, which is stretched until the line is full
 */
export function layOutGrid(count: number, width: number, wanted: number, scrolled: number, height: number): GridLayout {
  const columns = Math.max(1, Math.floor((width + GAP) / (wanted + GAP)));
  const cell = Math.max(1, (width + GAP) / columns);
  const line = cell + CAPTION;
  const lines = Math.ceil(count / columns);
  const top = Math.max(0, Math.floor(scrolled / line) - SPARE);
  const bottom = Math.min(lines, Math.ceil((scrolled + height) / line) + SPARE);
  return {
    columns,
    cell,
    line,
    height: Math.max(0, lines * line - GAP),
    first: Math.min(count, top * columns),
    end: Math.min(count, Math.max(top, bottom) * columns),
  };
}

/** How far a grid has to be scrolled for a cell to be seen whole; as far as it is where it can be. */
export function scrollTo(index: number, { columns, line }: GridLayout, scrolled: number, height: number): number {
  const top = Math.floor(index / columns) * line;
  if (top < scrolled) return top;
  return top + line > scrolled + height ? top + line - height : scrolled;
}
