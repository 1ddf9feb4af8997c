import type { EncoderInput } from '../encoders/card.ts';
import { bicubic, bilinear, FilterTaps, lanczos, type ScaleFilter } from './filterTaps.ts';
import type { Region, Size } from './geometry.ts';
import type { RgbImage } from './pixels.ts';

const filters: Readonly<Record<EncoderInput['interpolation'], ScaleFilter | undefined>> = {
  nearest: undefined,
  bilinear,
  bicubic,
  lanczos,
};

/**
 * Scales a picture as Pillow does, in two passes with bytes in between, and takes a part of the result; only that is
 * computed. libvips puts an enlarged picture half a pixel beside where other image processors have it, so this is for
 * what is enlarged along at least one side; where a picture is reduced, libvips agrees and is faster.
 *
 * @param target what it is scaled to
 * @param crop what is wanted of that
 */
export function enlargeRgb(
  image: RgbImage,
  target: Size,
  crop: Region,
  interpolation: EncoderInput['interpolation'],
): RgbImage {
  const filter = filters[interpolation];
  const [across, down] = [image.width / target.width, image.height / target.height];
  const ofRow = { from: image.width, ratio: across, start: crop.left, length: crop.width, filter };
  const columns = new FilterTaps().prepare(ofRow);
  const ofColumn = { from: image.height, ratio: down, start: crop.top, length: crop.height, filter };
  const rows = new FilterTaps().prepare(ofColumn);
  // Only the rows that the wanted part is made of.
  const top = rows.first[0]!;
  const bottom = rows.first.at(-1)! + rows.count.at(-1)!;
  const wide = widened(image, top, bottom, columns);
  return { width: crop.width, height: crop.height, data: heightened(wide, crop.width * 3, top, rows) };
}

/** Bytes of the rows from `top` to `bottom`, scaled. */
function widened(
  { data, width }: RgbImage,
  top: number,
  bottom: number,
  { first, count, weights, stride }: FilterTaps,
): Uint8Array {
  const out = new Uint8Array((bottom - top) * first.length * 3);
  let target = 0;
  for (let y = top; y < bottom; y++) {
    const row = y * width * 3;
    for (let x = 0; x < first.length; x++, target += 3) {
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
      out[target] = byteOf(red);
      out[target + 1] = byteOf(green);
      out[target + 2] = byteOf(blue);
    }
  }
  return out;
}

/** Rows of `length` bytes, of which the first is row `top` of the taps' source, scaled along the columns. */
function heightened(data: Uint8Array, length: number, top: number, taps: FilterTaps): Uint8Array {
  const { first, count, weights, stride } = taps;
  const out = new Uint8Array(first.length * length);
  const sums = new Float64Array(length);
  for (let y = 0, target = 0; y < first.length; y++) {
    const row = (first[y]! - top) * length;
    const tap = y * stride;
    if (count[y] === 2) {
      const [upper, lower] = [weights[tap]!, weights[tap + 1]!];
      for (let i = row; i < row + length; i++, target++) {
        out[target] = byteOf(upper * data[i]! + lower * data[i + length]! + 0.5);
      }
      continue;
    }
    if (count[y] === 4) {
      const [above, upper, lower, below] = [weights[tap]!, weights[tap + 1]!, weights[tap + 2]!, weights[tap + 3]!];
      for (let i = row; i < row + length; i++, target++) {
        const inner = upper * data[i + length]! + lower * data[i + 2 * length]!;
        out[target] = byteOf(above * data[i]! + inner + below * data[i + 3 * length]! + 0.5);
      }
      continue;
    }
    sums.fill(0.5);
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[tap + k]!;
      for (let i = 0; i < length; i++) sums[i]! += weight * data[row + k * length + i]!;
    }
    for (let i = 0; i < length; i++, target++) out[target] = byteOf(sums[i]!);
  }
  return out;
}

/** @param value with the half that rounds it */
function byteOf(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : value | 0;
}
