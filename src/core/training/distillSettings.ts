import { tooFewImages, usage } from '../errors.ts';
import { checkAugmentation, CROP_AUGMENTATION, type AugmentationChoice } from './augmentationChoice.ts';
import {
  assertChosen,
  assertWithin,
  checkCommonSettings,
  commonDefaults,
  named,
  type Choices,
  type Limits,
  type ResolvedCommonSettings,
  type StartingShape,
} from './commonSettings.ts';
import type { Lesson } from './distillProgram.ts';
import { checkTrainedStages, defaultLearningRate, FEWEST_IMAGES } from './pretrainSettings.ts';

/** Everything that a run of distillation is determined by, besides the images. */
export interface ResolvedDistillSettings extends ResolvedCommonSettings, AugmentationChoice {
  /** Id of the teacher, or the path of its file. */
  readonly teacher: string;
  readonly lesson: Lesson['kind'];
  /** Id of the encoder that the student starts as; empty: with first weights. */
  readonly from: string;
  /** How many of the last stages of an encoder of others train; `all` of ours. */
  readonly trainedStages: 'all' | number;
  readonly temperature: number;
  readonly teacherTemperature: number;
  readonly teacherShare: number;
  readonly labelsPerClass: number;
  readonly teacherViews: number;
  readonly centredTeacher: boolean;
  readonly mixup: number;
  readonly includeTest: boolean;
}

/** What distillation begins with. */
export interface DistillStart {
  readonly teacher: {
    readonly reference: string;
    readonly hasClasses: boolean;
    /** Views of each image of which what it says can be kept. */
    readonly mostViews: (lesson: Lesson['kind']) => number;
  };
  /** The encoder that the student starts as, where it is one. */
  readonly student: StartingShape | undefined;
}

/** The student that is half as wide as the default network. */
const DEFAULT_STUDENT = 'resnet10-light';
const LARGEST_BATCH = 64;
/** Encoders of others take larger pictures. */
const LARGEST_IMPORTED_BATCH = 32;
const IMPORTED_RATE = 1e-4;
const SMALLEST_BATCH = 8;
/** "A good teacher is patient and consistent", L. Beyer et al., CVPR 2022, https://arxiv.org/abs/2106.05237: long runs pay. */
const STEPS = 3000;
const FEWEST_EPOCHS = 20;
const MOST_EPOCHS = 200;
/** At which a teacher looks at similarities, as in SEED. */
export const TEACHER_TEMPERATURE = 0.01;
/** Views that a teacher looks at where nobody says how many: more take more of its time. */
const VIEWS = 16;

/** Fills in what is left open and checks the rest. Throws usage or too-few-images. */
export function resolveDistillSettings(
  settings: Partial<ResolvedDistillSettings>,
  { teacher, student }: DistillStart,
  images: number,
  threads: number,
): ResolvedDistillSettings {
  if (images < FEWEST_IMAGES) throw tooFewImages(images, FEWEST_IMAGES);
  const isImported = student?.imported === true;
  const batchImages = settings.batchImages ?? defaultBatch(images, isImported ? LARGEST_IMPORTED_BATCH : LARGEST_BATCH);
  const optimizer = settings.optimizer ?? 'adamw';
  const lesson = settings.lesson ?? (teacher.hasClasses ? 'classes' : 'embeddings');
  assertChosen({ lesson }, choices);
  const epochs = settings.epochs ?? defaultEpochs(images, batchImages);
  const resolved: ResolvedDistillSettings = {
    ...commonDefaults(threads),
    // SEED's students look at similarities at 0.2; probabilities of classes are taken as the teacher gives them.
    temperature: lesson === 'similarities' ? 0.2 : 1,
    teacherTemperature: TEACHER_TEMPERATURE,
    teacherShare: 1,
    centredTeacher: lesson !== 'classes',
    mixup: 0,
    trainedStages: 'all',
    augmentation: CROP_AUGMENTATION,
    labelsPerClass: 0,
    teacherViews: Math.min(VIEWS, epochs, teacher.mostViews(lesson)),
    // What an encoder of others knows is not to be forgotten at once.
    learningRate: isImported
      ? IMPORTED_RATE
      : optimizer === 'adamw'
        ? 3e-3
        : defaultLearningRate(optimizer, batchImages),
    weightDecay: 1e-4,
    includeTest: false,
    ...settings,
    optimizer,
    teacher: teacher.reference,
    lesson,
    epochs,
    from: student?.id ?? '',
    network: student?.network ?? settings.network ?? DEFAULT_STUDENT,
    size: student?.size ?? settings.size ?? 64,
    batchImages,
  };
  check(resolved, images, teacher.mostViews(lesson), isImported);
  return named(resolved, `${resolved.network} at ${resolved.size} px, distilled`);
}

const limits: Partial<Record<keyof ResolvedDistillSettings, Limits>> = {
  temperature: [0.01, 100],
  teacherTemperature: [0.0001, 100],
  teacherShare: [0, 1],
  mixup: [0, 1],
  labelsPerClass: [0, Number.MAX_SAFE_INTEGER],
};

const choices: Choices<Pick<ResolvedDistillSettings, 'lesson'>> = { lesson: ['classes', 'similarities', 'embeddings'] };

function check(settings: ResolvedDistillSettings, images: number, mostViews: number, isImported: boolean): void {
  checkCommonSettings(settings, images, 1, isImported);
  // A classifier can learn alone what a teacher says of classes. A vector stays what it is without stages that train.
  checkTrainedStages(settings, isImported, { verb: 'taught', fewest: settings.lesson === 'classes' ? 0 : 1 });
  checkAugmentation(settings);
  if (settings.mixup > 0 && settings.teacherShare < 1) {
    throw usage(
      'Blended pictures (mixup) have no label of their own: learn from the teacher alone, or leave mixup at 0.',
    );
  }
  assertWithin(settings, { ...limits, teacherViews: [0, mostViews] }, ['labelsPerClass', 'teacherViews']);
}

function defaultBatch(images: number, largest: number): number {
  const wanted = 2 ** Math.floor(Math.log2(images / 4));
  return Math.max(SMALLEST_BATCH, Math.min(largest, wanted));
}

function defaultEpochs(images: number, batchImages: number): number {
  const steps = Math.max(1, Math.floor(images / batchImages));
  return Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.ceil(STEPS / steps)));
}
