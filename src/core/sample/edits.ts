import type { RgbImage } from '../images/pixels.ts';
import type { RandomStream } from '../random.ts';
import { boxBlurred } from './filters.ts';

/** Perceived brightness of an 8-bit pixel, 0 … 255 (ITU-R BT.601). */
const luma = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/** Scales down by averaging the area that each new pixel covers. */
export function reduced(image: RgbImage, factor: number): RgbImage {
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  const data = new Uint8ClampedArray(width * height * 3);
  const [stepX, stepY] = [image.width / width, image.height / height];
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i += 3) {
      const sum = [0, 0, 0];
      for (let y = Math.floor(row * stepY); y < Math.min(image.height, (row + 1) * stepY); y++) {
        const high = Math.min(y + 1, (row + 1) * stepY) - Math.max(y, row * stepY);
        for (let x = Math.floor(column * stepX); x < Math.min(image.width, (column + 1) * stepX); x++) {
          const weight = high * (Math.min(x + 1, (column + 1) * stepX) - Math.max(x, column * stepX));
          const j = (y * image.width + x) * 3;
          for (let channel = 0; channel < 3; channel++) sum[channel]! += weight * image.data[j + channel]!;
        }
      }
      for (let channel = 0; channel < 3; channel++) data[i + channel] = sum[channel]! / (stepX * stepY);
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Left and right exchanged. */
export function mirrored(image: RgbImage): RgbImage {
  return rearranged(image, image.width, image.height, (x, y) => y * image.width + image.width - 1 - x);
}

/** Turned clockwise by 90°. */
export function quarterTurned(image: RgbImage): RgbImage {
  return rearranged(image, image.height, image.width, (x, y) => (image.height - 1 - x) * image.width + y);
}

function rearranged(
  image: RgbImage,
  width: number,
  height: number,
  source: (x: number, y: number) => number,
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const j = source(x, y) * 3;
      data[i] = image.data[j]!;
      data[i + 1] = image.data[j + 1]!;
      data[i + 2] = image.data[j + 2]!;
    }
  }
  return { width, height, data };
}

/** Values multiplied, white stays white where it was. */
export function brightened(image: RgbImage, factor: number): RgbImage {
  return mapped(image, (value) => value * factor);
}

/** A shot in near darkness: nothing is brighter than `white` of 255. */
export function underexposed(image: RgbImage, white: number): RgbImage {
  return mapped(image, (value) => white * (value / 255) ** 1.15);
}

/** Thick fog: what is left of the picture is `contrast` of 255 steps around `level`. */
export function fogged(image: RgbImage, level: number, contrast: number): RgbImage {
  return mapped(image, (value) => level + contrast * (value / 255 - 0.5));
}

/**
 * A shot far too bright: the 3 % darkest pixels, which leaves the 5th percentile alone, keep some tone; the rest is
 * spread evenly over the levels just below white, with hardly any colour.
 */
export function overexposed(image: RgbImage): RgbImage {
  const share = new Float64Array(256);
  const step = 3 / image.data.length;
  for (let i = 0; i < image.data.length; i += 3) share[lumaAt(image, i)]! += step;
  let below = 0;
  const lifted = Array.from(share, (here, level) => {
    const rank = below + here / 2;
    below += here;
    return rank < 0.03 ? 90 + level : 246 + 10 * rank;
  });
  const data = new Uint8ClampedArray(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const level = lumaAt(image, i);
    for (let channel = 0; channel < 3; channel++) {
      data[i + channel] = lifted[level]! + 0.02 * (image.data[i + channel]! - level);
    }
  }
  return { ...image, data: new Uint8Array(data.buffer) };
}

export function greyed(image: RgbImage): RgbImage {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i += 3) data.fill(lumaAt(image, i), i, i + 3);
  return { ...image, data };
}

/** Out of focus: three box blurs, which together are close to a Gaussian of standard deviation `radius`. */
export function blurred(image: RgbImage, radius: number): RgbImage {
  const { width, height } = image;
  const data = new Uint8Array(image.data.length);
  for (let channel = 0; channel < 3; channel++) {
    let plane: Float32Array = Float32Array.from(
      { length: width * height },
      (_, pixel) => image.data[3 * pixel + channel]!,
    );
    for (let pass = 0; pass < 3; pass++) {
      plane = boxBlurred(plane, height, width, width, 1, radius);
      plane = boxBlurred(plane, width, 1, height, width, radius);
    }
    for (const [pixel, value] of plane.entries()) data[3 * pixel + channel] = Math.round(value);
  }
  return { width, height, data };
}

/** A small badge with two bars in a corner, as a site that shares pictures puts there. */
export function badged(image: RgbImage, random: RandomStream): RgbImage {
  const data = image.data.slice();
  const height = Math.round(image.height * random.uniform(0.08, 0.11));
  const width = Math.round(height * random.uniform(2, 2.6));
  const margin = Math.round(height * 0.4);
  const left = random.chance(0.5) ? margin : image.width - margin - width;
  const top = random.chance(0.5) ? margin : image.height - margin - height;
  const tint = [random.integer(90), random.integer(90), random.integer(90)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / height, y / height];
      const onDot = Math.hypot(u - 0.5, v - 0.5) < 0.28;
      const onBar =
        u > 0.95 &&
        u < width / height - 0.25 &&
        (Math.abs(v - 0.36) < 0.09 || (Math.abs(v - 0.66) < 0.09 && u < width / height - 0.5));
      const i = ((top + y) * image.width + left + x) * 3;
      for (let channel = 0; channel < 3; channel++) data[i + channel] = onDot || onBar ? 245 : tint[channel]!;
    }
  }
  return { ...image, data };
}

/** Sensor noise of the given standard deviation in 8-bit steps, the same in all channels. */
export function grained(image: RgbImage, deviation: number, random: RandomStream): RgbImage {
  const data = new Uint8ClampedArray(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const noise = deviation * random.normal();
    for (let channel = 0; channel < 3; channel++) data[i + channel] = image.data[i + channel]! + noise;
  }
  return { ...image, data: new Uint8Array(data.buffer) };
}

/** Light that falls off from the middle to the border, where `rest` of it is left. */
export function vignetted(image: RgbImage, rest: number): RgbImage {
  const data = new Uint8Array(image.data.length);
  for (let y = 0, i = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const [u, v] = [(2 * x) / image.width - 1, (2 * y) / image.height - 1];
      const gain = rest + (1 - rest) * (1 - u ** 4) * (1 - v ** 4);
      for (let channel = 0; channel < 3; channel++, i++) data[i] = Math.round(image.data[i]! * gain);
    }
  }
  return { ...image, data };
}

function mapped(image: RgbImage, change: (value: number) => number): RgbImage {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => change(value));
  return { ...image, data: image.data.map((value) => table[value]!) };
}

function lumaAt(image: RgbImage, i: number): number {
  return Math.round(luma(image.data[i]!, image.data[i + 1]!, image.data[i + 2]!));
}
