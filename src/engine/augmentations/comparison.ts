import { normalizedRows } from '../../core/linearAlgebra/rowMatrix.ts';
import { similarityBlocks } from '../../core/evaluation/similarityBlocks.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import type { ProgressMeter } from '../../core/progressMeter.ts';
import { embedPictures } from '../encoders/embedPictures.ts';
import type { Embeddings, Encoder } from '../encoders/encoder.ts';
import { encoderPixels } from '../images/imageDecoder.ts';

/** Embeds pictures of any size through the encoder's own preprocessing. */
export async function embedThrough(
  encoder: Encoder,
  pictures: readonly RgbImage[],
  signal: AbortSignal,
  meter?: ProgressMeter,
): Promise<Embeddings> {
  const pixels = await Promise.all(pictures.map((picture) => encoderPixels(picture, encoder.card.input)));
  return embedPictures(encoder, pixels, signal, meter);
}

/** Cosine similarities of all rows to all rows, `rows × rows`; NaN in the rows and columns of those that have no vector. */
export function similarityMatrix({ vectors, invalid }: Embeddings, rows: number, dim: number): Float32Array {
  const matrix = new Float32Array(rows * rows);
  const set = normalizedRows(vectors, rows, dim);
  for (const { start, end, of } of similarityBlocks(set, set)) {
    for (let row = start; row < end; row++) matrix.set(of(row), row * rows);
  }
  for (let i = 0; i < matrix.length; i++) matrix[i] = clampCosine(matrix[i]!);
  for (const row of invalid) {
    matrix.fill(Number.NaN, row * rows, (row + 1) * rows);
    for (let other = 0; other < rows; other++) matrix[other * rows + row] = Number.NaN;
  }
  return matrix;
}

/** Rounding can put a cosine a hair outside. */
export function clampCosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
