import { madeOnce } from '../../core/madeOnce.ts';
import { augmentationPreset } from '../../core/augmentation/presets.ts';
import type { Progress } from '../../core/progress.ts';
import { formatDuration, progressPercent } from '../../core/progressText.ts';
import { NETWORKS } from '../../core/training/networks/networks.ts';
import { CROP_AUGMENTATION, CUSTOM_AUGMENTATION } from '../../core/training/augmentationChoice.ts';
import type {
  CaptionTrainingSettings,
  CommonTrainingSettings,
  DistillSettings,
  FineTuneSettings,
  PretrainSettings,
  RunComputing,
  RunSummary,
} from '../../protocol/training.ts';
import type { RunningTraining } from './trainingRuns.ts';

const day = madeOnce(() => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }));
const minute = madeOnce(() => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }));
const threeDigits = madeOnce(() => new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }));
const percent = madeOnce(() => new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 }));

export const formatDay = (milliseconds: number): string => day().format(milliseconds);
export const formatMinute = (milliseconds: number): string => minute().format(milliseconds);

/** "ResNet-10": what a network's description begins with. */
export function networkName(id: string): string {
  return NETWORKS.get(id)?.description.split(/[,:]/)[0] ?? id;
}

export const lossNames: Readonly<Record<NonNullable<PretrainSettings['loss']>, string>> = {
  'nt-xent': 'NT-Xent (SimCLR)',
  dcl: 'Decoupled (DCL)',
  supervised: 'Supervised contrastive',
};

/** What a preset is called, or a recipe that is none. */
export function augmentationTitle(id: string): string {
  if (id === CUSTOM_AUGMENTATION) return "The data set's own";
  return id === CROP_AUGMENTATION ? 'Crops and mirror images' : (augmentationPreset(id)?.title ?? id);
}

/**
 * What a person set or would ask about, as name and value; what isn't known is left out.
 *
 * @param computing what came of the wish for something else than the CPU
 */
