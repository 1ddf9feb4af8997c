import { RandomStream } from '../../../src/core/random.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';

const EDGE = 64;
const CELLS = 8;

/**
 * A picture of one colour with a coarse pattern of its own by `seed`: alike in colour, but no copies of one another. In
 * another format it is a near duplicate.
 */
export function shade(
  colour: readonly [number, number, number],
  seed: number,
  format: 'png' | 'jpeg' = 'png',
): Promise<Uint8Array> {
  const random = new RandomStream(seed);
  const pattern = Array.from({ length: CELLS * CELLS }, () => random.integer(61) - 30);
  const pixels = Uint8Array.from({ length: EDGE * EDGE * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % EDGE, Math.floor(i / 3 / EDGE)];
    const cell = Math.floor((y * CELLS) / EDGE) * CELLS + Math.floor((x * CELLS) / EDGE);
    return Math.max(0, Math.min(255, colour[i % 3]! + pattern[cell]!));
  });
  return encodeImage(pixels, EDGE, EDGE, { format });
}
