import type { NeighborGraph } from '../projection/neighborGraph.ts';

/** Points per cell of the grid, so that few cells have to be looked at. */
const PER_CELL = 4;

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

/** Points by the cell of a square grid that they are in. */
class PointGrid {
  readonly #positions: Float32Array;
  readonly #left: number;
  readonly #top: number;
  readonly #cell: number;
  readonly #columns: number;
  readonly #lines: number;
  /** Where the points of each cell begin in `#points`. */
  readonly #offsets: Uint32Array;
  readonly #points: Uint32Array;

  constructor(positions: Float32Array) {
    const rows = positions.length / 2;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < positions.length; i += 2) {
      left = Math.min(left, positions[i]!);
      right = Math.max(right, positions[i]!);
      top = Math.min(top, positions[i + 1]!);
      bottom = Math.max(bottom, positions[i + 1]!);
    }
    const cells = Math.max(1, rows / PER_CELL);
    const [width, height] = [right - left, bottom - top];
    // Square cells; a map that is little more than a line has one row of them.
    const side = Math.max(Math.sqrt((width * height) / cells), Math.max(width, height) / cells);
    this.#positions = positions;
    this.#left = left;
    this.#top = top;
    this.#cell = side > 0 ? side : 1;
    this.#columns = Math.floor(width / this.#cell) + 1;
    this.#lines = Math.floor(height / this.#cell) + 1;
    this.#offsets = new Uint32Array(this.#columns * this.#lines + 1);
    const cellOf = Uint32Array.from(
      { length: rows },
      (_, row) => this.#lineOf(row) * this.#columns + this.#columnOf(row),
    );
    for (const cell of cellOf) this.#offsets[cell + 1]!++;
    for (let cell = 0; cell < this.#offsets.length - 1; cell++) this.#offsets[cell + 1]! += this.#offsets[cell]!;
    const next = this.#offsets.slice();
    this.#points = new Uint32Array(rows);
    cellOf.forEach((cell, row) => (this.#points[next[cell]!++] = row));
  }

  /**
   * @param nearest takes the points, nearest first
   * @param squares takes their squared distances; Infinity before
   */
  nearest(row: number, nearest: Int32Array, squares: Float64Array): void {
    const [column, line] = [this.#columnOf(row), this.#lineOf(row)];
    const rings = Math.max(column, this.#columns - 1 - column, line, this.#lines - 1 - line);
    const last = squares.length - 1;
    for (let ring = 0; ring <= rings; ring++) {
      // All that is nearer than this lies in the rings before.
      const reach = Math.max(0, ring - 1) * this.#cell;
      if (squares[last]! < reach * reach) return;
      for (let y = Math.max(0, line - ring); y <= Math.min(this.#lines - 1, line + ring); y++) {
        const isEdge = Math.abs(y - line) === ring;
        const step = isEdge || ring === 0 ? 1 : 2 * ring;
        for (let x = column - ring; x <= column + ring; x += step) {
          if (x >= 0 && x < this.#columns) this.#lookAt(y * this.#columns + x, row, nearest, squares);
        }
      }
    }
  }

  #lookAt(cell: number, row: number, nearest: Int32Array, squares: Float64Array): void {
    const positions = this.#positions;
    const [x, y] = [positions[2 * row]!, positions[2 * row + 1]!];
    const last = squares.length - 1;
    for (let i = this.#offsets[cell]!; i < this.#offsets[cell + 1]!; i++) {
      const other = this.#points[i]!;
      if (other === row) continue;
      const square = (positions[2 * other]! - x) ** 2 + (positions[2 * other + 1]! - y) ** 2;
      if (square > squares[last]! || (square === squares[last]! && other > nearest[last]!)) continue;
      let place = last;
      for (; place > 0; place--) {
        const before = squares[place - 1]!;
        if (before < square || (before === square && nearest[place - 1]! < other)) break;
        squares[place] = before;
        nearest[place] = nearest[place - 1]!;
      }
      squares[place] = square;
      nearest[place] = other;
    }
  }

  #columnOf(row: number): number {
    return Math.floor((this.#positions[2 * row]! - this.#left) / this.#cell);
  }

  #lineOf(row: number): number {
    return Math.floor((this.#positions[2 * row + 1]! - this.#top) / this.#cell);
  }
}
