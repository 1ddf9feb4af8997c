import type { NeighborGraph } from '../projection/neighborGraph.ts';
import { PointGrid } from './pointGrid.ts';

/**
 * The exact nearest other points of all points of a plane by Euclidean distance, from a grid: rings of cells around each
 * point are looked at until no further one can hold a nearer point. Of equally near points the first come first.
 *
 * @param positions `points × 2`, finite
 * @param count at most one fewer than the points
 */
export function planeNeighbors(positions: Float32Array, count: number): NeighborGraph {
  const rows = positions.length / 2;
  const grid = new PointGrid(positions);
  const neighbors = new Int32Array(rows * count).fill(-1);
  const distances = new Float32Array(rows * count).fill(Infinity);
  for (let row = 0; row < rows; row++) {
    const first = row * count;
    const nearest = neighbors.subarray(first, first + count);
    const squares = new Float64Array(count).fill(Infinity);
    grid.nearest(row, nearest, squares);
    for (let rank = 0; rank < count; rank++) distances[first + rank] = Math.sqrt(squares[rank]!);
  }
  return { rows, count, neighbors, distances };
}
