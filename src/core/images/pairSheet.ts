import type { RgbImage } from './pixels.ts';

/** Pictures are enlarged to about this many pixels, so that small ones can be made out. */
const SHOWN_SIZE = 96;
const GAP = 6;
/** Of the paper. */
const SHADE = 32;

/**
 * A picture of pairs of square pictures, the first of a pair above the second.
 *
 * @param pairs uint8, `size × size × 3` each, interleaved; at least one
 * @param columns pairs in a row
 */
export function pairSheet(
  pairs: readonly (readonly [above: Uint8Array, below: Uint8Array])[],
  size: number,
  columns: number,
): RgbImage {
  const scale = Math.max(1, Math.round(SHOWN_SIZE / size));
  const edge = size * scale;
  const rows = Math.ceil(pairs.length / columns);
  const width = Math.min(columns, pairs.length) * (edge + GAP) + GAP;
  // Between the two of a pair there is no gap: they are one thing.
  const height = rows * (2 * edge + GAP) + GAP;
  const data = new Uint8Array(width * height * 3).fill(SHADE);
  pairs.forEach((pair, i) => {
    const left = GAP + (i % columns) * (edge + GAP);
    const top = GAP + Math.floor(i / columns) * (2 * edge + GAP);
    pair.forEach((picture, which) => {
      for (let y = 0; y < edge; y++) {
        for (let x = 0; x < edge; x++) {
          const from = (Math.floor(y / scale) * size + Math.floor(x / scale)) * 3;
          const to = ((top + which * edge + y) * width + left + x) * 3;
          data.set(picture.subarray(from, from + 3), to);
        }
      }
    });
  });
  return { width, height, data };
}

/**
 * Planes of numbers as interleaved bytes.
 *
 * @param values `3 × pixels`, from 0 to 1; what lies outside is cut off
 */
export function bytesOfPlanes(values: Float32Array): Uint8Array {
  const pixels = values.length / 3;
  const bytes = new Uint8Array(values.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < pixels; i++) {
      const value = values[channel * pixels + i]!;
      bytes[i * 3 + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return bytes;
}
