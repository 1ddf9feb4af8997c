import { bicubic, FilterTaps } from './filterTaps.ts';
import type { Size } from './geometry.ts';
import { greyFromRgb, type RgbImage } from './pixels.ts';

/** 8-bit grey, `height × width`, row by row. */
export interface GreyImage extends Size {
  readonly levels: Uint8Array;
}

/** Whole pixels are averaged first where that many still make one of the result, so that the filter sees fewer of them. */
const PIXELS_LEFT = 2;

/** Numbers on their way. They are kept, as those of each picture anew would have the whole heap collected several times a second. */
const buffers = {
  line: new Int32Array(0),
  averaged: new Float32Array(0),
  columns: new Float32Array(0),
  levels: new Float32Array(0),
};
const taps = new FilterTaps();

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
  const averaged = { width: Math.floor(width / block), height: Math.floor(height / block) };
  buffers.averaged = atLeast(buffers.averaged, averaged.width * averaged.height);
  buffers.columns = atLeast(buffers.columns, size.width * averaged.height);
  blockMeans(picture, block, buffers.averaged);
  // Pixels at the end that fill no block are left out, so that the rest is a little less than the whole.
  const [across, down] = [width / block / size.width, height / block / size.height];
  taps.prepare({ from: averaged.width, ratio: across, length: size.width, filter: bicubic });
  filterLines(buffers.averaged, averaged.height, averaged.width, size.width, buffers.columns);
  taps.prepare({ from: averaged.height, ratio: down, length: size.height, filter: bicubic });
  buffers.levels = atLeast(buffers.levels, size.width * size.height);
  filterLines(buffers.columns, size.width, averaged.height, size.height, buffers.levels);
  // Rounds as well.
  const clamped = new Uint8ClampedArray(buffers.levels.subarray(0, size.width * size.height));
  return { ...size, levels: new Uint8Array(clamped.buffer) };
}

function atLeast(buffer: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  return buffer.length < length ? new Float32Array(length) : buffer;
}

/** Mean luma (ITU-R BT.601) of `block × block` pixels; what is left at the right and below is no block. */
function blockMeans(picture: RgbImage, block: number, means: Float32Array): void {
  if (block === 1) greyPixels(picture, means);
  else if (block === 2) fourPixelMeans(picture, means);
  else largerBlockMeans(picture, block, means);
}

function greyPixels({ width, height, data }: RgbImage, levels: Float32Array): void {
  const scale = 1 / 1000;
  for (let pixel = 0, i = 0; pixel < width * height; pixel++, i += 3) {
    levels[pixel] = (299 * data[i]! + 587 * data[i + 1]! + 114 * data[i + 2]!) * scale;
  }
}

/** As `largerBlockMeans` of two by two pixels, which most proxies come to, in half the time. */
function fourPixelMeans({ width, height, data }: RgbImage, means: Float32Array): void {
  const [columns, rows] = [width >> 1, height >> 1];
  const scale = 1 / 4000;
  for (let row = 0, block = 0; row < rows; row++) {
    const upper = 6 * row * width;
    for (let i = upper, j = upper + 3 * width; i < upper + 6 * columns; i += 6, j += 6, block++) {
      const red = data[i]! + data[i + 3]! + data[j]! + data[j + 3]!;
      const green = data[i + 1]! + data[i + 4]! + data[j + 1]! + data[j + 4]!;
      const blue = data[i + 2]! + data[i + 5]! + data[j + 2]! + data[j + 5]!;
      means[block] = (299 * red + 587 * green + 114 * blue) * scale;
    }
  }
}

function largerBlockMeans({ width, height, data }: RgbImage, block: number, means: Float32Array): void {
  const [columns, rows] = [Math.floor(width / block), Math.floor(height / block)];
  const covered = columns * block;
  if (buffers.line.length < covered) buffers.line = new Int32Array(covered);
  const { line } = buffers;
  const scale = 1 / (1000 * block * block);
  for (let row = 0; row < rows; row++) {
    line.fill(0, 0, covered);
    for (let y = row * block; y < (row + 1) * block; y++) {
      // One run over a whole line is faster than one over each block.
      for (let x = 0, i = 3 * y * width; x < covered; x++, i += 3) {
        line[x]! += 299 * data[i]! + 587 * data[i + 1]! + 114 * data[i + 2]!;
      }
    }
    for (let column = 0, x = 0; column < columns; column++) {
      let sum = 0;
      for (const end = x + block; x < end; x++) sum += line[x]!;
      means[row * columns + column] = sum * scale;
    }
  }
}

/**
 * Filters lines of `from` numbers to `to`, and turns rows into columns.
 *
 * @param source `lines × from`
 * @param target `to × lines`
 */
function filterLines(source: Float32Array, lines: number, from: number, to: number, target: Float32Array): void {
  const { first, count, weights, stride } = taps;
  const together = lines - (lines % 4);
  for (let place = 0; place < to; place++) {
    const [begin, tap] = [first[place]!, place * stride];
    const end = tap + count[place]!;
    let line = 0;
    // Four lines share the reading of a weight.
    for (let at = begin; line < together; line += 4, at += 4 * from) {
      let one = 0;
      let two = 0;
      let three = 0;
      let four = 0;
      for (let k = tap, i = at; k < end; k++, i++) {
        const weight = weights[k]!;
        one += weight * source[i]!;
        two += weight * source[i + from]!;
        three += weight * source[i + 2 * from]!;
        four += weight * source[i + 3 * from]!;
      }
      const out = place * lines + line;
      target[out] = one;
      target[out + 1] = two;
      target[out + 2] = three;
      target[out + 3] = four;
    }
    for (; line < lines; line++) {
      let value = 0;
      for (let k = tap, i = begin + line * from; k < end; k++, i++) value += weights[k]! * source[i]!;
      target[place * lines + line] = value;
    }
  }
}
