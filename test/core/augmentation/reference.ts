import { readFileSync } from 'node:fs';
import type { Region } from '../../../src/core/images/geometry.ts';
import type { RgbImage } from '../../../src/core/images/pixels.ts';
import type { AugmentationPlan, ColourStep, CutoutPlan } from '../../../src/core/augmentation/plan.ts';
import type { RgbPlanes } from '../../../src/core/augmentation/planes.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { shared } from '../../shared.ts';

/** Every operation once more, one at a time, in float64, on `[row][column][channel]`, as plainly as it can be said. */
export type Picture = readonly (readonly Pixel[])[];
type Pixel = readonly number[];

export const vectorsPath = 'reference/vectors.json';

/** Float64 vectors of the operations on pixels, by name. */
export function augmentVectors(): Readonly<Record<string, unknown>> {
  const vectors = JSON.parse(readFileSync(shared(vectorsPath), 'utf8')) as { augment_pixels: Record<string, unknown> };
  return vectors.augment_pixels;
}

export function randomImage(width: number, height: number, seed = 1): RgbImage {
  const random = new RandomStream(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

function build(width: number, height: number, pixel: (x: number, y: number) => Pixel): Picture {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (__, x) => pixel(x, y)));
}

const widthOf = (picture: Picture): number => picture[0]!.length;
const rgb = (channel: (index: number) => number): Pixel => [channel(0), channel(1), channel(2)];
const clipped = (pixel: Pixel): Pixel => pixel.map((value) => Math.min(1, Math.max(0, value)));

export function pictureOf({ width, height, data }: RgbImage): Picture {
  return build(width, height, (x, y) => rgb((channel) => data[(y * width + x) * 3 + channel]! / 255));
}

/** A view of it that begins after some other values. */
export function planesOf(picture: Picture, offset = 0): RgbPlanes {
  const data = Float32Array.from([...new Array<number>(offset).fill(7), ...planarOf(picture)]);
  return { data, offset, width: widthOf(picture), height: picture.length };
}

export function planarOf(picture: Picture): number[] {
  return [0, 1, 2].flatMap((channel) => picture.flatMap((row) => row.map((pixel) => pixel[channel]!)));
}

/** The largest difference between a view and what it should be. */
export function difference({ data, offset, width, height }: RgbPlanes, expected: Picture): number {
  const actual = data.subarray(offset, offset + 3 * width * height);
  const values = planarOf(expected);
  if (values.length !== actual.length) return Infinity;
  return values.reduce((largest, value, i) => {
    const distance = Math.abs(value - actual[i]!);
    return Number.isNaN(distance) ? Infinity : Math.max(largest, distance);
  }, 0);
}

export function cropped(picture: Picture, { left, top, width, height }: Region): Picture {
  return build(width, height, (x, y) => picture[top + y]![left + x]!);
}

/** Each result pixel is the mean of all source pixels, weighted by triangles around its own middle. */
export function resized(picture: Picture, width: number, height: number): Picture {
  const triangle = (from: number, to: number, i: number, j: number): number => {
    const scale = from / to;
    return Math.max(0, 1 - Math.abs(j + 0.5 - (i + 0.5) * scale) / Math.max(1, scale));
  };
  return build(width, height, (x, y) => {
    let weightSum = 0;
    const sums = [0, 0, 0];
    picture.forEach((row, j) => {
      const vertical = triangle(picture.length, height, y, j);
      if (vertical === 0) return;
      row.forEach((pixel, i) => {
        const weight = vertical * triangle(row.length, width, x, i);
        weightSum += weight;
        for (const channel of [0, 1, 2]) sums[channel]! += weight * pixel[channel]!;
      });
    });
    return sums.map((sum) => sum / weightSum);
  });
}

export function mirroredHorizontally(picture: Picture): Picture {
  return picture.map((row) => row.toReversed());
}

export function mirroredVertically(picture: Picture): Picture {
  return picture.toReversed();
}

/** Counter-clockwise: the last column becomes the first row. */
export function quarterTurned(picture: Picture): Picture {
  return Array.from(picture[0]!, (_, column) => picture.map((row) => row[column]!)).toReversed();
}

export function rotated(picture: Picture, degrees: number): Picture {
  const [width, height] = [widthOf(picture), picture.length];
  const at = (x: number, y: number): Pixel =>
    picture[Math.min(height - 1, Math.max(0, y))]![Math.min(width - 1, Math.max(0, x))]!;
  return build(width, height, (x, y) => {
    const [fromMiddleX, fromMiddleY] = [x - (width - 1) / 2, y - (height - 1) / 2];
    const distance = Math.hypot(fromMiddleX, fromMiddleY);
    // The angle as in mathematics, y upwards; the source lies clockwise of the target.
    const angle = Math.atan2(-fromMiddleY, fromMiddleX) - (degrees * Math.PI) / 180;
    const sourceX = (width - 1) / 2 + distance * Math.cos(angle);
    const sourceY = (height - 1) / 2 - distance * Math.sin(angle);
    const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
    const [partX, partY] = [sourceX - left, sourceY - top];
    return rgb(
      (channel) =>
        (1 - partY) * ((1 - partX) * at(left, top)[channel]! + partX * at(left + 1, top)[channel]!) +
        partY * ((1 - partX) * at(left, top + 1)[channel]! + partX * at(left + 1, top + 1)[channel]!),
    );
  });
}