export function settingTexts(
  given: GivenSettings,
  computing?: RunComputing,
): readonly (readonly [name: string, value: string])[] {
  const settings = given.from === '' ? fromFirstWeights(given) : given;
  const { network, size, epochs, augmentation, loss, batchImages, temperature, optimizer, learningRate } = settings;
  // So the engine lists a run whose record can't be read.
  if (network === '') return [];
  const rows: readonly (readonly [string, string | undefined])[] = [
    ...distillationTexts(settings),
    ['Sees images', given.imageEncoder],
    ['Reads captions', given.textEncoder],
    ['Numbers of a vector', given.outputs?.toString()],
    ['Noise', given.noise?.toString()],
    ['Started from', settings.from === undefined ? undefined : settings.from === '' ? 'scratch' : settings.from],
    ['Network', network === undefined ? undefined : networkName(network)],
    ['View size', size === undefined ? undefined : `${size} × ${size} px`],
    ['Epochs', epochs?.toString()],
    ['Augmentation', augmentation === undefined ? undefined : augmentationTitle(augmentation)],
    ['Loss', loss === undefined ? undefined : lossNames[loss]],
    ...classifierTexts(settings),
    // Only contrastive losses look at two views of an image at once.
    ['Batch', batchImages === undefined ? undefined : batchText(batchImages, loss === undefined ? 1 : 2)],
    ['Temperature', temperature?.toString()],
    ['Optimiser', optimizer === undefined ? undefined : optimizerNames[optimizer]],
    ['Learning rate', learningRate === undefined ? undefined : threeDigits().format(learningRate)],
    ['Weight decay', settings.weightDecay?.toString()],
    ['Head layers', settings.headLayers?.toString()],
    ['Seed', settings.seed?.toString()],
    ['Engine', settings.engine === undefined ? undefined : engineNames[settings.engine]],
    ...computingTexts(settings, computing),
    ['Threads', settings.threads?.toString()],
    ['Test images', settings.includeTest === undefined ? undefined : settings.includeTest ? 'trained on' : 'left out'],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** Who asked for nothing but the CPU knows what computes. */
function computingTexts(
  { provider }: CommonTrainingSettings,
  computing: RunComputing | undefined,
): readonly (readonly [string, string | undefined])[] {
  if (provider === undefined || provider === 'cpu') return [];
  return [
    ['Asked to compute on', provider],
    ['Computed on', computing && computingText(computing)],
  ];
}

/** "webgpu", or "cpu, as webgpu can't run it: no adapter". */
export function computingText({ provider, reason }: RunComputing): string {
  return reason === undefined ? provider : `${provider}, as ${reason}`;
}

type GivenSettings = PretrainSettings & FineTuneSettings & DistillSettings & CaptionTrainingSettings;

/** Pretraining usually starts with nothing and, like a student, trains everything then, which nobody has to be told. */
function fromFirstWeights(given: GivenSettings): GivenSettings {
  const { trainedStages: _, ...others } = given;
  if (given.headLayers === undefined) return given.teacher === undefined ? given : others;
  const { from: __, ...unsaid } = others;
  return unsaid;
}

function classifierTexts(settings: FineTuneSettings): readonly (readonly [string, string | undefined])[] {
  const { feature, classifier, classifierStart, trainedStages, runningStatistics, labelsPerClass, patience } = settings;
  const features = { projection: 'first layer of the projection head', representation: 'representation' };
  return [
    ['Classifier', classifierStart === 'probe' ? 'linear, from the linear probe' : classifier],
    ['It sees', feature === undefined ? undefined : features[feature]],
    ['Trained stages', trainedStages === undefined ? undefined : String(trainedStages)],
    [
      'Kept statistics',
      runningStatistics === undefined ? undefined : runningStatistics === 'all' ? 'all' : 'of frozen stages',
    ],
    [
      'Labels per class',
      labelsPerClass === undefined ? undefined : labelsPerClass === 0 ? 'all' : String(labelsPerClass),
    ],
    ['Patience', patience === undefined ? undefined : patience === 0 ? 'none' : `${patience} epochs`],
  ];
}

function batchText(images: number, viewsPerImage: number): string {
  return viewsPerImage === 1 ? `${images} images` : `${images} images, ${viewsPerImage * images} views`;
}

export const lessonNames: Readonly<Record<NonNullable<DistillSettings['lesson']>, string>> = {
  classes: 'classes',
  similarities: 'similarities (SEED)',
  embeddings: 'embeddings',
};

function distillationTexts({
  teacher,
  lesson,
  teacherShare,
  teacherViews,
  mixup,
}: DistillSettings): readonly (readonly [string, string | undefined])[] {
  return [
    ['Teacher', teacher],
    ['It teaches', lesson === undefined ? undefined : lessonNames[lesson]],
    ['Its share in the loss', teacherShare === undefined ? undefined : formatShare(teacherShare)],
    [
      'Views it looks at',
      teacherViews === undefined
        ? undefined
        : teacherViews === 0
          ? 'new ones in every epoch'
          : `${teacherViews} of each image`,
    ],
    ['Blended with others', mixup === undefined || mixup === 0 ? undefined : formatShare(mixup)],
  ];
}

const engineNames: Readonly<Record<NonNullable<PretrainSettings['engine']>, string>> = {
  onnxruntime: 'ONNX Runtime',
  tensorflow: 'TensorFlow.js',
};

const optimizerNames: Readonly<Record<NonNullable<PretrainSettings['optimizer']>, string>> = {
  sgd: 'SGD',
  adamw: 'AdamW',
  lars: 'LARS',
};

/** Metrics in the order that people ask for them; those of which the second is true are shares. */
const knownMetrics: Readonly<Record<string, readonly [name: string, isShare: boolean]>> = {
  testMacro: ['Accuracy on test images', true],
  testMacroError: ['Its uncertainty (95 %), ±', true],
  testAccuracy: ['On test images, large classes weighing more', true],
  testCalibrationError: ['Confidence off by', true],
  teacherTestMacro: ["The teacher's accuracy on test images", true],
  teacherTestAccuracy: ["The teacher's, large classes weighing more", true],
  bestValidationMacro: ['Accuracy on validation images', true],
  bestEpoch: ['Best epoch', false],
  validationMacro: ['Newest accuracy there', true],
  validationAccuracy: ['There, large classes weighing more', true],
  accuracy: ['Accuracy on the last batch', true],
  testKnnMacro: ['kNN accuracy on test images', true],
  testKnnMacroError: ['Its uncertainty (95 %), ±', true],
  testKnnMacroUntrained: ['kNN on test images, untrained', true],
  testKnn: ['kNN on test images, large classes weighing more', true],
  knnMacro: ['kNN accuracy on trained images', true],
  knnMacroUntrained: ['kNN on trained images, untrained', true],
  knn: ['kNN on trained images, large classes weighing more', true],
  knnUntrained: ['The same, untrained', true],
  relativeLoss: ['Loss as a share of chance', true],
  loss: ['Loss', false],
  contrastiveAccuracy: ['Contrastive accuracy', true],
  reconstructionError: ['Squared error of the reconstructions', false],
  peakSignalToNoise: ['Peak signal to noise, dB', false],
  multiplications: ['Multiplications per image', false],
  teacherMultiplications: ["The teacher's multiplications", false],
  testRecallAt1: ['Recall@1 of held-out pairs', true],
  testRecallAt1Before: ['Before the training', true],
  testRecallAt5: ['Recall@5', true],
  testRecallAt5Before: ['Recall@5 before', true],
  testRecallAt10: ['Recall@10', true],
  testRecallAt10Before: ['Recall@10 before', true],
  testImageToCaption: ['Recall@1, image to caption', true],
  testImageToCaptionBefore: ['Image to caption before', true],
  testCaptionToImage: ['Recall@1, caption to image', true],
  testCaptionToImageBefore: ['Caption to image before', true],
  bestValidationRecall: ['Recall of validation pairs, mean of @1 to @10', true],
  validationRecallBefore: ['There before the training', true],
  validationRecall: ['Newest recall there', true],
  validationRecallAt1: ['Newest recall@1 there', true],
  validationRecallAt1Before: ['Recall@1 there before', true],
};
const metricOrder = Object.keys(knownMetrics);

/** Metrics as name and value, those first that people ask for. */
export function metricTexts(metrics: RunSummary['metrics']): readonly (readonly [name: string, value: string])[] {
  const others = Object.keys(metrics).filter((key) => !metricOrder.includes(key));
  return [...metricOrder.filter((key) => key in metrics), ...others].map((key) => {
    const [name, isShare] = knownMetrics[key] ?? [metricName(key), false];
    const value = metrics[key]!;
    return [name, isShare ? formatShare(value) : threeDigits().format(value)];
  });
}

/** "effectiveRank" → "Effective rank". */
function metricName(key: string): string {
  const words = key.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function formatShare(share: number): string {
  return `${percent().format(100 * share)} %`;
}

/** Mean over classes; on test images where there are any, undefined where there are no labels. */
export function accuracyText(metrics: RunSummary['metrics']): string | undefined {
  const { testMacro, bestValidationMacro, testKnnMacro, knnMacro, testRecallAt1, bestValidationRecall } = metrics;
  if (testRecallAt1 !== undefined) return `recall@1 ${formatShare(testRecallAt1)}`;
  if (bestValidationRecall !== undefined) return `validation recall ${formatShare(bestValidationRecall)}`;
  if (testMacro !== undefined) return `${formatShare(testMacro)} of test images right`;
  if (bestValidationMacro !== undefined) return `${formatShare(bestValidationMacro)} of validation images right`;
  if (testKnnMacro !== undefined) return `test kNN ${formatShare(testKnnMacro)}`;
  return knnMacro === undefined ? undefined : `kNN ${formatShare(knnMacro)}`;
}

/**
 * The accuracy beside what it's to be compared with, that of the teacher or of the same network without training: "test kNN
 * 84.2 %, untrained 61.0 %".
 */
export function comparedAccuracyText(metrics: RunSummary['metrics']): string | undefined {
  const { testMacro, teacherTestMacro, bestValidationMacro, testKnnMacro, testRecallAt1Before } = metrics;
  const accuracy = accuracyText(metrics);
  if (accuracy === undefined) return undefined;
  if (testRecallAt1Before !== undefined) return `${accuracy}, before ${formatShare(testRecallAt1Before)}`;
  if (testMacro !== undefined || bestValidationMacro !== undefined) {
    return teacherTestMacro === undefined ? accuracy : `${accuracy}, the teacher ${formatShare(teacherTestMacro)}`;
  }
  const untrained = testKnnMacro === undefined ? metrics['knnMacroUntrained'] : metrics['testKnnMacroUntrained'];
  return untrained === undefined ? accuracy : `${accuracy}, untrained ${formatShare(untrained)}`;
}

/** The engine's name for what takes the time; a share of anything else is none of the whole. */
const TRAINING_PHASE = 'Training';

/** "37 % · 12 min left"; the phase too while it is another one than training. */
export function trainingProgress({ progress, stopping }: Pick<RunningTraining, 'progress' | 'stopping'>): string {
  if (stopping) return 'stopping, its state is being saved';
  if (!progress) return 'starting';
  const parts = [progressShare(progress)];
  if (progress.secondsLeft !== undefined && progress.secondsLeft > 0) {
    parts.push(`${formatDuration(progress.secondsLeft)} left`);
  }
  return parts.join(' · ');
}

function progressShare(progress: Progress): string {
  const share = progressPercent(progress);
  if (share === undefined) return progress.phase.toLowerCase();
  return progress.phase === TRAINING_PHASE ? `${share} %` : `${progress.phase.toLowerCase()} ${share} %`;
}
