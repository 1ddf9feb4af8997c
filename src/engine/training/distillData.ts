import type { EncoderInput } from '../../core/encoders/card.ts';
import { drawPerClass } from '../../core/evaluation/splits.ts';
import { pictureGroups } from '../../core/images/pictureGroups.ts';
import type { JobContext } from '../../core/progress.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import { BatchCollector } from '../indexing/batchCollector.ts';
import type { EvaluationSet } from './evaluation.ts';
import { concatenated } from './evaluationSets.ts';
import { labelStream } from './fineTuneData.ts';
import { PixelReader } from './pixelStore.ts';
import type { Teacher } from './teacher.ts';
import { TINY, tinyInput } from './tinyPictures.ts';
import { loadTrainingData, type Selection, type TrainingData } from './trainingData.ts';

export interface DistillData extends TrainingData {
  readonly teacher: Teacher;
  readonly multiplications: Multiplications;
  /** Number among the teacher's classes of each image whose label is learnt from; −1 for all others. */
  readonly labels: Int32Array;
  /**
   * Labelled pictures of the test split at the student's size, none of which is a duplicate of one that is trained on, with
   * what the teacher says of them; `labels` are numbers among its classes. Undefined where there are none, or no classes.
   */
  readonly test: (Pick<EvaluationSet, 'pixels' | 'count' | 'labels'> & { readonly teacher: Float32Array }) | undefined;
}

/** What a picture costs: `multiplications` by the student and `teacherMultiplications`, where they can be counted. */
export type Multiplications = Readonly<Record<string, number>>;

export interface DistillDataOptions {
  readonly root: string;
  /** Folder for what doesn't fit into memory. */
  readonly scratchFolder: string;
  /** How the student takes pictures. */
  readonly input: EncoderInput;
  readonly settings: {
    readonly seed: number;
    readonly teacherShare: number;
    readonly labelsPerClass: number;
  };
  /** The teacher's; undefined where it teaches none. */
  readonly classes: readonly string[] | undefined;
  readonly multiplications: Multiplications;
}

/** Decodes all images once, and asks the teacher about those that are only measured with. */
export async function loadDistillData(
  selection: Selection,
  teacher: Teacher,
  options: DistillDataOptions,
  context: JobContext,
): Promise<DistillData> {
  const { root, scratchFolder, settings, input, classes, multiplications } = options;
  const opinions: Float32Array[] = [];
  const queries = new BatchCollector<undefined, Float32Array>(
    { input: teacher.input, batchSize: teacher.batchSize, run: (pixels, count) => teacher.run(pixels, count) },
    (_, rows) => {
      opinions.push(rows);
    },
  );
  const data = await loadTrainingData(
    selection.training,
    selection.test,
    {
      ...{ root, input, scratchFolder, seed: settings.seed, otherSize: teacher.input.size },
      ...(classes && {
        onQuery: async ({ pixels }) => queries.add(await encoderPixels(pixels, teacher.input), undefined),
      }),
    },
    context,
  );
  await queries.flush();
  const labels = new Int32Array(data.images.length).fill(-1);
  if (classes !== undefined && settings.teacherShare < 1) await chooseLabels(labels, data, classes, options);
  return { ...data, teacher, multiplications, labels, test: classes && testOf(data, classes, opinions) };
}

/** Labels of the validation split stay unseen, so that fine-tuning and distillation by the same seed see the same ones. */
async function chooseLabels(
  chosen: Int32Array,
  { images, pixels }: TrainingData,
  classes: readonly string[],
  { settings, input }: DistillDataOptions,
): Promise<void> {
  const rows = Uint32Array.from(images.keys()).filter((row) => {
    const { label, split } = images[row]!;
    return label !== undefined && split !== 'test' && split !== 'validation';
  });
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const labels = Int32Array.from(rows, (row) => numbers.get(images[row]!.label!)!);
  const { labelsPerClass, seed } = settings;
  if (labelsPerClass === 0) {
    rows.forEach((row, i) => (chosen[row] = labels[i]!));
    return;
  }
  const tiny: Uint8Array[] = [];
  const tiniest = tinyInput(input);
  const reader = new PixelReader(pixels);
  try {
    for (const row of rows) tiny.push(await encoderPixels(reader.read(row), tiniest));
  } finally {
    reader.close();
  }
  const groups = pictureGroups(concatenated(tiny), tiny.length, TINY);
  const positions = Uint32Array.from(rows.keys());
  const { drawn } = drawPerClass({ rows: positions, labels, groups }, labelsPerClass, labelStream(seed));
  for (const position of drawn) chosen[rows[position]!] = labels[position]!;
}

function testOf(
  { heldOut }: TrainingData,
  classes: readonly string[],
  opinions: readonly Float32Array[],
): DistillData['test'] {
  if (heldOut === undefined) return undefined;
  const { bank, queries } = heldOut;
  const trained = new Set(bank.groups);
  const numbers = queries.classes.map((name) => classes.indexOf(name));
  const numberOf = (row: number) => numbers[queries.labels[row]!] ?? -1;
  const rows = Uint32Array.from({ length: queries.count }, (_, row) => row).filter(
    (row) => numberOf(row) >= 0 && !trained.has(queries.groups[row]!),
  );
  if (rows.length === 0) return undefined;
  const all = new Float32Array(queries.count * classes.length);
  let offset = 0;
  for (const part of opinions) {
    all.set(part, offset);
    offset += part.length;
  }
  const pictureLength = queries.pixels.length / queries.count;
  return {
    pixels: concatenated(
      Array.from(rows, (row) => queries.pixels.subarray(row * pictureLength, (row + 1) * pictureLength)),
    ),
    count: rows.length,
    labels: Int32Array.from(rows, numberOf),
    teacher: Float32Array.from({ length: rows.length * classes.length }, (_, i) => {
      const row = rows[Math.floor(i / classes.length)]!;
      return all[row * classes.length + (i % classes.length)]!;
    }),
  };
}
