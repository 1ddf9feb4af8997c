import type { EncoderPlacement, Region, Size } from './geometry.ts';

/** Mid grey, which the `pad` rule fills with. */
const PADDING = 128;

/** 8-bit RGB, interleaved, `height × width × 3`. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}

/** Cuts a region out; shares no memory with its source. */
export function cropRgb(image: RgbImage, region: Region): RgbImage {
  const { left, top, width, height } = region;
  if (left === 0 && top === 0 && width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** Puts a picture of the placement's target size onto a grey canvas of `size` (height, width). */
export function padRgb(
  image: RgbImage,
  offset: EncoderPlacement['offset'],
  size: readonly [height: number, width: number],
): RgbImage {
  const [height, width] = size;
  if (image.width === width && image.height === height) return image;
  const data = new Uint8Array(width * height * 3).fill(PADDING);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    data.set(row, ((offset.top + y) * width + offset.left) * 3);
  }
  return { width, height, data };
}

/** @param value with the half that rounds it */
export function roundedByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : value | 0;
}

/** Luma (ITU-R BT.601) of each pixel, for encoders with one channel. */
export function greyFromRgb(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0, j = 0; i < grey.length; i++, j += 3) {
    grey[i] = (rgb[j]! * 299 + rgb[j + 1]! * 587 + rgb[j + 2]! * 114 + 500) / 1000;
  }
  return grey;
}

/** Composes 8-bit RGBA over white, as a viewer shows it. */
export function rgbOverWhite(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, j = 0; i < rgba.length; i += 4, j += 3) {
    const alpha = rgba[i + 3]!;
    const white = 255 * (255 - alpha);
    rgb[j] = (rgba[i]! * alpha + white + 127) / 255;
    rgb[j + 1] = (rgba[i + 1]! * alpha + white + 127) / 255;
    rgb[j + 2] = (rgba[i + 2]! * alpha + white + 127) / 255;
  }
  return rgb;
}
