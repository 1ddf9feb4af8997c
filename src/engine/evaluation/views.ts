import { Augmenter } from '../../core/augmentation/augmenter.ts';
import { drawAugmentation } from '../../core/augmentation/draw.ts';
import { augmentationPreset, type AugmentationPresetId } from '../../core/augmentation/presets.ts';
import { cancelled } from '../../core/errors.ts';
import { alignment } from '../../core/evaluation/alignmentUniformity.ts';
import { greyFromRgb } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import { RandomStream } from '../../core/random.ts';
import type { Embeddings, Encoder } from '../encoders/encoder.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import { decodeTrainingImages } from '../training/trainingImages.ts';
import type { LabelledImage } from './evaluatedImages.ts';

/** Images of which two views each are compared. */
export const VIEW_IMAGES = 256;
export const VIEW_PRESET: AugmentationPresetId = 'natural';
/** The pictures that views are cut out of are this much larger, so that crops of them are not enlarged much. */
const SOURCE_SCALE = 2;
const SAMPLE_STREAM = 0x7669;
/** Speed is measured for so long at least and at most, as far as the pictures go. */
const TIMED_MS = [500, 10_000] as const;

export interface ViewFigures {
  /** Of two views of the same image. */
  readonly alignment: number;
  /** Inference on pictures that are decoded and at the encoder's size. */
  readonly imagesPerSecond: number;
}

/** Embeds two views of some of the images, the same ones for every encoder, and measures how fast that is. */
export async function measureViews(
  encoder: Encoder,
  images: readonly LabelledImage[],
  root: string,
  seed: number,
  context: JobContext,
): Promise<ViewFigures> {
  const { input, output, id } = encoder.card;
  const [height, width] = input.size;
  const recipe = augmentationPreset(VIEW_PRESET)!.recipe(Math.min(height, width));
  const sample = new RandomStream(seed, SAMPLE_STREAM).shuffled(images).slice(0, VIEW_IMAGES);
  const numbers = new Map(sample.map((image, i) => [image.path, i]));
  const augmenter = new Augmenter();
  const view = new Float32Array(3 * height * width);
  const sets: [plain: Uint8Array[], first: Uint8Array[], second: Uint8Array[]] = [[], [], []];
  const source = { ...input, size: [height * SOURCE_SCALE, width * SOURCE_SCALE] as const, crop: 1 };
  const larger = { ...source, resize: 'shortest-edge' as const };
  await decodeTrainingImages(root, sample, larger, context, async ({ image, pixels }) => {
    sets[0].push(await encoderPixels(pixels, input));
    for (const number of [0, 1]) {
      const key = { seed, epoch: 0, sample: numbers.get(image.path)!, view: number };
      augmenter.apply(pixels, drawAugmentation(recipe, pixels, key), { width, height }, view);
      sets[number + 1]!.push(input.mean.length === 1 ? greyFromRgb(bytesOf(view)) : bytesOf(view));
    }
  });
  const count = sets[0].length;
  const meter = new ProgressMeter(context.report, () => performance.now());
  meter.start(`Views with ${id}`, 2 * count);
  const [first, second] = [
    await embedAll(encoder, sets[1], context, meter),
    await embedAll(encoder, sets[2], context, meter),
  ];
  meter.finish();
  const invalid = new Set([...first.invalid, ...second.invalid]);
  const valid = [...Array(count).keys()].filter((row) => !invalid.has(row));
  const select = (vectors: Float32Array) =>
    Float32Array.from({ length: valid.length * output.dim }, (_, i) => {
      return vectors[valid[Math.floor(i / output.dim)]! * output.dim + (i % output.dim)]!;
    });
  return {
    alignment: alignment(select(first.vectors), select(second.vectors), valid.length, output.dim),
    imagesPerSecond: await measureSpeed(encoder, sets[0], context),
  };
}

/** A view, planar and from 0 to 1, as a picture. */
function bytesOf(view: Float32Array): Uint8Array {
  const plane = view.length / 3;
  const bytes = new Uint8ClampedArray(view.length);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) bytes[3 * pixel + channel] = 255 * view[channel * plane + pixel]!;
  }
  return new Uint8Array(bytes.buffer);
}

async function embedAll(
  encoder: Encoder,
  pictures: readonly Uint8Array[],
  { signal }: JobContext,
  meter: ProgressMeter,
): Promise<Embeddings> {
  const { dim } = encoder.card.output;
  const vectors = new Float32Array(pictures.length * dim);
  const invalid: number[] = [];
  for (let start = 0; start < pictures.length; start += encoder.batchSize) {
    if (signal.aborted) throw cancelled();
    const batch = pictures.slice(start, start + encoder.batchSize);
    const embedded = await encoder.embed(joined(batch), batch.length);
    vectors.set(embedded.vectors, start * dim);
    invalid.push(...embedded.invalid.map((row) => start + row));
    meter.add(batch.length);
  }
  return { vectors, invalid };
}

async function measureSpeed(
  encoder: Encoder,
  pictures: readonly Uint8Array[],
  { signal }: JobContext,
): Promise<number> {
  const [least, most] = TIMED_MS;
  const size = Math.min(encoder.batchSize, pictures.length);
  if (size === 0) return Number.NaN;
  let [images, milliseconds] = [0, 0];
  for (let start = 0; milliseconds < least || (images < pictures.length && milliseconds < most); start += size) {
    if (signal.aborted) throw cancelled();
    const batch = Array.from({ length: size }, (_, i) => pictures[(start + i) % pictures.length]!);
    const pixels = joined(batch);
    const begin = performance.now();
    await encoder.embed(pixels, size);
    milliseconds += performance.now() - begin;
    images += size;
  }
  return images / (milliseconds / 1000);
}

/** In memory of its own, which goes to the encoder. */
function joined(pictures: readonly Uint8Array[]): Uint8Array {
  const length = pictures[0]!.length;
  const pixels = new Uint8Array(pictures.length * length);
  pictures.forEach((picture, i) => {
    pixels.set(picture, i * length);
  });
  return pixels;
}
