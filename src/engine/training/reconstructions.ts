import { join } from 'node:path';
import { bytesOfPlanes, pairSheet } from '../../core/images/pairSheet.ts';
import { encodeImage } from '../images/codec.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { PixelReader } from './pixelStore.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { replaceFile } from './replaceFile.ts';
import type { TrainingData } from './trainingData.ts';

/** In the folder of a run: some pictures, each above what an autoencoder makes of it. */
export const RECONSTRUCTIONS_FILE = 'reconstructions.png';
const EXAMPLES = 24;
const COLUMNS = 8;

/** uint8, `count × size × size × 3`, interleaved. */
export interface ExamplePictures {
  readonly pixels: Uint8Array;
  readonly count: number;
}

/** Of the test split where there is one, for what was trained on is easier; else from all over the images. */
export async function examplePictures(
  { heldOut, pixels, images }: TrainingData,
  shape: { readonly network: string; readonly size: number },
): Promise<ExamplePictures> {
  const length = shape.size * shape.size * 3;
  const available = heldOut?.queries.count ?? images.length;
  const count = Math.min(EXAMPLES, available);
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * available) / count));
  const chosen = new Uint8Array(count * length);
  if (heldOut !== undefined) {
    rows.forEach((row, i) => {
      chosen.set(heldOut.queries.pixels.subarray(row * length, (row + 1) * length), i * length);
    });
    return { pixels: chosen, count };
  }
  const { input } = trainedEncoderInterface(shape);
  const reader = new PixelReader(pixels);
  try {
    for (const [i, row] of rows.entries()) chosen.set(await encoderPixels(reader.read(row), input), i * length);
  } finally {
    reader.close();
  }
  return { pixels: chosen, count };
}

/**
 * Replaces the picture. Rejects with disk-full or read-only.
 *
 * @param reconstructions `count × 3 × size × size`, from 0 to 1
 * @returns their mean squared error, of pixels from 0 to 1
 */
export async function writeReconstructions(
  folder: string,
  { pixels, count }: ExamplePictures,
  reconstructions: Float32Array,
  size: number,
): Promise<number> {
  const length = size * size * 3;
  let squares = 0;
  const pairs = Array.from({ length: count }, (_, i) => {
    const original = pixels.subarray(i * length, (i + 1) * length);
    const made = reconstructions.subarray(i * length, (i + 1) * length);
    original.forEach((value, at) => {
      const plane = (at % 3) * size * size + Math.floor(at / 3);
      squares += (value / 255 - made[plane]!) ** 2;
    });
    return [original, bytesOfPlanes(made)] as const;
  });
  const sheet = pairSheet(pairs, size, COLUMNS);
  const file = join(folder, RECONSTRUCTIONS_FILE);
  try {
    await replaceFile(file, [await encodeImage(sheet.data, sheet.width, sheet.height, { format: 'png' })]);
  } catch (error) {
    throw writeFailure(file, error) ?? error;
  }
  return squares / (count * length);
}