const greyOf = ([red, green, blue]: Pixel): number => 0.2989 * red! + 0.587 * green! + 0.114 * blue!;

export function grey(picture: Picture): Picture {
  return picture.map((row) => row.map((pixel) => rgb(() => greyOf(pixel))));
}

export function coloured(picture: Picture, step: ColourStep): Picture {
  switch (step.operation) {
    case 'brightness':
      return mapped(picture, (pixel) => pixel.map((value) => value * step.factor));
    case 'contrast': {
      const greys = picture.flat().map(greyOf);
      const mean = greys.reduce((sum, value) => sum + value, 0) / greys.length;
      return mapped(picture, (pixel) => pixel.map((value) => step.factor * value + (1 - step.factor) * mean));
    }
    case 'saturation':
      return mapped(picture, (pixel) => pixel.map((value) => step.factor * value + (1 - step.factor) * greyOf(pixel)));
    case 'hue':
      return mapped(picture, (pixel) => {
        const [hue, saturation, value] = hsvOf(pixel);
        return rgbOf((((hue! + step.turns) % 1) + 1) % 1, saturation!, value!);
      });
  }
}

function mapped(picture: Picture, change: (pixel: Pixel) => Pixel): Picture {
  return picture.map((row) => row.map((pixel) => clipped(change(pixel))));
}

/** A. R. Smith, "Color Gamut Transform Pairs", SIGGRAPH 1978. */
function hsvOf(pixel: Pixel): Pixel {
  const value = Math.max(...pixel);
  const span = value - Math.min(...pixel);
  if (span === 0) return [0, 0, value];
  const [red, green, blue] = pixel.map((channel) => (value - channel) / span) as [number, number, number];
  const sixths = pixel[0] === value ? blue - green : pixel[1] === value ? 2 + red - blue : 4 + green - red;
  return [(sixths / 6 + 1) % 1, span / value, value];
}

function rgbOf(hue: number, saturation: number, value: number): Pixel {
  const sector = Math.floor(hue * 6);
  const part = hue * 6 - sector;
  const low = value * (1 - saturation);
  const falling = value * (1 - saturation * part);
  const rising = value * (1 - saturation * (1 - part));
  const sectors = [
    [value, rising, low],
    [falling, value, low],
    [low, value, rising],
    [low, falling, value],
    [rising, low, value],
    [value, low, falling],
  ];
  return sectors[sector % 6]!;
}

/** Weighs the whole square around each pixel; the picture is mirrored at its edges. */
export function blurred(picture: Picture, sigma: number, radius: number): Picture {
  const [width, height] = [widthOf(picture), picture.length];
  const mirror = (i: number, length: number): number => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i);
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  return build(width, height, (x, y) => {
    let weightSum = 0;
    const sums = [0, 0, 0];
    for (const down of offsets) {
      for (const across of offsets) {
        const weight = Math.exp(-(down * down + across * across) / (2 * sigma * sigma));
        const pixel = picture[mirror(y + down, height)]![mirror(x + across, width)]!;
        weightSum += weight;
        for (const channel of [0, 1, 2]) sums[channel]! += weight * pixel[channel]!;
      }
    }
    return sums.map((sum) => sum / weightSum);
  });
}

/** @param noise planar, as long as the picture's values */
export function noisy(picture: Picture, noise: ArrayLike<number>): Picture {
  const [width, height] = [widthOf(picture), picture.length];
  return build(width, height, (x, y) =>
    clipped(rgb((channel) => picture[y]![x]![channel]! + noise[(channel * height + y) * width + x]!)),
  );
}

/** A pixel is painted over where its middle lies in the rectangle. */
export function cutOutOf(picture: Picture, { left, top, width, height, fill }: CutoutPlan): Picture {
  const [columns, rows] = [widthOf(picture), picture.length];
  const pixels = picture.flat();
  const mean = rgb((channel) => pixels.reduce((sum, pixel) => sum + pixel[channel]!, 0) / pixels.length);
  const within = (i: number, count: number, from: number, length: number): boolean =>
    (i + 0.5) / count >= from && (i + 0.5) / count < from + length;
  return build(columns, rows, (x, y) => {
    if (!within(x, columns, left, width) || !within(y, rows, top, height)) return picture[y]![x]!;
    return fill === 'mean' ? mean : rgb(() => fill);
  });
}

/** The whole of a plan but its noise, which is given. */
export function augmented(
  source: RgbImage,
  plan: AugmentationPlan,
  width: number,
  height: number,
  noise?: ArrayLike<number>,
): Picture {
  const odd = plan.quarterTurns % 2 === 1;
  let picture = resized(cropped(pictureOf(source), plan.crop), odd ? height : width, odd ? width : height);
  if (plan.horizontalFlip) picture = mirroredHorizontally(picture);
  if (plan.verticalFlip) picture = mirroredVertically(picture);
  for (let turn = 0; turn < plan.quarterTurns; turn++) picture = quarterTurned(picture);
  if (plan.rotationDegrees !== 0) picture = rotated(picture, plan.rotationDegrees);
  for (const step of plan.colourJitter) picture = coloured(picture, step);
  if (plan.greyscale) picture = grey(picture);
  if (plan.blurSigma > 0) picture = blurred(picture, plan.blurSigma, Math.floor(Math.min(width, height) / 20));
  if (noise) picture = noisy(picture, noise);
  return plan.cutout ? cutOutOf(picture, plan.cutout) : picture;
}
