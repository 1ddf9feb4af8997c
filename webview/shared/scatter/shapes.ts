import type { PlaneBounds, PointGrid } from '../../../src/core/neighbors/pointGrid.ts';

/** Corners of a polygon in the plane, x and y by turns; it closes by itself. */
export type Polygon = Float64Array;

/** Whether a place is inside: a ray from it crosses the outline an odd number of times. */
export function isInside(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, before = polygon.length - 2; i < polygon.length; before = i, i += 2) {
    const [toY, fromY] = [polygon[i + 1]!, polygon[before + 1]!];
    if (toY > y === fromY > y) continue;
    const crossing = polygon[before]! + ((y - fromY) / (toY - fromY)) * (polygon[i]! - polygon[before]!);
    if (x < crossing) inside = !inside;
  }
  return inside;
}

export function rowsInBox(grid: PointGrid, box: PlaneBounds, accepts: (row: number) => boolean): Uint32Array {
  const rows: number[] = [];
  grid.inRectangle(box, (row) => {
    if (accepts(row)) rows.push(row);
  });
  return Uint32Array.from(rows);
}

/**
 * The points inside a polygon. Cells that its outline doesn't touch are inside or outside as a whole, and only the points
 * of the others are looked at one by one.
 */
export function rowsInPolygon(
  grid: PointGrid,
  positions: Float32Array,
  polygon: Polygon,
  accepts: (row: number) => boolean,
): Uint32Array {
  const rows: number[] = [];
  const touched = touchedCells(grid, polygon);
  const { first, last, lowest, highest } = cellsAround(grid, polygon);
  const { cell, bounds } = grid;
  for (let line = lowest; line <= highest; line++) {
    for (let column = first; column <= last; column++) {
      const isTouched = touched.has(line * grid.columns + column);
      const [x, y] = [bounds.left + (column + 0.5) * cell, bounds.bottom + (line + 0.5) * cell];
      if (!isTouched && !isInside(polygon, x, y)) continue;
      for (const row of grid.pointsIn(column, line)) {
        if (isTouched && !isInside(polygon, positions[2 * row]!, positions[2 * row + 1]!)) continue;
        if (accepts(row)) rows.push(row);
      }
    }
  }
  return Uint32Array.from(rows);
}

function cellsAround(grid: PointGrid, polygon: Polygon) {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i += 2) {
    left = Math.min(left, polygon[i]!);
    right = Math.max(right, polygon[i]!);
    bottom = Math.min(bottom, polygon[i + 1]!);
    top = Math.max(top, polygon[i + 1]!);
  }
  return {
    first: Math.max(0, grid.columnOf(left)),
    last: Math.min(grid.columns - 1, grid.columnOf(right)),
    lowest: Math.max(0, grid.lineOf(bottom)),
    highest: Math.min(grid.lines - 1, grid.lineOf(top)),
  };
}

/** Cells that the outline runs through, and some beside it. */
function touchedCells(grid: PointGrid, polygon: Polygon): Set<number> {
  const touched = new Set<number>();
  const mark = (column: number, line: number) => {
    if (column >= 0 && column < grid.columns && line >= 0 && line < grid.lines)
      touched.add(line * grid.columns + column);
  };
  for (let i = 0, before = polygon.length - 2; i < polygon.length; before = i, i += 2) {
    const [fromX, fromY, toX, toY] = [polygon[before]!, polygon[before + 1]!, polygon[i]!, polygon[i + 1]!];
    // At least four steps per cell along the edge; whatever it grazes between two of them is a neighbour of one.
    const steps = Math.max(1, Math.ceil((4 * Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY))) / grid.cell));
    for (let step = 0; step <= steps; step++) {
      const part = step / steps;
      const column = grid.columnOf(fromX + part * (toX - fromX));
      const line = grid.lineOf(fromY + part * (toY - fromY));
      for (const right of [-1, 0, 1]) for (const up of [-1, 0, 1]) mark(column + right, line + up);
    }
  }
  return touched;
}
