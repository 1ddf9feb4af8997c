import { cancelled } from '../../core/errors.ts';
import type { ProgressMeter } from '../../core/progressMeter.ts';
import type { Embeddings, Encoder } from './encoder.ts';

/**
 * Embeds any number of pictures, a batch at a time. Rejects with `cancelled` or with what `Encoder.embed` rejects with.
 *
 * @param pictures as `encoderPixels` makes them
 */
export async function embedPictures(
  encoder: Encoder,
  pictures: readonly Uint8Array[],
  signal: AbortSignal,
  meter?: ProgressMeter,
): Promise<Embeddings> {
  const { dim } = encoder.card.output;
  const vectors = new Float32Array(pictures.length * dim);
  const invalid: number[] = [];
  for (let start = 0; start < pictures.length; start += encoder.batchSize) {
    if (signal.aborted) throw cancelled();
    const batch = pictures.slice(start, start + encoder.batchSize);
    const embedded = await encoder.embed(joinedPictures(batch), batch.length);
    vectors.set(embedded.vectors, start * dim);
    invalid.push(...embedded.invalid.map((row) => start + row));
    meter?.add(batch.length);
  }
  return { vectors, invalid };
}

/** In memory of its own, which goes to the encoder. */
export function joinedPictures(pictures: readonly Uint8Array[]): Uint8Array {
  const length = pictures[0]!.length;
  const pixels = new Uint8Array(pictures.length * length);
  pictures.forEach((picture, i) => {
    pixels.set(picture, i * length);
  });
  return pixels;
}
