import type { Crop } from '../curation/samePicture.ts';
import { perceptualScale } from '../drawing/perceptualScale.ts';
import type { Size } from './geometry.ts';
import type { RgbImage } from './pixels.ts';

/** Longest side of a picture of differences. */
const DIFFERENCE_EDGE = 640;
/** Differences of colour from 0 to 255 that are drawn in the lightest colour at least: less is what compression leaves. */
const LEAST_RANGE = 32;
/** From this difference on a pixel counts as changed. */
const NOTABLE = 12;

export interface PixelDifference {
  /** Dark where the pictures are the same, the lighter the more they differ. */
  readonly image: RgbImage;
  /** Of all pixels and colours, from 0 to 255. */
  readonly mean: number;
  /** Share of the pixels that differ notably. */
  readonly changed: number;
  /** The difference that is drawn in the lightest colour. */
  readonly range: number;
}

/**
 * The size at which two pictures are compared: that of the smaller one, so that what the larger one has more of is no
 * difference, with a bounded longest side.
 *
 * @param part the picture that the other is laid upon
 * @param other as it is stored
 */
export function comparedSize(part: Size, other: Size, { orientation, crop }: Placement): Size {
  const [width, height] = orientation & 4 ? [other.height, other.width] : [other.width, other.height];
  const scale = Math.min(
    1,
    (width * crop.width) / part.width,
    (height * crop.height) / part.height,
    DIFFERENCE_EDGE / Math.max(part.width, part.height),
  );
  return { width: Math.max(1, Math.round(part.width * scale)), height: Math.max(1, Math.round(part.height * scale)) };
}

/** How the other picture lies upon the one it is compared with; see `Alignment`. */
export interface Placement {
  readonly orientation: number;
  readonly crop: Crop;
}

/** The size that the other picture is scaled to, so that its pixels are as large as those of the part. */
export function otherSize(compared: Size, { orientation, crop }: Placement): Size {
  const [width, height] = [compared.width / crop.width, compared.height / crop.height];
  const size = { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
  return orientation & 4 ? { width: size.height, height: size.width } : size;
}

/** The other picture as it lies upon a part of that size; interpolated linearly. */
export function laidUpon(size: Size, other: RgbImage, { orientation, crop }: Placement): RgbImage {
  const { width, height } = size;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let u = crop.left + ((x + 0.5) / width) * crop.width;
      let v = crop.top + ((y + 0.5) / height) * crop.height;
      if (orientation & 1) u = 1 - u;
      if (orientation & 2) v = 1 - v;
      const [left, top] = orientation & 4 ? [v, u] : [u, v];
      sample(other, left * other.width - 0.5, top * other.height - 0.5, data, (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

function sample({ data, width, height }: RgbImage, x: number, y: number, into: Uint8Array, at: number): void {
  const column = Math.max(0, Math.min(width - 1, x));
  const row = Math.max(0, Math.min(height - 1, y));
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [across, down] = [column - left, row - top];
  for (let channel = 0; channel < 3; channel++) {
    const level = (i: number, j: number): number => data[(j * width + i) * 3 + channel]!;
    const above = level(left, top) * (1 - across) + level(right, top) * across;
    const below = level(left, bottom) * (1 - across) + level(right, bottom) * across;
    into[at + channel] = Math.round(above * (1 - down) + below * down);
  }
}

/** @param first of the same size as the second */
export function pixelDifference(first: RgbImage, second: RgbImage): PixelDifference {
  const pixels = first.width * first.height;
  const largest = new Uint8Array(pixels);
  const counts = new Uint32Array(256);
  let sum = 0;
  for (let i = 0; i < pixels; i++) {
    let most = 0;
    for (let j = 3 * i; j < 3 * i + 3; j++) {
      const difference = Math.abs(first.data[j]! - second.data[j]!);
      sum += difference;
      if (difference > most) most = difference;
    }
    largest[i] = most;
    counts[most]!++;
  }
  let [range, rest] = [255, pixels * 0.002];
  for (; range > LEAST_RANGE && rest >= counts[range]!; range--) rest -= counts[range]!;
  const scale = perceptualScale(256);
  const data = new Uint8Array(3 * pixels);
  largest.forEach((difference, i) => {
    data.set(scale[Math.min(255, Math.round((255 * difference) / range))]!, 3 * i);
  });
  const changed = counts.subarray(NOTABLE).reduce((total, count) => total + count, 0);
  return {
    image: { width: first.width, height: first.height, data },
    mean: sum / (3 * pixels),
    changed: changed / pixels,
    range,
  };
}
