import { usage } from '../errors.ts';
import type { FineTuneConfig } from './fineTuneProgram.ts';
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
import { IMPORTED_STAGES } from './imported/importedWeights.ts';
import { DEFAULT_NETWORK, networkParts } from './networks/networks.ts';

/** Everything that a run of fine-tuning is determined by, besides the images. */
export interface ResolvedFineTuneSettings extends ResolvedCommonSettings {
  /** Id of the encoder that it starts from; empty: from scratch. */
  readonly from: string;
  readonly feature: FineTuneConfig['feature'];
  readonly classifier: FineTuneConfig['classifier'];
  readonly classifierStart: 'zero' | 'probe';
  readonly trainedStages: FineTuneConfig['trainedStages'];
  readonly runningStatistics: FineTuneConfig['runningStatistics'];
  readonly stageRate: number;
  readonly classifierRate: number;
  readonly startShare: number;
  readonly labelsPerClass: number;
  readonly labelSmoothing: number;
  readonly balanced: boolean;
  readonly patience: number;
}

/** What fine-tuning begins with. */
export interface FineTuneStart {
  /** Id of the encoder, its network and size; undefined: from scratch. */
  readonly encoder: StartingShape | undefined;
  /** Whether its projection head was kept. */
  readonly hasHead: boolean;
}

const LARGEST_BATCH = 64;
/** Encoders of others take larger pictures. */
const LARGEST_IMPORTED_BATCH = 32;
const SMALLEST_BATCH = 4;
/** Pictures in a batch from which their own statistics are better. */
const FEWEST_FOR_STATISTICS = 16;
/** A few labels are seen again and again; more of them need fewer passes. */
const passes = { steps: 600, fewest: 20, most: 100 };
/** Encoders of others have seen far more pictures than a dataset has, and what they know is soon forgotten. */
const importedPasses: typeof passes = { steps: 150, fewest: 10, most: 25 };

/**
 * Fills in what is left open and checks the rest. Throws usage.
 *
 * @param images that are trained on
 */
export function resolveFineTuneSettings(
  settings: Partial<ResolvedFineTuneSettings>,
  { encoder, hasHead }: FineTuneStart,
  images: number,
  threads: number,
): ResolvedFineTuneSettings {
  const isImported = encoder?.imported === true;
  const batchImages = settings.batchImages ?? defaultBatch(images, isImported ? LARGEST_IMPORTED_BATCH : LARGEST_BATCH);
  const network = encoder?.network ?? settings.network ?? DEFAULT_NETWORK;
  const resolved: ResolvedFineTuneSettings = {
    ...commonDefaults(threads),
    feature: hasHead ? 'projection' : 'representation',
    classifier: 'linear',
    classifierStart: 'zero',
    trainedStages: 'all',
    // A batch of a few pictures tells less of the statistics than the pretraining did.
    runningStatistics: encoder === undefined || batchImages >= FEWEST_FOR_STATISTICS ? 'frozen' : 'all',
    stageRate: 1,
    classifierRate: 1,
    startShare: 0,
    labelsPerClass: 0,
    labelSmoothing: 0.1,
    balanced: true,
    epochs: defaultEpochs(images, batchImages, isImported ? importedPasses : passes),
    patience: 20,
    optimizer: 'adamw',
    // What has been learnt is not to be forgotten at once.
    learningRate: encoder === undefined ? 3e-3 : 1e-3,
    weightDecay: 1e-4,
    ...(isImported && importedDefaults(settings, encoder.transformer === true)),
    ...settings,
    from: encoder?.id ?? '',
    network,
    size: encoder?.size ?? settings.size ?? 64,
    batchImages,
  };
  check(resolved, images, hasHead, isImported);
  return named(resolved, `${network} at ${resolved.size} px, ${encoder === undefined ? 'from scratch' : 'fine-tuned'}`);
}

/** As transformers and ConvNeXts are fine-tuned by their authors; not measured here. */
const TRANSFORMER_RATE = 1e-4;

