import { RandomStream } from '../random.ts';
import type { EncoderInput } from './card.ts';

export const PROBE_IMAGES = 4;

/**
 * Pictures to try an encoder with, as unlike each other as possible: fine noise, coarse blocks, a light and a dark
 * gradient. uint8, `PROBE_IMAGES × height × width × channels` interleaved; the same every time.
 */
export function probeImages({
  size: [height, width],
  mean,
}: Pick<EncoderInput, 'size' | 'mean'>): Uint8Array<ArrayBuffer> {
  const channels = mean.length;
  const length = height * width * channels;
  const pixels = new Uint8Array(PROBE_IMAGES * length);
  const random = new RandomStream(2);
  const blocks = Uint8Array.from({ length: 8 * 8 * 3 }, () => random.integer(256));
  const tints = Float64Array.from({ length: 6 }, () => random.uniform(0.3, 1));
  // Four bytes at a time.
  let bits = 0;
  for (let i = 0; i < length; i++) {
    bits = i % 4 === 0 ? random.uint32() : bits >>> 8;
    pixels[i] = bits & 255;
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const block = 8 * Math.floor((8 * y) / height) + Math.floor((8 * x) / width);
      const diagonal = (x / width + y / height) / 2;
      for (let channel = 0; channel < channels; channel++, i++) {
        pixels[length + i] = blocks[3 * block + channel]!;
        pixels[2 * length + i] = 255 * (1 - diagonal * tints[channel]!);
        pixels[3 * length + i] = 100 * diagonal * tints[3 + channel]! + 20 * ((x >> 2) & 1);
      }
    }
  }
  return pixels;
}
