import { bilinear, FilterTaps } from '../images/filterTaps.ts';
import type { Region } from '../images/geometry.ts';
import type { RgbImage } from '../images/pixels.ts';

/** Where the pixel in row y and column x of a picture is written: at `start + y · rowStep + x · columnStep`. */
export interface Placement {
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
  /** From one colour plane to the next. */
  readonly planeStep: number;
}

/**
 * Scales parts of pictures with a triangle filter, which covers as many source pixels as fall onto one when it shrinks
 * and is bilinear interpolation when it enlarges. Pixels outside of the part are not looked at. This is `resize` with
 * `antialias=True` of torchvision after a crop. The buffers are kept and grow as needed.
 */
export class Resampler {
  readonly #rows = new FilterTaps();
  readonly #columns = new FilterTaps();
  #scaledRows = new Float32Array(0);

  /**
   * @param part within the picture, at least one pixel
   * @param width of the result, before it is placed
   * @param height likewise
   * @param out takes values from 0 to 1
   */
  resample(
    source: RgbImage,
    part: Region,
    width: number,
    height: number,
    out: Float32Array,
    placement: Placement,
  ): void {
    this.#rows.prepare({ from: part.height, ratio: part.height / height, length: height, filter: bilinear });
    this.#columns.prepare({ from: part.width, ratio: part.width / width, length: width, filter: bilinear });
    const length = height * part.width * 3;
    if (this.#scaledRows.length < length) this.#scaledRows = new Float32Array(length);
    scaleRows(source, part, height, this.#rows, this.#scaledRows);
    scaleColumns(this.#scaledRows, part.width, width, height, this.#columns, out, placement);
  }
}

/** Along the columns first: that reads the source in order, and its three channels share a weight. */
function scaleRows(source: RgbImage, part: Region, height: number, taps: FilterTaps, out: Float32Array): void {
  const { data } = source;
  const { first, count, weights, stride } = taps;
  const sourceRow = source.width * 3;
  const rowLength = part.width * 3;
  let target = 0;
  for (let y = 0; y < height; y++) {
    const firstTap = y * stride;
    const lastTap = firstTap + count[y]!;
    const begin = (part.top + first[y]!) * sourceRow + part.left * 3;
    for (let pixel = begin; pixel < begin + rowLength; pixel += 3, target += 3) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = firstTap, i = pixel; tap < lastTap; tap++, i += sourceRow) {
        const weight = weights[tap]!;
        red += weight * data[i]!;
        green += weight * data[i + 1]!;
        blue += weight * data[i + 2]!;
      }
      out[target] = red;
      out[target + 1] = green;
      out[target + 2] = blue;
    }
  }
}

function scaleColumns(
  rows: Float32Array,
  sourceWidth: number,
  width: number,
  height: number,
  taps: FilterTaps,
  out: Float32Array,
  { start, rowStep, columnStep, planeStep }: Placement,
): void {
  const { first, count, weights, stride } = taps;
  const unit = 1 / 255;
  for (let y = 0; y < height; y++) {
    const row = y * sourceWidth * 3;
    let target = start + y * rowStep;
    for (let x = 0; x < width; x++, target += columnStep) {
      const firstTap = x * stride;
      const lastTap = firstTap + count[x]!;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = firstTap, i = row + first[x]! * 3; tap < lastTap; tap++, i += 3) {
        const weight = weights[tap]!;
        red += weight * rows[i]!;
        green += weight * rows[i + 1]!;
        blue += weight * rows[i + 2]!;
      }
      out[target] = red * unit;
      out[target + planeStep] = green * unit;
      out[target + 2 * planeStep] = blue * unit;
    }
  }
}
