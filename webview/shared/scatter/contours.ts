import { densityGrid } from '../../../src/core/drawing/density.ts';
import { boundsOf } from '../../../src/core/neighbors/pointGrid.ts';

/** Cells along the longer side of a crowd, and free ones around it. */
const CELLS = 44;
const MARGIN = 6;
/** How far counts are smoothed, in cells, and how dense it is at the outline, against the middle. */
const SMOOTHING = 1;
const LEVEL = 0.08;

/** A closed line around dense places: x and y of its corners by turns. */
export type Outline = Float32Array;

/** Lines around where points lie dense, so that a few strays don't stretch them. @param positions `points × 2` */
export function outlinesAround(positions: Float32Array, rows: Iterable<number>): Outline[] {
  const own = [...rows].filter((row) => !Number.isNaN(positions[2 * row]!));
  if (own.length < 3) return [];
  const { left, bottom, right, top } = boundsOf(
    Float32Array.from({ length: 2 * own.length }, (_, i) => positions[2 * own[i >> 1]! + (i % 2)]!),
  );
  const cell = Math.max(right - left, top - bottom, 1e-6) / CELLS;
  const columns = Math.ceil((right - left) / cell) + 2 * MARGIN + 1;
  const lines = Math.ceil((top - bottom) / cell) + 2 * MARGIN + 1;
  const cellOf = (row: number) => {
    const column = MARGIN + Math.floor((positions[2 * row]! - left) / cell);
    return (MARGIN + Math.floor((positions[2 * row + 1]! - bottom) / cell)) * columns + column;
  };
  // Few points would leave holes between them.
  const smoothing = own.length > 2_000 ? SMOOTHING : own.length > 200 ? SMOOTHING + 1 : SMOOTHING + 2;
  const grid = densityGrid(Uint32Array.from(own, cellOf), columns, lines, smoothing);
  return contours(grid, columns, lines, LEVEL)
    .filter((loop) => loop.length >= 16)
    .map((loop) => loop.map((value, i) => (i % 2 === 0 ? left : bottom) + (value - MARGIN + 0.5) * cell));
}

/** The sides of a square of four grid values that a line crosses, for each pattern of corners above the level. */
const BOTTOM = 0;
const RIGHT = 1;
const TOP = 2;
const LEFT = 3;
/** By the corners above the level (1 left bottom, 2 right bottom, 4 right top, 8 left top): from side to side, those on the left. */
const crossings: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [],
  [[BOTTOM, LEFT]],
  [[RIGHT, BOTTOM]],
  [[RIGHT, LEFT]],
  [[TOP, RIGHT]],
  [
    [BOTTOM, LEFT],
    [TOP, RIGHT],
  ],
  [[TOP, BOTTOM]],
  [[TOP, LEFT]],
  [[LEFT, TOP]],
  [[BOTTOM, TOP]],
  [
    [RIGHT, BOTTOM],
    [LEFT, TOP],
  ],
  [[RIGHT, TOP]],
  [[LEFT, RIGHT]],
  [[BOTTOM, RIGHT]],
  [[LEFT, BOTTOM]],
  [],
];

/** Closed lines along which a grid has a level ("marching squares"), in cells; the grid's edge has to lie below it. */
export function contours(grid: Float32Array, columns: number, lines: number, level: number): Float32Array[] {
  const next = new Map<number, number>();
  const at = (column: number, line: number) => grid[line * columns + column]!;
  // An edge between two neighbours by its lower or left end: even for one to the right, odd for one upwards.
  const edgeOf = (column: number, line: number, side: number) => {
    const [right, up] = [side === RIGHT ? 1 : 0, side === TOP ? 1 : 0];
    return 2 * ((line + up) * columns + column + right) + (side === LEFT || side === RIGHT ? 1 : 0);
  };
  for (let line = 0; line + 1 < lines; line++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [at(column, line), at(column + 1, line), at(column + 1, line + 1), at(column, line + 1)];
      const pattern = corners.reduce((bits, value, i) => bits | (value > level ? 1 << i : 0), 0);
      for (const [from, to] of crossings[pattern]!) next.set(edgeOf(column, line, from), edgeOf(column, line, to));
    }
  }
  const place = (edge: number): readonly [number, number] => {
    const [column, line, isUp] = [(edge >> 1) % columns, Math.floor((edge >> 1) / columns), edge % 2 === 1];
    const [from, to] = [at(column, line), isUp ? at(column, line + 1) : at(column + 1, line)];
    const part = (level - from) / (to - from);
    return isUp ? [column, line + part] : [column + part, line];
  };
  const loops: Float32Array[] = [];
  for (const start of next.keys()) {
    const loop: number[] = [];
    for (let edge = start; next.has(edge);) {
      loop.push(...place(edge));
      const following = next.get(edge)!;
      next.delete(edge);
      edge = following;
    }
    loops.push(Float32Array.from(loop));
  }
  return loops;
}

/** A path along outlines, rounded at their corners, in the plane's own units. */
export function pathAlong(outlines: readonly Outline[]): Path2D {
  const path = new Path2D();
  for (const outline of outlines) {
    const corner = (i: number) => [outline[(2 * i) % outline.length]!, outline[(2 * i + 1) % outline.length]!] as const;
    const middle = (i: number) => {
      const [[fromX, fromY], [toX, toY]] = [corner(i), corner(i + 1)];
      return [(fromX + toX) / 2, (fromY + toY) / 2] as const;
    };
    const count = outline.length / 2;
    path.moveTo(...middle(0));
    for (let i = 1; i <= count; i++) path.quadraticCurveTo(...corner(i), ...middle(i));
    path.closePath();
  }
  return path;
}
