import { Augmenter } from '../../core/augmentation/augmenter.ts';
import { drawAugmentation } from '../../core/augmentation/draw.ts';
import { augmentationPreset, type AugmentationPresetId } from '../../core/augmentation/presets.ts';
import { pictureOfView } from '../../core/augmentation/viewPixels.ts';
import { cancelled } from '../../core/errors.ts';
import { alignment } from '../../core/evaluation/alignmentUniformity.ts';
import { greyFromRgb } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import { RandomStream } from '../../core/random.ts';
import { embedPictures, joinedPictures } from '../encoders/embedPictures.ts';
import type { Encoder } from '../encoders/encoder.ts';
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
      const { data } = pictureOfView(view, { width, height });
      sets[number + 1]!.push(input.mean.length === 1 ? greyFromRgb(data) : data);
    }
  });
  const count = sets[0].length;
  const meter = new ProgressMeter(context.report, () => performance.now());
  meter.start(`Views with ${id}`, 2 * count);
  const [first, second] = [
    await embedPictures(encoder, sets[1], context.signal, meter),
    await embedPictures(encoder, sets[2], context.signal, meter),
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
    const pixels = joinedPictures(batch);
    const begin = performance.now();
    await encoder.embed(pixels, size);
    milliseconds += performance.now() - begin;
    images += size;
  }
  return images / (milliseconds / 1000);
}
