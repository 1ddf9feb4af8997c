import type { RgbImage } from '../images/pixels.ts';
import type { Size } from '../images/geometry.ts';

/** A view, planar and from 0 to 1, as a picture. */
export function pictureOfView(view: Float32Array, { width, height }: Size): RgbImage {
  const plane = width * height;
  const bytes = new Uint8ClampedArray(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) bytes[3 * pixel + channel] = 255 * view[channel * plane + pixel]!;
  }
  return { width, height, data: new Uint8Array(bytes.buffer) };
}
