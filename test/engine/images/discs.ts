import { RandomStream } from '../../../src/core/random.ts';
import type { RgbImage } from '../../../src/core/images/pixels.ts';

/** Overlapping discs on grey, RGB: a picture that has something to be told apart by everywhere. */
export function discsOf(seed: number, width: number, height: number): Uint8Array {
  const random = new RandomStream(seed);
  const pixels = new Uint8Array(width * height * 3).fill(90);
  for (let disc = 0; disc < 60; disc++) {
    const [x, y, radius] = [random.integer(width), random.integer(height), 8 + random.integer(26)];
    const colour = [random.integer(256), random.integer(256), random.integer(256)];
    for (let i = 0; i < width * height; i++) {
      if (((i % width) - x) ** 2 + (Math.floor(i / width) - y) ** 2 < radius ** 2) pixels.set(colour, 3 * i);
    }
  }
  return pixels;
}

/** A copy of a picture with another one laid upon it. */
export function pasted(below: RgbImage, above: RgbImage, x: number, y: number): Uint8Array {
  const pixels = below.data.slice();
  for (let row = 0; row < above.height; row++) {
    const source = above.data.subarray(row * above.width * 3, (row + 1) * above.width * 3);
    pixels.set(source, ((y + row) * below.width + x) * 3);
  }
  return pixels;
}

/** A JPEG's bytes with an EXIF orientation, 1 to 8, written into them. */
export function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array {
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const exif = [...Buffer.from('Exif\0\0', 'latin1'), ...tiff];
  const length = exif.length + 2;
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255, ...exif, ...jpeg.subarray(2)]);
}
