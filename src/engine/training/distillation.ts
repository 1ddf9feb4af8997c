import { tooFewImages, type LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { classifierModel, type ClassifierShape } from '../../core/training/classifierNetwork.ts';
import { optimizerConfig } from '../../core/training/commonSettings.ts';
import { distillProgram, type Lesson } from '../../core/training/distillProgram.ts';
import { resolveDistillSettings, type ResolvedDistillSettings } from '../../core/training/distillSettings.ts';
import { withTrainedStages } from '../../core/training/imported/importedEncoder.ts';
import { withImportFaults } from '../../core/training/imported/importFaults.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import { encoderModel, evaluationModel } from '../../core/training/pretrainProgram.ts';
import type { Origin } from '../../core/training/provenance.ts';
import {
  labelsNeedClasses,
  noTeacher,
  teacherLacksClasses,
  teacherOfOtherSize,
  teacherUnfinished,
  teacherWithoutClasses,
} from '../../core/training/trainingErrors.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { readConfig } from '../store/config.ts';
import { loadDistillData, type DistillData, type Multiplications } from './distillData.ts';
import { DistillTask } from './distillTask.ts';
import { exportRun, type MadeEncoder } from './encoderExport.ts';
import { multiplicationsOf, multiplicationsOfModel } from './networkCost.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { withRecipe } from './ownAugmentation.ts';
import type { TaskOpener } from './runLifecycle.ts';
import { RunStore } from './runStore.ts';
import { openTeacher } from './teacher.ts';
import {
  neededMemory,
  type PreparedRun,
  type StartedRun,
  type TrainingKind,
  type TrainingOptions,
  type Wish,
} from './trainer.ts';
import { readStartingEncoder } from './startingEncoder.ts';
import { labelsSeenBy } from './trainedOn.ts';
import { selectImages, type Selection } from './trainingData.ts';
import type { RunPosition } from './trainingRun.ts';

/** Length of all gradients together that is out of the ordinary. */
const CLIP_NORM = 5;
/** Pictures that similarities are told to; more are compared with without need. */
const MOST_OTHERS = 2048;
/** What a teacher said of views may take so much memory. */
const MOST_BYTES = 2 ** 30;

interface DistillRun extends PreparedRun<'distill'> {
  readonly selection: Selection;
  readonly teacher: ResolvedEncoder;
  /** Numbers that the teacher gives for a picture. */
  readonly teacherDim: number;
  readonly others: number;
  readonly student: NetworkShape;
  /** The encoder that the student starts as. */
  readonly origin: Origin | undefined;
  /** Of the student with its classifier; undefined where it learns no classes. */
  readonly shape: ClassifierShape | undefined;
}

/** Teaches a small encoder what a larger one says of the images of a dataset (SimCLRv2's third stage, and SEED). */
export class Distillation implements TrainingKind<'distill', DistillRun, DistillData> {
  readonly kind = 'distill';
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  /**
   * Rejects with teacher-unfit, encoder-not-found, encoder-not-trained, encoder-not-trainable, usage, too-few-images, or a code
   * of scanning.
   */
  async prepare({ root, settings: wished, ...scope }: Wish<'distill'>, context: JobContext): Promise<DistillRun> {
    const selection = await selectImages(root, wished.includeTest ?? false, scope, context);
    const { reference, resolved: teacher } = await this.#teacher(root, wished.teacher);
    const { classes = [] } = teacher.card;
    const from = await this.#student(root, wished.from);
    const imageCount = selection.training.length;
    const dim = { classes: classes.length, similarities: teacher.card.output.dim, embeddings: teacher.card.output.dim };
    const mostViews = (lesson: keyof typeof dim) =>
      Math.max(1, Math.floor(MOST_BYTES / opinionBytes(imageCount, dim[lesson])));
    const start = { teacher: { reference, hasClasses: classes.length > 0, mostViews }, student: from?.start };
    const settings = resolveDistillSettings(withRecipe(wished, root), start, imageCount, this.#options.threads);
    const isOfClasses = settings.lesson === 'classes';
    if (isOfClasses && classes.length === 0) throw teacherWithoutClasses(teacher.card.id);
    if (settings.teacherShare < 1) assertLabelsKnown(settings, teacher, selection);
    const teacherDim = dim[settings.lesson];
    const others = settings.lesson === 'similarities' ? Math.min(MOST_OTHERS, imageCount) : 0;
    const { network, size, trainedStages } = settings;
    const imported = from?.imported && withTrainedStages(from.imported, trainedStages);
    const student: NetworkShape = { network, size, ...(imported && { imported }) };
    const shape = isOfClasses ? shapeOf(student, classes.length) : undefined;
    const isLeast = typeof trainedStages === 'number' && trainedStages <= 1;
    const program = withImportFaults(student, isLeast ? 'nothing' : 'stages', () => {
      const written = programOf(settings, student, teacherDim, others);
      // Needed in the end, with a batch of any size, and refused before the work is done.
      if (student.imported) evaluationModel(student);
      return written;
    });
    neededMemory(program, settings.engine, Math.max(1, settings.teacherViews) * opinionBytes(imageCount, teacherDim));
    const run = {
      root,
      selection,
      teacher,
      teacherDim,
      others,
      student,
      origin: from?.card,
      shape,
      settings,
      program,
      imageCount,
    };
    const { chosen } = selection;
    return {
      ...run,
      ...(chosen && { chosen }),
      ...(from && { values: from.values }),
      ...(isOfClasses && { classes }),
    };
  }

  async load(run: StartedRun<DistillRun>, context: JobContext) {
    const { root, files, selection, settings, student, teacher, classes } = run;
    const multiplications = await multiplicationsOfBoth(run);
    const opened = await openTeacher(teacher, settings.lesson, settings.threads);
    try {
      const { input } = trainedEncoderInterface(student);
      const options = { root, scratchFolder: files.folder, settings, input, classes, multiplications };
      const data = await loadDistillData(selection, opened, options, context);
      if (data.images.length < settings.batchImages) throw tooFewImages(data.images.length, settings.batchImages);
      return { ...data, dispose: () => opened.dispose() };
    } catch (error) {
      await opened.dispose();
      throw error;
    }
  }

  task({ settings, teacherDim, others, student, shape }: DistillRun, data: DistillData): Promise<TaskOpener> {
    const options = { settings, data, teacherDim, others, student, shape };
    return Promise.resolve((worker, run) => DistillTask.open(options, worker, run));
  }

  async export(run: StartedRun<DistillRun>, { state }: RunPosition, data: DistillData): Promise<string> {
    const { student, origin, shape, classes, teacher } = run;
    const count = data.images.length;
    const labelled = data.images.filter((_, row) => data.labels[row]! >= 0);
    const made: MadeEncoder = {
      model: shape ? classifierModel(shape, state) : encoderModel(student, state),
      shape: student,
      origin,
      ...(classes && { classes, labelsOf: await labelsSeenBy(teacher, labelled) }),
      trainedOn: `${count} images, ${labelled.length > 0 ? `${labelled.length} with labels, ` : ''}taught by ${teacher.card.id}`,
    };
    return exportRun(run, made, this.#options.registry);
  }

  notices({ teacher, settings, selection }: DistillRun): readonly LikenessError[] {
    const { id, input } = teacher.card;
    const notices = settings.teacherShare < 1 ? selection.notices : [];
    return input.size.every((length) => length === settings.size)
      ? notices
      : [...notices, teacherOfOtherSize(id, input.size, settings.size)];
  }

  /** What is named, or the newest one with classes, or the dataset's own encoder. */
  async #teacher(root: string, named: string | undefined) {
    const runs = await new RunStore(root).list();
    const run =
      named === undefined
        ? runs.find(({ kind, state, encoder }) => kind === 'finetune' && state === 'finished' && encoder !== undefined)
        : runs.find(({ id }) => id === named);
    if (run !== undefined && run.encoder === undefined) throw teacherUnfinished(run.id);
    const reference = run?.encoder ?? named ?? readConfig(root).encoder;
    if (reference === undefined) throw noTeacher(root);
    return { reference, resolved: await this.#options.registry.resolve(reference, root) };
  }

  async #student(root: string, from: string | undefined) {
    if (from === undefined || from === '') return undefined;
    const run = (await new RunStore(root).list()).find(({ id }) => id === from);
    if (run !== undefined && run.encoder === undefined) throw teacherUnfinished(run.id);
    const start = await readStartingEncoder(this.#options.registry, run?.encoder ?? from, root);
    const { reference, card, network, size, values, imported } = start;
    const isImported = imported !== undefined;
    return { start: { id: reference, network, size, imported: isImported }, values, imported, card };
  }
}

async function multiplicationsOfBoth({ teacher, student, start }: StartedRun<DistillRun>): Promise<Multiplications> {
  const { input } = trainedEncoderInterface(student);
  const multiplications = multiplicationsOfModel(encoderModel(student, start.state), input);
  const teacherMultiplications = await multiplicationsOf(teacher);
  return {
    ...(multiplications !== undefined && { multiplications }),
    ...(teacherMultiplications !== undefined && { teacherMultiplications }),
  };
}

function assertLabelsKnown(
  { lesson }: ResolvedDistillSettings,
  { card }: ResolvedEncoder,
  { training }: Selection,
): void {
  if (lesson !== 'classes') throw labelsNeedClasses();
  const labels = new Set(
    training.flatMap(({ label, split }) => (label === undefined || split === 'validation' ? [] : [label])),
  );
  const unknown = [...labels].filter((label) => !card.classes?.includes(label)).sort();
  if (unknown.length > 0) throw teacherLacksClasses(card.id, unknown);
}

/** Memory for what the teacher says of one view of each image. */
function opinionBytes(images: number, dim: number): number {
  return images * dim * Float32Array.BYTES_PER_ELEMENT;
}

function shapeOf(student: NetworkShape, classes: number): ClassifierShape {
  return { ...student, feature: 'representation', classifier: 'linear', classes };
}

function programOf(
  settings: ResolvedDistillSettings,
  student: NetworkShape,
  teacherDim: number,
  others: number,
): TrainingProgram {
  const { batchImages, lesson, teacherShare } = settings;
  return distillProgram({
    ...{ ...student, batchImages, lesson: lessonOf(settings, teacherDim, others) },
    ...(lesson === 'classes' && { classifier: { kind: 'linear' as const, classes: teacherDim } }),
    ...(teacherShare < 1 && { labels: { alpha: teacherShare } }),
    optimizer: optimizerConfig(settings),
    clipNorm: CLIP_NORM,
  });
}

function lessonOf(settings: ResolvedDistillSettings, teacherDim: number, others: number): Lesson {
  const { lesson, temperature, teacherTemperature } = settings;
  switch (lesson) {
    case 'classes':
      return { kind: 'classes', temperature, opinion: 'probabilities' };
    case 'similarities':
      return {
        kind: 'similarities',
        others,
        teacherDim,
        // A representation has no negative numbers, and a teacher's may.
        adaptor: true,
        teacherTemperature,
        studentTemperature: temperature,
      };
    case 'embeddings':
      return { kind: 'embeddings', teacherDim, adaptor: true };
  }
}
