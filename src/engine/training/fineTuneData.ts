import type { EncoderInput } from '../../core/encoders/card.ts';
import { drawPerClass, smallestClass, stratifiedParts } from '../../core/evaluation/splits.ts';
import { pictureGroups } from '../../core/images/pictureGroups.ts';
import type { JobContext } from '../../core/progress.ts';
import { RandomStream } from '../../core/random.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import type { EvaluationSet } from './evaluation.ts';
import { concatenated, sample } from './evaluationSets.ts';
import { newPixelStore, PixelReader, sourceInput, type PixelStoreWriter, type SharedPixels } from './pixelStore.ts';
import type { RunData } from './runLifecycle.ts';
import type { TrainedOnImage } from './trainedOn.ts';
import { TINY, tinyInput } from './tinyPictures.ts';
import { decodeTrainingImages, type TrainingImage } from './trainingImages.ts';

/** Images that accuracies are measured on, at most. */
const MOST_QUERIES = 2000;
/** Images that the classes' means are taken of, at most. */
const MOST_MEANS = 5000;
/** Share of the labelled images that is held out where there is no validation split. */
const HELD_OUT = 0.15;
/** Different pictures of every class that are needed to hold some out. */
const FEWEST_TO_HOLD_OUT = 5;
/** Keeps the choice of labels apart from what else is drawn by the same seed. */
const LABELS = 0x6c61626c;

/** The stream by which labels are drawn. */
export const labelStream = (seed: number): RandomStream => new RandomStream(seed, LABELS);

/** The labelled images of a dataset by what they are for. */
export interface LabelledImages {
  readonly classes: readonly string[];
  readonly training: readonly TrainingImage[];
  /** Of the dataset's own validation split; empty where it has none. */
  readonly validation: readonly TrainingImage[];
  readonly test: readonly TrainingImage[];
}

export interface FineTuneData extends RunData {
  readonly images: readonly (TrainingImage & TrainedOnImage)[];
  readonly pixels: SharedPixels;
  readonly rows: Uint32Array;
  /** Class of each picture in `pixels`. */
  readonly labels: Int32Array;
  /** Some of what is trained on, at the encoder's size. */
  readonly training: EvaluationSet;
  /** No duplicates of what is trained on; undefined where nothing could be held out. */
  readonly validation: EvaluationSet | undefined;
  readonly test: EvaluationSet | undefined;
}

export interface FineTuneDataOptions {
  readonly root: string;
  readonly input: EncoderInput;
  /** Folder for what doesn't fit into memory. */
  readonly scratchFolder: string;
  readonly seed: number;
  /** 0: all. With a number no other label is looked at, so that nothing is held out. */
  readonly labelsPerClass: number;
}

/** Divides what has a label of at least two classes by splits. */
export function labelledImages(images: readonly TrainingImage[]): LabelledImages {
  const labelled = images.filter(({ label }) => label !== undefined);
  const training = labelled.filter(({ split }) => split !== 'test' && split !== 'validation');
  const classes = [...new Set(training.map(({ label }) => label!))].sort();
  const known = (split: string) => labelled.filter((image) => image.split === split && classes.includes(image.label!));
  return { classes, training, validation: known('validation'), test: known('test') };
}

