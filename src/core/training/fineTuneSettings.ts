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
} from './commonSettings.ts';
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
  readonly labelsPerClass: number;
  readonly labelSmoothing: number;
  readonly balanced: boolean;
  readonly patience: number;
}

/** What fine-tuning begins with. */
export interface FineTuneStart {
  /** Id of the encoder, its network and size; undefined: from scratch. */
  readonly encoder: { readonly id: string; readonly network: string; readonly size: number } | undefined;
  /** Whether its projection head was kept. */
  readonly hasHead: boolean;
}

const LARGEST_BATCH = 64;
const SMALLEST_BATCH = 4;
/** Pictures in a batch from which their own statistics are better. */
const FEWEST_FOR_STATISTICS = 16;
/** A few labels are seen again and again; more of them need fewer passes. */
const STEPS = 600;
const FEWEST_EPOCHS = 20;
const MOST_EPOCHS = 100;

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
  const batchImages = settings.batchImages ?? defaultBatch(images);
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
    labelsPerClass: 0,
    labelSmoothing: 0.1,
    balanced: true,
    epochs: defaultEpochs(images, batchImages),
    patience: 20,
    optimizer: 'adamw',
    // What has been learnt is not to be forgotten at once.
    learningRate: encoder === undefined ? 3e-3 : 1e-3,
    weightDecay: 1e-4,
    ...settings,
    from: encoder?.id ?? '',
    network,
    size: encoder?.size ?? settings.size ?? 64,
    batchImages,
  };
  check(resolved, images, hasHead);
  return named(resolved, `${network} at ${resolved.size} px, ${encoder === undefined ? 'from scratch' : 'fine-tuned'}`);
}

function defaultBatch(images: number): number {
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, images / 2)));
  return Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, wanted));
}

function defaultEpochs(images: number, batchImages: number): number {
  const steps = Math.max(1, Math.floor(images / batchImages));
  return Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.ceil(STEPS / steps)));
}

const limits: Partial<Record<keyof ResolvedFineTuneSettings, Limits>> = {
  stageRate: [0, 1],
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

function check(settings: ResolvedFineTuneSettings, images: number, hasHead: boolean): void {
  checkCommonSettings(settings, images, 1);
  assertWithin(settings, limits, ['labelsPerClass', 'patience']);
  assertChosen(settings, choices);
  const { trainedStages, network } = settings;
  const stages = networkParts(network).length - 1;
  const fits =
    trainedStages === 'all' || (Number.isInteger(trainedStages) && trainedStages >= 0 && trainedStages <= stages);
  if (!fits)
    throw usage(`trainedStages is ${trainedStages}; it has to be all, or 0 to ${stages} stages of ${network}.`);
  if (settings.feature === 'projection' && settings.from !== '' && !hasHead) {
    throw usage(
      `The encoder ${settings.from} was kept without its projection head; fine-tune from the representation (feature representation).`,
    );
  }
  if (settings.classifierStart === 'probe' && settings.classifier === 'cosine') {
    throw usage(
      'A cosine classifier starts with the means of the classes; a probe (classifierStart) is for a linear one.',
    );
  }
}
