import type { Size } from './geometry.ts';
import { greyFromRgb, type RgbImage } from './pixels.ts';

/** 8-bit grey, `height × width`, row by row. */
export interface GreyImage extends Size {
  readonly levels: Uint8Array;
}

/** Whole pixels are averaged first where that many still make one of the result, so that the filter sees fewer of them. */
const PIXELS_LEFT = 2;
/** Of the cubic filter (Keys 1981), as in Pillow. */
const SHARPNESS = -0.5;
const REACH = 2;

/**
 * The picture in grey with its longest side at most `longest`, never enlarged: by the means of squares of pixels as far as that
 * goes, then by the cubic filter over the area of each pixel, as Pillow and libvips do it.
 */
export function reducedGrey(picture: RgbImage, longest: number): GreyImage {
  const { width, height, data } = picture;
  const ratio = Math.max(width, height) / longest;
  if (ratio <= 1) return { width, height, levels: greyFromRgb(data) };
  const size = { width: Math.max(1, Math.floor(width / ratio)), height: Math.max(1, Math.floor(height / ratio)) };
  const block = Math.min(Math.max(1, Math.floor(ratio / PIXELS_LEFT)), width, height);
  const averaged = blockMeans(picture, block);
  // Pixels at the end that fill no block are left out, so that the rest is a little less than the whole.
  const [across, down] = [width / block, height / block].map((pixels, i) => pixels / [size.width, size.height][i]!);
  const columns = filtered(averaged.levels, averaged.height, averaged.width, size.width, across!);
  const levels = filtered(columns, size.width, averaged.height, size.height, down!);
  // Rounds as well.
  const clamped = new Uint8ClampedArray(levels);
  return { ...size, levels: new Uint8Array(clamped.buffer) };
}

/** Mean luma (ITU-R BT.601) of `block × block` pixels; what is left at the right and below is no block. */
function blockMeans({ width, height, data }: RgbImage, block: number) {
  const [columns, rows] = [Math.floor(width / block), Math.floor(height / block)];
  const levels = new Float32Array(columns * rows);
  const line = new Int32Array(columns * block);
  const scale = 1 / (1000 * block * block);
  for (let row = 0; row < rows; row++) {
    line.fill(0);
    for (let y = row * block; y < (row + 1) * block; y++) {
      // One run over a whole line is faster than one over each block.
      for (let x = 0, i = 3 * y * width; x < line.length; x++, i += 3) {
        line[x]! += 299 * data[i]! + 587 * data[i + 1]! + 114 * data[i + 2]!;
      }
    }
    for (let column = 0, x = 0; column < columns; column++) {
      let sum = 0;
      for (const end = x + block; x < end; x++) sum += line[x]!;
      levels[row * columns + column] = sum * scale;
    }
  }
  return { width: columns, height: rows, levels };
}

/**
 * Filters lines of `from` numbers to `to`, and turns rows into columns.
 *
 * @param source `lines × from`
 * @param ratio numbers that make one
 * @returns `to × lines`
 */
function filtered(source: Float32Array, lines: number, from: number, to: number, ratio: number): Float32Array {
  const target = new Float32Array(to * lines);
  const reach = REACH * ratio;
  const weights = new Float64Array(Math.ceil(2 * reach) + 2);
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * ratio;
    const first = Math.min(from - 1, Math.max(0, Math.floor(centre - reach + 0.5)));
    const last = Math.max(first + 1, Math.min(from, Math.floor(centre + reach + 0.5)));
    let sum = 0;
    for (let i = first; i < last; i++) sum += weights[i - first] = cubic((i + 0.5 - centre) / ratio);
    for (let i = 0; i < last - first; i++) weights[i]! /= sum;
    const taps = last - first;
    for (let line = 0, start = first; line < lines; line++, start += from) {
      let value = 0;
      for (let i = 0; i < taps; i++) value += weights[i]! * source[start + i]!;
      target[place * lines + line] = value;
    }
  }
  return target;
}

function cubic(at: number): number {
  const x = Math.abs(at);
  if (x < 1) return (SHARPNESS + 2) * x ** 3 - (SHARPNESS + 3) * x ** 2 + 1;
  return x < REACH ? SHARPNESS * (x ** 3 - 5 * x ** 2 + 8 * x - 4) : 0;
}
