/** The images that points stand for, by rows. */
export class ImageRows {
  #paths: readonly string[] = [];
  #rowOf: ReadonlyMap<string, number> = new Map();
  #revision = 0;

  /** Relative to the root, in the order of the rows. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Changes when rows stand for other images. */
  get revision(): number {
    return this.#revision;
  }

  /** −1 for none. */
  rowOf(path: string): number {
    return this.#rowOf.get(path) ?? -1;
  }

  isSame(paths: readonly string[]): boolean {
    return paths.length === this.#paths.length && paths.every((path, row) => path === this.#paths[row]);
  }

  /** @returns which row each of the new ones was before, −1 for none; undefined where nothing has changed */
  replace(paths: readonly string[]): Int32Array | undefined {
    if (this.isSame(paths)) return undefined;
    const before = Int32Array.from(paths, (path) => this.rowOf(path));
    this.#paths = paths;
    this.#rowOf = new Map(paths.map((path, row) => [path, row]));
    this.#revision++;
    return before;
  }

  /** Rows of the paths that there are. */
  rowsOf(paths: readonly string[]): Uint32Array {
    return Uint32Array.from(paths.map((path) => this.rowOf(path)).filter((row) => row >= 0));
  }

  /** Paths of the rows that there are. */
  pathsOf(rows: Iterable<number>): string[] {
    return Array.from(rows).flatMap((row) => this.#paths[row] ?? []);
  }
}

/** Positions of other rows in the order of the present ones; NaN for those that had none. */
export function movedRows(positions: Float32Array, before: Int32Array): Float32Array<ArrayBuffer> {
  const moved = new Float32Array(2 * before.length).fill(Number.NaN);
  before.forEach((row, i) => {
    if (row < 0) return;
    moved[2 * i] = positions[2 * row]!;
    moved[2 * i + 1] = positions[2 * row + 1]!;
  });
  return moved;
}

/** Rows that have no position. */
export function rowsWithout(positions: Float32Array): number {
  return positions.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0) / 2;
}
