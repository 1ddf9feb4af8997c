import type { MapColumn } from '../../src/protocol/embeddingMap.ts';
import { outlinesAround, pathAlong } from '../shared/scatter/contours.ts';

/** A named crowd, in the plane's own units. */
export interface ClusterShape {
  readonly code: number;
  readonly name: string;
  readonly size: number;
  readonly x: number;
  readonly y: number;
  /** Undefined until it has been drawn. */
  readonly path: Path2D | undefined;
}

/** Milliseconds of work without a pause, so that the map stays fluent meanwhile. */
const SLICE_MS = 8;

/** Names and outlines of clusters; names are there at once, outlines a little later. */
export class ClusterShapes {
  #shapes: ClusterShape[] = [];
  #job = 0;

  get shapes(): readonly ClusterShape[] {
    return this.#shapes;
  }

  /** @param onOutline is called whenever there are more */
  set(column: MapColumn | undefined, positions: Float32Array, hasOutlines: boolean, onOutline: () => void): void {
    const job = ++this.#job;
    if (column?.kind !== 'category') {
      this.#shapes = [];
      return;
    }
    const rows = column.names.map((): number[] => []);
    column.codes.forEach((code, row) => {
      if (code >= 0 && !Number.isNaN(positions[2 * row]!)) rows[code]?.push(row);
    });
    const middleOf = (own: readonly number[], axis: 0 | 1) => {
      const values = Float32Array.from(own, (row) => positions[2 * row + axis]!).sort();
      return values[values.length >> 1]!;
    };
    this.#shapes = rows.flatMap((own, code) => {
      if (own.length === 0) return [];
      const [x, y] = [middleOf(own, 0), middleOf(own, 1)];
      return [{ code, name: column.names[code]!, size: own.length, x, y, path: undefined }];
    });
    this.#shapes.sort((a, b) => b.size - a.size);
    if (!hasOutlines) return;
    const outline = (next: number) => {
      const start = performance.now();
      let i = next;
      for (; i < this.#shapes.length && performance.now() - start < SLICE_MS; i++) {
        const shape = this.#shapes[i]!;
        this.#shapes[i] = { ...shape, path: pathAlong(outlinesAround(positions, rows[shape.code]!)) };
      }
      onOutline();
      if (i < this.#shapes.length) schedule(i);
    };
    const schedule = (next: number) =>
      setTimeout(() => {
        if (job === this.#job) outline(next);
      }, 0);
    schedule(0);
  }
}
