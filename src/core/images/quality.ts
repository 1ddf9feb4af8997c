import type { RgbImage } from './pixels.ts';
import type { GreyImage } from './reducedGrey.ts';

/**
 * Scores of a picture's quality as cleanvision defines them: low is bad, and below the threshold of its kind it is worth a
 * look. Kinds that need no pixels (odd size, odd aspect ratio) are told from width and height.
 */
export interface ImageQuality {
  /** 99th percentile of brightness, 0 to 1. */
  readonly dark: number;
  /** 1 − 5th percentile of brightness. */
  readonly light: number;
  /** Edges and spread of the histogram, 0 to 1. */
  readonly blurry: number;
  /** A tenth of the entropy of the grey picture's histogram in bits, at most 1. */
  readonly lowInformation: number;
  /** Red, green and blue are the same everywhere. */
  readonly grayscale: boolean;
}

/** What a picture's pixels say of it, beside its vector. */
export interface ImageMeasures {
  readonly quality: ImageQuality;
  /** The picture squashed to 32 × 32, grey, row by row: what pictures are compared by. */
  readonly grey: Uint8Array;
}

/** The longest side of the picture that blur is judged on, as in cleanvision. */
export const BLUR_EDGE = 64;

const LEVELS = 256;
/** About so many pixels are looked at: a percentile of theirs is that of all, to a two-hundredth of the pixels. */
const LOOKED_AT = 8_000;
/** Bins that brightness is counted in: sorting pixels would cost more than all the rest. */
const BINS = 2048;
/** Of the two parts of blur: how fast either one makes up for the other. */
const BLUR_RATE = 0.01;
/** What a histogram's spread must exceed to count at all. */
const LEAST_SPREAD = 0.18;

export interface PixelScores {
  /** Those that are told from single pixels. */
  readonly scores: Omit<ImageQuality, 'blurry'>;
  /** Mean brightness, 0 to 1. */
  readonly brightness: number;
}

/**
 * Mean brightness beyond which a picture may be found light, or dark: a light one has 95 % of its pixels at .95 or more, a dark one 99 %
 * at .32 at the most, and reducing a picture changes its percentiles, but hardly its mean.
 */
const MAY_BE_LIGHT = 0.9;
const MAY_BE_DARK = 0.33;

/** Whether a reduced picture is so bright or so dark that its pixels are worth a look before they were averaged. */
export function isExtreme({ brightness }: PixelScores): boolean {
  return brightness >= MAY_BE_LIGHT || brightness <= MAY_BE_DARK;
}

/**
 * Looks at pixels of a picture as they are, every so many: averaging them would take the darkest and the lightest ones away.
 * Brightness is √(.241 R² + .691 G² + .068 B²) / 255, to a 2,000th.
 */
export function pixelScores({ data, width }: RgbImage): PixelScores {
  const pixels = data.length / 3;
  const step = stepOver(pixels, width);
  const count = Math.ceil(pixels / step);
  const levels = new Uint32Array(LEVELS);
  const brightness = new Uint32Array(BINS + 1);
  const scale = (BINS / 255) ** 2;
  let sum = 0;
  let grayscale = true;
  for (let looked = 0, i = 0; looked < count; looked++, i += 3 * step) {
    const red = data[i]!;
    const green = data[i + 1]!;
    const blue = data[i + 2]!;
    if (red !== green || red !== blue) grayscale = false;
    levels[((299 * red + 587 * green + 114 * blue + 500) / 1000) | 0]!++;
    const squared = 0.241 * red * red + 0.691 * green * green + 0.068 * blue * blue;
    const bin = (Math.sqrt(scale * squared) + 0.5) | 0;
    brightness[bin]!++;
    sum += bin;
  }
  const scores = {
    dark: percentile(brightness, count, 0.99),
    light: 1 - percentile(brightness, count, 0.05),
    lowInformation: Math.min(1, 0.1 * entropy(levels, count)),
    grayscale: grayscale && isGrayscale(data),
  };
  return { scores, brightness: sum / count / BINS };
}

/** An odd number of pixels that keeps to none of the columns: one that shares no divisor with the width. */
function stepOver(pixels: number, width: number): number {
  const wanted = 2 * Math.floor(pixels / LOOKED_AT / 2) + 1;
  // Widths that can be divided by three are common: fewer pixels than wanted rather than several times as many.
  for (let away = 0; ; away += 2) {
    if (commonDivisor(wanted + away, width) === 1) return wanted + away;
    if (commonDivisor(wanted - away, width) === 1) return wanted - away;
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Of all pixels, since a single coloured one is enough; asked only where those that were looked at are grey. */
function isGrayscale(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += 3) {
    if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  }
  return true;
}

/** Interpolated as numpy does. */
function percentile(counts: Uint32Array, count: number, share: number): number {
  const position = share * (count - 1);
  const [below, above] = [Math.floor(position), Math.ceil(position)];
  // The bins of the values that stand at these places of all values in order.
  let bin = 0;
  let passed = counts[0]!;
  while (passed <= below) passed += counts[++bin]!;
  const low = bin;
  while (passed <= above) passed += counts[++bin]!;
  return (low + (bin - low) * (position - below)) / BINS;
}

/** Of the histogram, in bits. */
function entropy(counts: Uint32Array, all: number): number {
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / all) * Math.log2(count / all);
  }
  return bits;
}

/**
 * How far a picture is from being blurred, 0 to 1.
 *
 * @param reduced with its longest side at most `BLUR_EDGE`, never enlarged
 */
export function sharpness({ levels, width, height }: GreyImage): number {
  const histogram = new Uint32Array(LEVELS);
  for (let i = 0; i < levels.length; i++) histogram[levels[i]!]!++;
  const edges = 1 - Math.exp(-BLUR_RATE * deviation(findEdges(levels, width, height)));
  const spread = 1 - Math.exp(-BLUR_RATE * deviation(histogram));
  return Math.min(1, edges + (spread <= LEAST_SPREAD ? 0 : spread));
}

/** Eight times each pixel less its eight neighbours, cut to 0 to 255; Pillow's FIND_EDGES, which leaves the border as it is. */
function findEdges(grey: Uint8Array, width: number, height: number): Uint8Array {
  const edges = grey.slice();
  for (let y = 1; y < height - 1; y++) {
    const row = y * width;
    // Sums of three pixels in a column, that of the pixel, of the one before and of the next.
    let before = columnSum(grey, row, width);
    let here = columnSum(grey, row + 1, width);
    for (let at = row + 1; at < row + width - 1; at++) {
      const next = columnSum(grey, at + 1, width);
      const edge = 9 * grey[at]! - before - here - next;
      edges[at] = edge < 0 ? 0 : edge > 255 ? 255 : edge;
      before = here;
      here = next;
    }
  }
  return edges;
}

function columnSum(grey: Uint8Array, at: number, width: number): number {
  return grey[at - width]! + grey[at]! + grey[at + width]!;
}

/** Standard deviation over all values. */
function deviation(values: Uint8Array | Uint32Array): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! * values[i]!;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}
