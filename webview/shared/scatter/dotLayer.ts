import type { Rgb } from '../../../src/core/drawing/categoryColours.ts';

/** Places of a dot's middle within a pixel, in each direction, that are told apart. */
const STEPS = 4;

/** How much of each pixel around its middle a dot covers, in 256ths, and how far away in the image each pixel is. */
interface Brush {
  /** Four-byte words from the middle's pixel. */
  readonly distances: Int32Array;
  readonly columns: Int8Array;
  readonly lines: Int8Array;
  /** Of the dot with its rim, and of the dot alone. */
  readonly outer: Uint16Array;
  readonly inner: Uint16Array;
}

/** What the next dots look like. Lengths in pixels of the screen. */
export interface DotStyle {
  readonly radius: number;
  /** From 0 to 1. */
  readonly strength: number;
  readonly rim: number;
  readonly rimColour: Rgb;
}

/** Red, green and blue as a word of an image on a machine that counts from the lowest byte. */
export function packed([red, green, blue]: Rgb): number {
  return (red | (green << 8) | (blue << 16) | (255 << 24)) >>> 0;
}

/**
 * Dots on one ground, pixel by pixel: a hundred thousand of them take a hundredth of the time that a canvas takes without
 * a graphics card.
 */
export class DotLayer {
  readonly image: ImageData;
  readonly words: Uint32Array;
  readonly #width: number;
  readonly #height: number;
  #brushes: readonly Brush[] = [];
  /** Columns and lines of a brush on either side of the middle. */
  #reach = 0;
  #rimColour = 0;
  #hasRim = false;

  /** In pixels of the screen. */
  constructor(width: number, height: number) {
    this.image = new ImageData(width, height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.#width = width;
    this.#height = height;
  }

  clear(ground: Rgb): void {
    this.words.fill(packed(ground));
  }

  brush({ radius, strength, rim, rimColour }: DotStyle): void {
    this.#rimColour = packed(rimColour);
    this.#hasRim = rim > 0;
    this.#reach = Math.ceil(radius + rim);
    this.#brushes = Array.from({ length: STEPS * STEPS }, (_, step) => {
      const [right, down] = [(step % STEPS) / STEPS, Math.floor(step / STEPS) / STEPS];
      return brushAt(right + 0.5 / STEPS, down + 0.5 / STEPS, { radius, strength, rim }, this.#width);
    });
  }

  /**
   * @param left of the dot's middle, in pixels; whole numbers lie between two pixels
   * @param colour as `packed` gives it
   */
  dot(left: number, top: number, colour: number): void {
    const [column, line, reach] = [Math.floor(left), Math.floor(top), this.#reach];
    const [width, height] = [this.#width, this.#height];
    // So that a place that is no number counts as outside.
    const isNear = column >= -reach && line >= -reach && column < width + reach && line < height + reach;
    if (!isNear) return;
    const step = Math.floor((top - line) * STEPS) * STEPS + Math.floor((left - column) * STEPS);
    const brush = this.#brushes[step]!;
    const { distances, outer, inner } = brush;
    if (column < reach || line < reach || column >= width - reach || line >= height - reach) {
      this.#dotAtEdge(column, line, brush, colour);
      return;
    }
    const words = this.words;
    const middle = line * width + column;
    if (this.#hasRim) {
      const rim = this.#rimColour;
      for (let i = 0; i < distances.length; i++) {
        const at = middle + distances[i]!;
        words[at] = blended(blended(words[at]!, rim, outer[i]!), colour, inner[i]!);
      }
      return;
    }
    for (let i = 0; i < distances.length; i++) {
      const at = middle + distances[i]!;
      const covered = inner[i]!;
      words[at] = covered === 256 ? colour : blended(words[at]!, colour, covered);
    }
  }

  #dotAtEdge(column: number, line: number, { columns, lines, outer, inner }: Brush, colour: number): void {
    for (let i = 0; i < columns.length; i++) {
      const [x, y] = [column + columns[i]!, line + lines[i]!];
      if (x < 0 || y < 0 || x >= this.#width || y >= this.#height) continue;
      const at = y * this.#width + x;
      const below = this.#hasRim ? blended(this.words[at]!, this.#rimColour, outer[i]!) : this.words[at]!;
      this.words[at] = blended(below, colour, inner[i]!);
    }
  }
}

/** Two colours mixed, so many 256ths of them the second. Two channels at once: each has a byte of room above it. */
export function blended(below: number, above: number, share: number): number {
  const rest = 256 - share;
  const redBlue = (Math.imul(below & 0xff00ff, rest) + Math.imul(above & 0xff00ff, share)) >>> 8;
  const green = (Math.imul((below >>> 8) & 0xff, rest) + Math.imul((above >>> 8) & 0xff, share)) & 0xff00;
  return (redBlue & 0xff00ff) | green | 0xff000000;
}

/** @param right of the dot's middle from the left edge of its pixel */
function brushAt(
  right: number,
  down: number,
  { radius, strength, rim }: Omit<DotStyle, 'rimColour'>,
  width: number,
): Brush {
  const reach = Math.ceil(radius + rim);
  const pixels: { column: number; line: number; outer: number; inner: number }[] = [];
  const coverOf = (distance: number, size: number) =>
    Math.round(256 * strength * Math.max(0, Math.min(1, size + 0.5 - distance)));
  for (let line = -reach; line <= reach; line++) {
    for (let column = -reach; column <= reach; column++) {
      const distance = Math.hypot(column + 0.5 - right, line + 0.5 - down);
      const [outer, inner] = [rim > 0 ? coverOf(distance, radius + rim) : 0, coverOf(distance, radius)];
      if (outer + inner > 0) pixels.push({ column, line, outer, inner });
    }
  }
  return {
    distances: Int32Array.from(pixels, ({ column, line }) => line * width + column),
    columns: Int8Array.from(pixels, ({ column }) => column),
    lines: Int8Array.from(pixels, ({ line }) => line),
    outer: Uint16Array.from(pixels, ({ outer }) => outer),
    inner: Uint16Array.from(pixels, ({ inner }) => inner),
  };
}