/** Decodes the labelled images once, and chooses which are trained on and which are kept to measure with. */
export async function loadFineTuneData(
  images: LabelledImages,
  options: FineTuneDataOptions,
  context: JobContext,
): Promise<FineTuneData> {
  const writer = newPixelStore(options.scratchFolder);
  try {
    return await decodeInto(writer, images, options, context);
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** A picture that is only measured with. */
interface Query {
  readonly pixels: Uint8Array;
  readonly tiny: Uint8Array;
  readonly label: number;
}

async function decodeInto(
  writer: PixelStoreWriter,
  images: LabelledImages,
  options: FineTuneDataOptions,
  context: JobContext,
): Promise<FineTuneData> {
  const { root, input, seed } = options;
  const { classes } = images;
  const labelOf = ({ label }: TrainingImage) => classes.indexOf(label!);
  // Chosen beforehand: the pictures of a large dataset must not all be held.
  const validation = new Set(options.labelsPerClass > 0 ? [] : sample(images.validation, MOST_QUERIES, seed));
  const test = new Set(sample(images.test, MOST_QUERIES, seed));
  const queries: { readonly validation: Query[]; readonly test: Query[] } = { validation: [], test: [] };
  const stored: (TrainingImage & TrainedOnImage)[] = [];
  const tiny: Uint8Array[] = [];
  const all = [...images.training, ...validation, ...test];
  const tiniest = tinyInput(input);
  const { unreadable } = await decodeTrainingImages(
    root,
    all,
    sourceInput(input),
    context,
    async ({ image, content, pixels }) => {
      const small = await encoderPixels(pixels, tiniest);
      const list = validation.has(image) ? queries.validation : test.has(image) ? queries.test : undefined;
      if (list === undefined) {
        writer.add(pixels);
        stored.push({ ...image, content });
        tiny.push(small);
      } else {
        list.push({ pixels: await encoderPixels(pixels, input), tiny: small, label: labelOf(image) });
      }
    },
  );
  const labels = Int32Array.from(stored, labelOf);
  const known = [...tiny, ...[...queries.validation, ...queries.test].map((query) => query.tiny)];
  const groups = pictureGroups(concatenated(known), known.length, TINY);
  const chosen = choose(labels, groups, queries.validation.length > 0, options);
  const pixels = writer.finish();
  const taken = new Set(chosen.training.map((row) => groups[row]!));
  const setOf = (entries: readonly Query[], start: number): EvaluationSet | undefined => {
    return evaluationSet(
      entries.map(({ pixels: own, label }, i) => ({ pixels: own, label, group: groups[start + i]! })),
      classes,
      taken,
    );
  };
  const heldOut = await readBack(pixels, chosen.validation, labels, groups, input);
  const means = sample([...chosen.training], MOST_MEANS, seed);
  const training = await readBack(pixels, Uint32Array.from(means), labels, groups, input);
  return {
    pixels,
    rows: chosen.training,
    images: Array.from(chosen.training, (row) => stored[row]!),
    labels,
    unreadable,
    training: evaluationSet(training, classes, new Set())!,
    validation: setOf(queries.validation, stored.length) ?? evaluationSet(heldOut, classes, taken),
    test: setOf(queries.test, stored.length + queries.validation.length),
  };
}

/** Rows that are trained on, and rows that are held out of them. */
function choose(
  labels: Int32Array,
  groups: Int32Array,
  hasValidation: boolean,
  { labelsPerClass, seed }: FineTuneDataOptions,
): { readonly training: Uint32Array; readonly validation: Uint32Array } {
  const rows = Uint32Array.from(labels, (_, row) => row);
  const candidates = { rows, labels, groups };
  const random = labelStream(seed);
  const none = new Uint32Array(0);
  if (labelsPerClass > 0) {
    return { training: drawPerClass(candidates, labelsPerClass, random).drawn, validation: none };
  }
  if (hasValidation || smallestClass(candidates) < FEWEST_TO_HOLD_OUT) return { training: rows, validation: none };
  const [training, validation] = stratifiedParts(candidates, [HELD_OUT], random);
  return { training: training!, validation: Uint32Array.from(sample([...validation!], MOST_QUERIES, seed)) };
}

interface Entry {
  readonly pixels: Uint8Array;
  readonly label: number;
  readonly group: number;
}

async function readBack(
  pixels: SharedPixels,
  rows: Uint32Array,
  labels: Int32Array,
  groups: Int32Array,
  input: EncoderInput,
): Promise<Entry[]> {
  const reader = new PixelReader(pixels);
  try {
    const entries: Entry[] = [];
    for (const row of rows) {
      entries.push({ pixels: await encoderPixels(reader.read(row), input), label: labels[row]!, group: groups[row]! });
    }
    return entries;
  } finally {
    reader.close();
  }
}

/** Without what is a duplicate of a group that is taken; undefined where nothing is left. */
function evaluationSet(
  entries: readonly Entry[],
  classes: readonly string[],
  taken: ReadonlySet<number>,
): EvaluationSet | undefined {
  const kept = entries.filter(({ group }) => !taken.has(group));
  if (kept.length === 0) return undefined;
  return {
    pixels: concatenated(kept.map(({ pixels }) => pixels)),
    count: kept.length,
    labels: Int32Array.from(kept, ({ label }) => label),
    groups: Int32Array.from(kept, ({ group }) => group),
    classes,
  };
}
