import { smoothGrid } from '../../../src/core/drawing/density.ts';
import { boundsOf } from '../../../src/core/neighbors/pointGrid.ts';

const SIDE = 160;
/** Share of the points that lie in less dense places. */
const DENSE = 0.8;

/** Points per unit square of the plane where they lie dense: fewer than a fifth lie denser. */
export function crowding(positions: Float32Array): number {
  const { left, bottom, right, top } = boundsOf(positions);
  const cell = Math.max(right - left, top - bottom, 1e-9) / SIDE;
  const grid = new Float32Array(SIDE * SIDE);
  const cellOf = (row: number) => {
    const column = Math.min(SIDE - 1, Math.floor((positions[2 * row]! - left) / cell));
    return Math.min(SIDE - 1, Math.floor((positions[2 * row + 1]! - bottom) / cell)) * SIDE + column;
  };
  const count = positions.length / 2;
  for (let row = 0; row < count; row++) grid[cellOf(row)]!++;
  smoothGrid(grid, new Float32Array(grid.length), SIDE, SIDE, 1);
  const densities = new Float32Array(count);
  for (let row = 0; row < count; row++) densities[row] = grid[cellOf(row)] ?? 0;
  const sorted = densities.sort();
  return (sorted[Math.floor(DENSE * (count - 1))] ?? 1) / cell ** 2;
}
