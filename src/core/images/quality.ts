import { greyFromRgb, type RgbImage } from './pixels.ts';

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
/** About so many pixels are looked at. */
const MOST_PIXELS = 20_000;
/** Of the two parts of blur: how fast either one makes up for the other. */
const BLUR_RATE = 0.01;
/** What a histogram's spread must exceed to count at all. */
const LEAST_SPREAD = 0.18;

/**
 * @param picture the whole picture, which may be reduced; of a large one every so many pixels are looked at
 * @param reduced the same picture with its longest side at most `BLUR_EDGE`, never enlarged
 */
export function imageQuality(picture: RgbImage, reduced: RgbImage): ImageQuality {
  const pixels = sampled(picture);
  const brightness = brightnessPercentiles(pixels, [0.05, 0.99]);
  return {
    dark: brightness[1]!,
    light: 1 - brightness[0]!,
    blurry: sharpness(greyFromRgb(reduced.data), reduced.width, reduced.height),
    lowInformation: Math.min(1, 0.1 * entropy(greyFromRgb(pixels))),
    grayscale: isGrayscale(pixels),
  };
}

/** Pixels of a picture as they are: averaging them would take the darkest and the lightest ones away. */
function sampled({ data }: RgbImage): Uint8Array {
  const count = data.length / 3;
  // An odd step, so that it doesn't keep to some of the columns.
  const step = 2 * Math.floor(count / MOST_PIXELS / 2) + 1;
  if (step === 1) return data;
  const pixels = new Uint8Array(3 * Math.ceil(count / step));
  for (let i = 0, j = 0; i < 3 * count; i += 3 * step, j += 3) {
    pixels[j] = data[i]!;
    pixels[j + 1] = data[i + 1]!;
    pixels[j + 2] = data[i + 2]!;
  }
  return pixels;
}

function isGrayscale(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += 3) {
    if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  }
  return true;
}

/**
 * Percentiles of √(.241 R² + .691 G² + .068 B²) / 255, interpolated as numpy does, to a 2,000th: brightness is counted
 * in bins, since sorting the pixels of every picture would cost more than all the rest.
 *
 * @param shares in ascending order
 */
function brightnessPercentiles(rgb: Uint8Array, shares: readonly number[]): number[] {
  const bins = 2048;
  const counts = new Uint32Array(bins + 1);
  for (let i = 0; i < rgb.length; i += 3) {
    const red = rgb[i]!;
    const green = rgb[i + 1]!;
    const blue = rgb[i + 2]!;
    const brightness = Math.sqrt(0.241 * red * red + 0.691 * green * green + 0.068 * blue * blue) / 255;
    counts[Math.round(brightness * bins)]!++;
  }
  const last = rgb.length / 3 - 1;
  return shares.map((share) => {
    const position = share * last;
    const low = valueAt(counts, Math.floor(position));
    const high = valueAt(counts, Math.ceil(position));
    return (low + (high - low) * (position - Math.floor(position))) / bins;
  });
}

/** The bin of the value that stands at a place of all values in order. */
function valueAt(counts: Uint32Array, place: number): number {
  let passed = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    passed += counts[bin]!;
    if (passed > place) return bin;
  }
  return counts.length - 1;
}

/** Of the histogram, in bits. */
function entropy(grey: Uint8Array): number {
  const counts = new Uint32Array(LEVELS);
  for (const level of grey) counts[level]!++;
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / grey.length) * Math.log2(count / grey.length);
  }
  return bits;
}

/** How far a grey picture is from being blurred, 0 to 1. */
function sharpness(grey: Uint8Array, width: number, height: number): number {
  const histogram = new Uint32Array(LEVELS);
  for (const level of grey) histogram[level]!++;
  const edges = 1 - Math.exp(-BLUR_RATE * deviation(findEdges(grey, width, height)));
  const spread = 1 - Math.exp(-BLUR_RATE * deviation(histogram));
  return Math.min(1, edges + (spread <= LEAST_SPREAD ? 0 : spread));
}

/** Eight times each pixel less its eight neighbours, cut to 0 to 255; Pillow's FIND_EDGES, which leaves the border as it is. */
function findEdges(grey: Uint8Array, width: number, height: number): Uint8Array {
  const edges = grey.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      let sum = 9 * grey[at]!;
      for (let row = at - width; row <= at + width; row += width) sum -= grey[row - 1]! + grey[row]! + grey[row + 1]!;
      edges[at] = Math.max(0, Math.min(255, sum));
    }
  }
  return edges;
}

/** Standard deviation over all values. */
function deviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! * values[i]!;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}
