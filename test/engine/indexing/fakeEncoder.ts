import type { Encoder } from '../../../src/engine/encoders/encoder.ts';
import { encoderCard } from '../../cards.ts';

/** An encoder without a model: a picture's mean colour and a constant, so that vectors are known beforehand. */
export function fakeEncoder(options: { id?: string; batchSize?: number; onEmbed?: () => void | Promise<void> } = {}) {
  const { id = 'fake', batchSize = 4, onEmbed } = options;
  const card = encoderCard(id, 4, { layout: 'NHWC', type: 'uint8', range: [0, 255] });
  const counts: number[] = [];
  const encoder: Encoder = {
    card,
    identity: `identity of ${id}`,
    batchSize,
    computing: { provider: 'cpu' },
    async embed(pixels, count) {
      await onEmbed?.();
      counts.push(count);
      const vectors = new Float32Array(count * 4);
      const invalid: number[] = [];
      for (let image = 0; image < count; image++) {
        const sums = [0, 0, 0, 1];
        for (let i = 0; i < 8 * 8 * 3; i++) sums[i % 3]! += pixels[image * 192 + i]! / (64 * 255);
        // Black pictures stand for those that an encoder fails on.
        if (sums[0]! + sums[1]! + sums[2]! < 0.01) invalid.push(image);
        else
          vectors.set(
            sums.map((value) => value / Math.hypot(...sums)),
            image * 4,
          );
      }
      return { vectors, invalid };
    },
    dispose: () => Promise.resolve(),
  };
  return { encoder, counts };
}
