import { join } from 'node:path';
import type { EncoderInput } from '../../core/encoders/card.ts';
import type { JobContext } from '../../core/progress.ts';
import { RandomStream } from '../../core/random.ts';
import { pictureGroups } from '../../core/images/pictureGroups.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import type { EvaluationSet } from './evaluation.ts';
import { freeMemory } from './freeMemory.ts';
import { PixelStoreWriter, type SharedPixels } from './pixelStore.ts';
import { decodeTrainingImages, type DecodedTrainingImage, type TrainingImage } from './trainingImages.ts';

/** The pictures in memory are this much larger than a view, so that crops of them are not enlarged much. */
const SOURCE_SCALE = 2;
/** Share of the free memory that decoded pictures may take, and the most they take. */
const MEMORY_SHARE = 0.25;
const MAX_MEMORY_BYTES = 4 * 2 ** 30;
/** Labelled images whose classes are predicted from each other's while training goes on. */
export const MONITORED_IMAGES = 1000;
/** Images that the final figures are measured with, at most. */
export const BANK_IMAGES = 5000;
export const QUERY_IMAGES = 2000;

export interface PretrainData {
  /** Pictures to make views of. */
  readonly pixels: SharedPixels;
  readonly images: readonly TrainingImage[];
  /** Labelled pictures of the training images; undefined where fewer than two classes are there. */
  readonly monitored: EvaluationSet | undefined;
  /** Labelled training pictures, and those of the test split, at most 5000 and 2000; undefined without such a split. */
  readonly heldOut: { readonly bank: EvaluationSet; readonly queries: EvaluationSet } | undefined;
  readonly unreadable: number;
}

export interface DataOptions {
  readonly root: string;
  /** Preprocessing of the encoder that is trained. */
  readonly input: EncoderInput;
  /** Folder for what doesn't fit into memory. */
  readonly scratchFolder: string;
  readonly seed: number;
}

/**
 * Decodes everything that a run needs, once: pictures for views, and pictures for evaluation at the encoder's own size.
 *
 * @param training images to learn from
 * @param test images that are only evaluated on
 */
export async function loadPretrainData(
  training: readonly TrainingImage[],
  test: readonly TrainingImage[],
  { root, input, scratchFolder, seed }: DataOptions,
  context: JobContext,
): Promise<PretrainData> {
  const memory = Math.min(MAX_MEMORY_BYTES, freeMemory() * MEMORY_SHARE);
  const writer = new PixelStoreWriter(join(scratchFolder, 'pixels.tmp'), memory);
  try {
    return await decodeInto(writer, training, test, { root, input, seed }, context);
  } catch (error) {
    writer.discard();
    throw error;
  }
}

async function decodeInto(
  writer: PixelStoreWriter,
  training: readonly TrainingImage[],
  test: readonly TrainingImage[],
  { root, input, seed }: Omit<DataOptions, 'scratchFolder'>,
  context: JobContext,
): Promise<PretrainData> {
  const images: TrainingImage[] = [];
  const labelled = new EvaluationCollector(input);
  const tested = new EvaluationCollector(input);
  // Chosen beforehand: the pictures of a large dataset must not all be held.
  const bank = new Set(sample(training.filter(isLabelled), BANK_IMAGES, seed));
  const queries = new Set(sample(test.filter(isLabelled), QUERY_IMAGES, seed));
  const source = { ...input, size: [input.size[0] * SOURCE_SCALE, input.size[1] * SOURCE_SCALE], crop: 1 } as const;
  const all = [...training, ...queries];
  const { unreadable } = await decodeTrainingImages(
    root,
    all,
    { ...source, resize: 'shortest-edge' },
    context,
    async (decoded) => {
      if (queries.has(decoded.image)) {
        await tested.add(decoded);
        return;
      }
      writer.add(decoded.pixels);
      images.push(decoded.image);
      if (bank.has(decoded.image)) await labelled.add(decoded);
    },
  );
  const classes = [...new Set([...labelled.labels, ...tested.labels])].sort();
  const enough = new Set(labelled.labels).size >= 2;
  const sets = (collectors: readonly EvaluationCollector[]) => evaluationSets(collectors, classes, input.size[0]);
  return {
    pixels: writer.finish(),
    images,
    monitored: enough ? sets([labelled.sample(MONITORED_IMAGES, seed)])[0] : undefined,
    heldOut: enough && tested.count > 0 ? heldOut(sets([labelled, tested])) : undefined,
    unreadable,
  };
}

function isLabelled({ label }: TrainingImage): boolean {
  return label !== undefined;
}

/** At most `count` of them, chosen by the seed. */
function sample<T>(entries: readonly T[], count: number, seed: number): readonly T[] {
  return entries.length <= count ? entries : new RandomStream(seed).shuffled(entries).slice(0, count);
}

function heldOut([bank, queries]: readonly EvaluationSet[]): PretrainData['heldOut'] {
  return { bank: bank!, queries: queries! };
}

/** Sets whose groups of duplicates reach from one to the other. */
function evaluationSets(
  collectors: readonly EvaluationCollector[],
  classes: readonly string[],
  size: number,
): EvaluationSet[] {
  const pixels = collectors.map((collector) => collector.pixels());
  const counts = collectors.map(({ count }) => count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const groups = pictureGroups(concatenated(pixels), total, size);
  let start = 0;
  return collectors.map(({ count, labels }, i) => {
    const set = {
      pixels: pixels[i]!,
      count,
      labels: Int32Array.from(labels, (label) => classes.indexOf(label)),
      groups: groups.slice(start, start + count),
      classes,
    };
    start += count;
    return set;
  });
}

/** Gathers pictures at an encoder's size. */
class EvaluationCollector {
  readonly #input: EncoderInput;
  readonly #entries: { readonly pixels: Uint8Array; readonly label: string }[];

  constructor(input: EncoderInput, entries: readonly { readonly pixels: Uint8Array; readonly label: string }[] = []) {
    this.#input = input;
    this.#entries = [...entries];
  }

  get count(): number {
    return this.#entries.length;
  }

  get labels(): readonly string[] {
    return this.#entries.map(({ label }) => label);
  }

  async add({ pixels, image }: DecodedTrainingImage): Promise<void> {
    this.#entries.push({ pixels: await encoderPixels(pixels, this.#input), label: image.label! });
  }

  /** At most `count` of them, chosen by the seed. */
  sample(count: number, seed: number): EvaluationCollector {
    return new EvaluationCollector(this.#input, sample(this.#entries, count, seed));
  }

  /** All pictures, one after another. */
  pixels(): Uint8Array {
    return concatenated(this.#entries.map(({ pixels }) => pixels));
  }
}

/** Not a `Buffer`, whose `slice` shares its memory. */
function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
