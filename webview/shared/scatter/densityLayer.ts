import { smoothGrid } from '../../../src/core/drawing/density.ts';
import { blended } from './dotLayer.ts';
import { FADED, HIDDEN, type DensityLook, type PlaneView, type PointScene } from './pointRenderer.ts';

/** Sides of a cell, and how far the counts are smoothed, in CSS pixels. Both renderers have to agree on them. */
export const DENSITY_CELL = 3;
/** Of each of the boxes, in cells; three of them in a row come close to a bell of this spread. */
const BOX = 1;
export const DENSITY_SPREAD = 1.41;
/** What the densest shade covers. */
export const DENSEST = 0.92;

/** Shades crowds: the mean colour of the points around each place, the stronger the more there are. */
export class DensityLayer {
  readonly #width: number;
  readonly #height: number;
  /** In pixels of the screen. */
  readonly #cell: number;
  readonly #columns: number;
  readonly #lines: number;
  /** Red, green, blue and number of points, per cell. */
  readonly #sums: readonly [Float32Array, Float32Array, Float32Array, Float32Array];
  readonly #scratch: Float32Array;
  readonly #shares: Uint16Array;
  readonly #words: Uint32Array;
  readonly #places: LinePlaces;

  /** In pixels of the screen; as many of them as `ratio` make a CSS pixel. */
  constructor(width: number, height: number, ratio: number) {
    this.#width = width;
    this.#height = height;
    this.#cell = DENSITY_CELL * ratio;
    this.#columns = Math.ceil(width / this.#cell);
    this.#lines = Math.ceil(height / this.#cell);
    const cells = this.#columns * this.#lines;
    this.#sums = [new Float32Array(cells), new Float32Array(cells), new Float32Array(cells), new Float32Array(cells)];
    this.#scratch = new Float32Array(cells);
    this.#shares = new Uint16Array(cells);
    this.#words = new Uint32Array(cells);
    this.#places = placesOf(width, this.#columns, this.#cell);
  }

  /** @param palette as words of the image */
  shade(target: Uint32Array, scene: PointScene, palette: Uint32Array, view: PlaneView, look: DensityLook): void {
    this.#count(scene, palette, view);
    for (const sums of this.#sums) smoothGrid(sums, this.#scratch, this.#columns, this.#lines, BOX);
    const [red, green, blue, counts] = this.#sums;
    const reference = look.reference * DENSITY_CELL ** 2;
    for (let cell = 0; cell < counts.length; cell++) {
      const count = counts[cell]!;
      this.#shares[cell] = Math.round(256 * DENSEST * (1 - Math.exp(-count / reference)));
      if (count <= 0) continue;
      const part = (sum: Float32Array) => Math.min(255, Math.round(sum[cell]! / count));
      this.#words[cell] = (part(red) | (part(green) << 8) | (part(blue) << 16) | 0xff000000) >>> 0;
    }
    this.#paint(target);
  }

  #count({ positions, colours, flags }: PointScene, palette: Uint32Array, view: PlaneView): void {
    for (const sums of this.#sums) sums.fill(0);
    const [red, green, blue, counts] = this.#sums;
    const scale = view.scale / DENSITY_CELL;
    const [offsetX, offsetY] = [view.offsetX / DENSITY_CELL, view.offsetY / DENSITY_CELL];
    for (let row = 0; row < flags.length; row++) {
      if ((flags[row]! & (HIDDEN | FADED)) !== 0) continue;
      const column = Math.floor(offsetX + scale * positions[2 * row]!);
      const line = Math.floor(offsetY - scale * positions[2 * row + 1]!);
      if (column < 0 || line < 0 || column >= this.#columns || line >= this.#lines) continue;
      const cell = line * this.#columns + column;
      const word = palette[colours[row]!]!;
      red[cell]! += word & 255;
      green[cell]! += (word >>> 8) & 255;
      blue[cell]! += (word >>> 16) & 255;
      counts[cell]!++;
    }
  }

  /** Between the middles of four cells colours change evenly, so that no cell can be made out. */
  #paint(target: Uint32Array): void {
    const [cell, columns, lines] = [this.#cell, this.#columns, this.#lines];
    const [shares, words, places] = [this.#shares, this.#words, this.#places];
    for (let y = 0; y < this.#height; y++) {
      const down = Math.max(0, (y + 0.5) / cell - 0.5);
      const line = Math.min(lines - 1, Math.floor(down));
      const below = Math.min(lines - 1, line + 1) * columns;
      const above = line * columns;
      const lower = Math.round(256 * (down - line));
      for (let column = 0; column < columns; column++) {
        const next = Math.min(columns - 1, column + 1);
        const [a, b, c, d] = [
          shares[above + column]!,
          shares[above + next]!,
          shares[below + column]!,
          shares[below + next]!,
        ];
        if ((a | b | c | d) === 0) continue;
        // The nearest cell's colour: it changes little from one to the next, its strength does.
        const nearest = lower < 128 ? above : below;
        const [leftWord, rightWord] = [words[nearest + column]!, words[nearest + next]!];
        const end = places.first[column + 1]!;
        for (let x = places.first[column]!; x < end; x++) {
          const further = places.further[x]!;
          const upperShare = a * (256 - further) + b * further;
          const lowerShare = c * (256 - further) + d * further;
          const share = (upperShare * (256 - lower) + lowerShare * lower) >>> 16;
          const at = y * this.#width + x;
          target[at] = blended(target[at]!, further < 128 ? leftWord : rightWord, share);
        }
      }
    }
  }
}

/** Which pixels of a line lie between the middles of which two columns of cells. */
interface LinePlaces {
  /** The first pixel from each column's middle on, and the end. */
  readonly first: Uint32Array;
  /** Of each pixel, how far it is from that middle to the next, in 256ths. */
  readonly further: Uint16Array;
}

function placesOf(width: number, columns: number, cell: number): LinePlaces {
  const first = new Uint32Array(columns + 1).fill(width);
  const further = new Uint16Array(width);
  for (let x = width - 1; x >= 0; x--) {
    const right = Math.max(0, (x + 0.5) / cell - 0.5);
    const column = Math.min(columns - 1, Math.floor(right));
    first[column] = x;
    further[x] = Math.round(256 * (right - column));
  }
  return { first, further };
}
