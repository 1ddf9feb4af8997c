import type { EncoderInput } from '../encoders/card.ts';
import { FilterTaps, scaleFilters } from './filterTaps.ts';
import type { Region, Size } from './geometry.ts';
import { roundedByte, type RgbImage } from './pixels.ts';

/**
 * What a picture is worked on with, kept for the next one: those of each picture anew would have the whole heap collected several
 * times a second.
 */
const columns = new FilterTaps();
const rows = new FilterTaps();
let wide = new Uint8Array(0);
let sums = new Float64Array(0);

/** Which part of a picture is wanted, scaled to which size. */
export interface Scaling {
  /** What the picture is scaled to. */
  readonly target: Size;
  /** What is wanted of that; nothing else is computed. */
  readonly crop: Region;
  readonly interpolation: EncoderInput['interpolation'];
}

/** About so many products of a weight and a channel `scaleRgb` takes. */
export function scalingProducts(from: Size, { target, crop, interpolation }: Scaling): number {
  const support = scaleFilters[interpolation]?.support ?? 0.5;
  const [across, down] = [from.width / target.width, from.height / target.height];
  const taps = (ratio: number) => 2 * support * Math.max(1, ratio);
  return 3 * crop.width * (crop.height * down * taps(across) + crop.height * taps(down));
}

/**
 * Scales a picture as Pillow does, by the filter over the area of each pixel in two passes with bytes in between, and takes a part of
 * the result. libvips agrees where a picture is reduced to more than a quarter, and puts an enlarged one half a pixel beside.
 */
export function scaleRgb(image: RgbImage, { target, crop, interpolation }: Scaling): RgbImage {
  const filter = scaleFilters[interpolation];
  const [across, down] = [image.width / target.width, image.height / target.height];
  columns.prepare({ from: image.width, ratio: across, start: crop.left, length: crop.width, filter });
  rows.prepare({ from: image.height, ratio: down, start: crop.top, length: crop.height, filter });
  // Only the rows that the wanted part is made of.
  const top = rows.first[0]!;
  const bottom = rows.first[crop.height - 1]! + rows.count[crop.height - 1]!;
  const length = crop.width * 3;
  if (wide.length < (bottom - top) * length) wide = new Uint8Array((bottom - top) * length);
  scaleRows(image, top, bottom, crop.width);
  const data = new Uint8Array(crop.height * length);
  if (sums.length < length) sums = new Float64Array(length);
  for (let y = 0; y < crop.height; y++) {
    sumRows(length, (rows.first[y]! - top) * length, y);
    const start = y * length;
    for (let i = 0; i < length; i++) data[start + i] = roundedByte(sums[i]!);
  }
  return { width: crop.width, height: crop.height, data };
}

/** Bytes of the rows from `top` to `bottom`, scaled along the rows to `length` pixels. */
function scaleRows({ data, width }: RgbImage, top: number, bottom: number, length: number): void {
  const { first, count, weights, stride } = columns;
  let target = 0;
  for (let y = top; y < bottom; y++) {
    const row = y * width * 3;
    for (let x = 0; x < length; x++, target += 3) {
      const firstTap = x * stride;
      const lastTap = firstTap + count[x]!;
      // Numbers of their own, as an array of them would cost more than the sums.
      let red = 0.5;
      let green = 0.5;
      let blue = 0.5;
      for (let tap = firstTap, i = row + first[x]! * 3; tap < lastTap; tap++, i += 3) {
        const weight = weights[tap]!;
        red += weight * data[i]!;
        green += weight * data[i + 1]!;
        blue += weight * data[i + 2]!;
      }
      wide[target] = roundedByte(red);
      wide[target + 1] = roundedByte(green);
      wide[target + 2] = roundedByte(blue);
    }
  }
}

/** Weighted sums, with the half that rounds them, of the scaled rows that make row `y`: of several at once, as each pass goes over all sums. */
function sumRows(length: number, firstRow: number, y: number): void {
  const { weights } = rows;
  let tap = y * rows.stride;
  const end = tap + rows.count[y]!;
  let start = firstRow;
  for (sums.fill(0.5, 0, length); tap + 4 <= end; tap += 4, start += 4 * length) {
    const [first, second, third, fourth] = [weights[tap]!, weights[tap + 1]!, weights[tap + 2]!, weights[tap + 3]!];
    for (let i = 0, at = start; i < length; i++, at++) {
      const upper = first * wide[at]! + second * wide[at + length]!;
      sums[i]! += upper + third * wide[at + 2 * length]! + fourth * wide[at + 3 * length]!;
    }
  }
  if (tap + 2 <= end) {
    const [first, second] = [weights[tap]!, weights[tap + 1]!];
    for (let i = 0, at = start; i < length; i++, at++) sums[i]! += first * wide[at]! + second * wide[at + length]!;
    tap += 2;
    start += 2 * length;
  }
  if (tap < end) {
    const weight = weights[tap]!;
    for (let i = 0, at = start; i < length; i++, at++) sums[i]! += weight * wide[at]!;
  }
}
