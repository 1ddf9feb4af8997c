/** Points per cell of the grid, so that few cells have to be looked at. */
const PER_CELL = 4;

/** A rectangle of the plane, y upwards. */
export interface PlaneBounds {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

/** The smallest rectangle that holds all points; of none, one around the origin. @param positions `points × 2`; NaN for a point without one */
export function boundsOf(positions: Float32Array): PlaneBounds {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    const [x, y] = [positions[i]!, positions[i + 1]!];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  if (left > right) return { left: -1, bottom: -1, right: 1, top: 1 };
  return { left, bottom, right, top };
}

/** Points of a plane by the cell of a square grid that they are in; points without a position are in none. */
export class PointGrid {
  readonly #positions: Float32Array;
  readonly bounds: PlaneBounds;
  /** The side of a cell. */
  readonly cell: number;
  readonly columns: number;
  readonly lines: number;
  /** Where the points of each cell begin in `#points`. */
  readonly #offsets: Uint32Array;
  readonly #points: Uint32Array;

  /** @param positions `points × 2`; NaN for a point without one */
  constructor(positions: Float32Array) {
    const rows = positions.length / 2;
    const { left, bottom, right, top } = boundsOf(positions);
    const cells = Math.max(1, rows / PER_CELL);
    const [width, height] = [right - left, top - bottom];
    // Square cells; a map that is little more than a line has one row of them.
    const side = Math.max(Math.sqrt((width * height) / cells), Math.max(width, height) / cells);
    this.#positions = positions;
    this.bounds = { left, bottom, right, top };
    this.cell = side > 0 ? side : 1;
    this.columns = Math.floor(width / this.cell) + 1;
    this.lines = Math.floor(height / this.cell) + 1;
    this.#offsets = new Uint32Array(this.columns * this.lines + 1);
    const cellOf = new Int32Array(rows).fill(-1);
    let placed = 0;
    for (let row = 0; row < rows; row++) {
      const cell = this.lineOf(positions[2 * row + 1]!) * this.columns + this.columnOf(positions[2 * row]!);
      if (Number.isNaN(cell)) continue;
      cellOf[row] = cell;
      this.#offsets[cell + 1]!++;
      placed++;
    }
    for (let cell = 0; cell < this.#offsets.length - 1; cell++) this.#offsets[cell + 1]! += this.#offsets[cell]!;
    const next = this.#offsets.slice();
    this.#points = new Uint32Array(placed);
    for (let row = 0; row < rows; row++) if (cellOf[row]! >= 0) this.#points[next[cellOf[row]!]!++] = row;
  }

  /** The column of cells that holds x; beyond the points it lies outside of the grid. */
  columnOf(x: number): number {
    return Math.floor((x - this.bounds.left) / this.cell);
  }

  /** The line of cells that holds y, from the bottom; beyond the points it lies outside of the grid. */
  lineOf(y: number): number {
    return Math.floor((y - this.bounds.bottom) / this.cell);
  }

  /** The points of a cell, a view into the grid, the first first. */
  pointsIn(column: number, line: number): Uint32Array {
    const cell = line * this.columns + column;
    return this.#points.subarray(this.#offsets[cell], this.#offsets[cell + 1]);
  }

  /** Calls `visit` with each point inside a rectangle, its edges included. */
  inRectangle({ left, bottom, right, top }: PlaneBounds, visit: (row: number) => void): void {
    const [firstLine, lastLine] = [Math.max(0, this.lineOf(bottom)), Math.min(this.lines - 1, this.lineOf(top))];
    const [first, last] = [Math.max(0, this.columnOf(left)), Math.min(this.columns - 1, this.columnOf(right))];
    if (first > last) return;
    const positions = this.#positions;
    for (let line = firstLine; line <= lastLine; line++) {
      // The cells of a line lie one after the other.
      const end = this.#offsets[line * this.columns + last + 1]!;
      for (let i = this.#offsets[line * this.columns + first]!; i < end; i++) {
        const row = this.#points[i]!;
        const [x, y] = [positions[2 * row]!, positions[2 * row + 1]!];
        if (x >= left && x <= right && y >= bottom && y <= top) visit(row);
      }
    }
  }

  /** The nearest point to a place that is no further than `reach` and accepted; −1 for none. Of equally near ones the first. */
  nearestTo(x: number, y: number, reach: number, accepts: (row: number) => boolean = () => true): number {
    const positions = this.#positions;
    let [best, least] = [-1, reach * reach];
    this.#rings(this.columnOf(x), this.lineOf(y), (ring, column, line) => {
      if (line < 0) return (ring - 1) * this.cell <= Math.sqrt(least);
      for (const row of this.pointsIn(column, line)) {
        const square = (positions[2 * row]! - x) ** 2 + (positions[2 * row + 1]! - y) ** 2;
        if (square > least || (square === least && best >= 0 && row > best) || !accepts(row)) continue;
        [best, least] = [row, square];
      }
      return true;
    });
    return best;
  }

  /**
   * The nearest other points of one point.
   *
   * @param nearest takes the points, nearest first
   * @param squares takes their squared distances; Infinity before
   */
  nearest(row: number, nearest: Int32Array, squares: Float64Array): void {
    const [x, y] = [this.#positions[2 * row]!, this.#positions[2 * row + 1]!];
    const last = squares.length - 1;
    this.#rings(this.columnOf(x), this.lineOf(y), (ring, column, line) => {
      if (line >= 0) this.#lookAt(line * this.columns + column, row, nearest, squares);
      // All that is nearer than this lies in the rings before.
      else return squares[last]! >= (Math.max(0, ring - 1) * this.cell) ** 2;
      return true;
    });
  }

  /**
   * Calls `visit` with the cells around one, ring by ring; before each ring once with column and line −1, and goes on as
   * long as that gives true.
   */
  #rings(column: number, line: number, visit: (ring: number, column: number, line: number) => boolean): void {
    const outside = Math.max(0, -column, column - this.columns + 1, -line, line - this.lines + 1);
    const rings = Math.max(column, this.columns - 1 - column, line, this.lines - 1 - line);
    for (let ring = outside; ring <= rings; ring++) {
      if (!visit(ring, -1, -1)) return;
      for (let y = Math.max(0, line - ring); y <= Math.min(this.lines - 1, line + ring); y++) {
        const isEdge = Math.abs(y - line) === ring;
        const step = isEdge || ring === 0 ? 1 : 2 * ring;
        for (let x = column - ring; x <= column + ring; x += step) {
          if (x >= 0 && x < this.columns) visit(ring, x, y);
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
}
