import type { EncoderInput } from '../../core/encoders/card.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { EvaluationSet } from './evaluation.ts';
import { EvaluationCollector, evaluationSets, sample } from './evaluationSets.ts';
import { newPixelStore, sourceInput, type PixelStoreWriter, type SharedPixels } from './pixelStore.ts';
import type { ChosenImages } from './selectedImages.ts';
import type { TrainedOnImage } from './trainedOn.ts';
import {
  decodeTrainingImages,
  listTrainingSet,
  type TrainingScope,
  type DecodedTrainingImage,
  type TrainingImage,
} from './trainingImages.ts';

/** Labelled images whose classes are predicted from each other's while training goes on. */
export const MONITORED_IMAGES = 1000;
/** Images that the final figures are measured with, at most. */
export const BANK_IMAGES = 5000;
export const QUERY_IMAGES = 2000;

export interface TrainingData {
  /** Pictures to make views of. */
  readonly pixels: SharedPixels;
  readonly images: readonly (TrainingImage & TrainedOnImage)[];
  /** Labelled pictures of the training images; undefined where fewer than two classes are there. */
  readonly monitored: EvaluationSet | undefined;
  /** Labelled training pictures, and those of the test split, at most 5000 and 2000; undefined without such a split. */
  readonly heldOut: { readonly bank: EvaluationSet; readonly queries: EvaluationSet } | undefined;
  readonly unreadable: number;
}

export interface TrainingDataOptions {
  readonly root: string;
  /** Preprocessing of the encoder that is trained. */
  readonly input: EncoderInput;
  /** Folder for what doesn't fit into memory. */
  readonly scratchFolder: string;
  readonly seed: number;
  /** Height and width that the pictures should have at least, where another network looks at them too. */
  readonly otherSize?: readonly [height: number, width: number];
  /** Takes each of the held-out queries too, in their order. */
  readonly onQuery?: (decoded: DecodedTrainingImage) => Promise<void>;
}

/** The images of a run by what they are for. */
export interface Selection {
  readonly training: readonly TrainingImage[];
  /** Only evaluated on. */
  readonly test: readonly TrainingImage[];
  readonly notices: readonly LikenessError[];
  /** Undefined where the whole dataset is meant. */
  readonly chosen?: ChosenImages;
}

/** All images of a dataset, or those named; the test split is kept from training unless `includeTest`. */
export async function selectImages(
  root: string,
  includeTest: boolean,
  scope: TrainingScope,
  { signal }: JobContext,
): Promise<Selection> {
  const { images, ...rest } = await listTrainingSet(root, scope, signal);
  const isTest = ({ split }: TrainingImage) => split === 'test' && !includeTest;
  return { training: images.filter((image) => !isTest(image)), test: images.filter(isTest), ...rest };
}

/**
 * Decodes everything that a run needs, once: pictures for views, and pictures for evaluation at the encoder's own size.
 *
 * @param training images to learn from
 * @param test images that are only evaluated on
 */
export async function loadTrainingData(
  training: readonly TrainingImage[],
  test: readonly TrainingImage[],
  options: TrainingDataOptions,
  context: JobContext,
): Promise<TrainingData> {
  const writer = newPixelStore(options.scratchFolder);
  try {
    return await decodeInto(writer, training, test, options, context);
  } catch (error) {
    writer.discard();
    throw error;
  }
}

async function decodeInto(
  writer: PixelStoreWriter,
  training: readonly TrainingImage[],
  test: readonly TrainingImage[],
  { root, input, seed, otherSize, onQuery }: TrainingDataOptions,
  context: JobContext,
): Promise<TrainingData> {
  const images: (TrainingImage & TrainedOnImage)[] = [];
  const labelled = new EvaluationCollector(input);
  const tested = new EvaluationCollector(input);
  // Chosen beforehand: the pictures of a large dataset must not all be held.
  const bank = new Set(sample(training.filter(isLabelled), BANK_IMAGES, seed));
  const queries = new Set(sample(test.filter(isLabelled), QUERY_IMAGES, seed));
  const all = [...training, ...queries];
  const { unreadable } = await decodeTrainingImages(
    root,
    all,
    sourceInput(input, otherSize),
    context,
    async (decoded) => {
      if (queries.has(decoded.image)) {
        await tested.add(decoded);
        await onQuery?.(decoded);
        return;
      }
      writer.add(decoded.pixels);
      images.push({ ...decoded.image, content: decoded.content });
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

function heldOut([bank, queries]: readonly EvaluationSet[]): TrainingData['heldOut'] {
  return { bank: bank!, queries: queries! };
}