/**
 * Linear probe, then fine-tuning: A. Kumar et al., ICLR 2022, https://arxiv.org/abs/2202.10054. The classifier begins as the
 * probe and stays it, and the last layers of the encoder follow. Chosen by validation images of clothing with a MobileNetV3, three
 * choices of 20 labels of each class, of which 73.7 % were right by the probe:
 *
 * | stages | learning rate | right |
 * | --- | --- | --- |
 * | 1 | 3e-4 | 74.4 % |
 * | 1 | 1e-3 | 74.2 % |
 * | 2 | 3e-4 | 74.6 % |
 * | 2 | 8e-4 | 75.3 % |
 *
 * What is kept is the mean of that and what it began with (`startShare`): on three further choices, with 72.5 % by the probe,
 * 73.4 % became 74.0 %, which was 1.5 points above the probe for each of them, instead of 0.4 below to 2.3 above. Where the
 * classifier learns too, alone or with the last layers, it soon is worse than the probe.
 *
 * Batch normalisations of others use their running statistics; where exporters have merged them into convolutions, only a scale
 * and a shift are left of them anyway.
 */
function importedDefaults(
  {
    classifier = 'linear',
    classifierStart = classifier === 'linear' ? 'probe' : 'zero',
    trainedStages = 2,
  }: Partial<ResolvedFineTuneSettings>,
  isTransformer: boolean,
) {
  const isProbe = classifierStart === 'probe';
  return {
    classifierStart,
    trainedStages,
    // Where nothing else trains, the classifier has to, but so little that it is the probe still.
    classifierRate: isProbe && trainedStages !== 0 ? 0 : 1,
    startShare: isProbe ? 0.5 : 0,
    labelSmoothing: isProbe ? 0 : 0.1,
    runningStatistics: 'all',
    stageRate: 0.5,
    learningRate: isProbe && trainedStages === 0 ? 1e-5 : isTransformer ? TRANSFORMER_RATE : 8e-4,
  } as const;
}

function defaultBatch(images: number, largest: number): number {
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, images / 2)));
  return Math.max(SMALLEST_BATCH, Math.min(largest, wanted));
}

function defaultEpochs(images: number, batchImages: number, { steps, fewest, most }: typeof passes): number {
  const stepsPerEpoch = Math.max(1, Math.floor(images / batchImages));
  return Math.min(most, Math.max(fewest, Math.ceil(steps / stepsPerEpoch)));
}

const limits: Partial<Record<keyof ResolvedFineTuneSettings, Limits>> = {
  stageRate: [0, 1],
  classifierRate: [0, 1],
  startShare: [0, 0.99],
  labelsPerClass: [0, Number.MAX_SAFE_INTEGER],
  labelSmoothing: [0, 0.99],
  patience: [0, 100_000],
};

const choices: Choices<ResolvedFineTuneSettings> = {
  feature: ['projection', 'representation'],
  classifier: ['linear', 'cosine'],
  classifierStart: ['zero', 'probe'],
  runningStatistics: ['frozen', 'all'],
};

function check(settings: ResolvedFineTuneSettings, images: number, hasHead: boolean, isImported: boolean): void {
  checkCommonSettings(settings, images, 1, isImported);
  assertWithin(settings, limits, ['labelsPerClass', 'patience']);
  assertChosen(settings, choices);
  const { trainedStages, network } = settings;
  const stages = isImported ? IMPORTED_STAGES : networkParts(network).length - 1;
  const fits =
    trainedStages === 'all' || (Number.isInteger(trainedStages) && trainedStages >= 0 && trainedStages <= stages);
  if (!fits)
    throw usage(`trainedStages is ${trainedStages}; it has to be all, or 0 to ${stages} stages of ${network}.`);
  if (settings.feature === 'projection' && settings.from !== '' && !hasHead) {
    throw usage(
      `The encoder ${settings.from} was kept without its projection head; fine-tune from the representation (feature representation).`,
    );
  }
  if (isImported && settings.runningStatistics !== 'all') {
    throw usage(
      `The encoder ${settings.from} was made by others, and its normalisations keep their statistics (runningStatistics all).`,
    );
  }
  if (settings.classifierStart === 'probe' && settings.classifier === 'cosine') {
    throw usage(
      'A cosine classifier starts with the means of the classes; a probe (classifierStart) is for a linear one.',
    );
  }
}
