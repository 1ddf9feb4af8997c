/** Times that the counts are smoothed; three boxes come close to a bell. */
const PASSES = 3;

/**
 * How dense points lie, on a grid: counts smoothed by boxes, 1 where it is densest up to the few densest cells.
 *
 * @param cells of the points, as line · columns + column
 * @param radius of the boxes, in cells
 */
export function densityGrid(cells: Uint32Array, columns: number, lines: number, radius: number): Float32Array {
  const grid = new Float32Array(columns * lines);
  for (const cell of cells) grid[cell]!++;
  smoothGrid(grid, new Float32Array(grid.length), columns, lines, radius);
  const sorted = grid.filter((value) => value > 0).sort();
  const dense = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 1;
  return grid.map((value) => Math.min(1, value / dense));
}

/** Smooths a grid in place by boxes, until it comes close to having been smoothed by a bell. @param scratch as large as the grid */
export function smoothGrid(
  grid: Float32Array,
  scratch: Float32Array,
  columns: number,
  lines: number,
  radius: number,
): void {
  for (let pass = 0; pass < PASSES; pass++) {
    for (let line = 0; line < lines; line++) smooth(grid, scratch, line * columns, columns, 1, radius);
    for (let column = 0; column < columns; column++) smooth(scratch, grid, column, lines, columns, radius);
  }
}

/** Means over a moving window of one line or column. */
function smooth(
  from: Float32Array,
  to: Float32Array,
  start: number,
  length: number,
  stride: number,
  radius: number,
): void {
  let sum = 0;
  for (let i = -radius; i < length; i++) {
    const entering = i + radius;
    if (entering < length) sum += from[start + entering * stride]!;
    if (i < 0) continue;
    to[start + i * stride] = sum / (2 * radius + 1);
    const leaving = i - radius;
    if (leaving >= 0) sum -= from[start + leaving * stride]!;
  }
}
