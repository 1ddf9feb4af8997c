import { tooFewImages, usage } from '../errors.ts';
import { checkAugmentation, type AugmentationChoice } from './augmentationChoice.ts';
import {
  assertWithin,
  checkCommonSettings,
  commonDefaults,
  named,
  type ResolvedCommonSettings,
  type StartingShape,
} from './commonSettings.ts';
import { IMPORTED_STAGES } from './imported/importedWeights.ts';
import type { OptimizerConfig } from './optimizers.ts';
import type { ContrastiveLossKind } from './pretrainProgram.ts';

/** Everything that a pretraining run is determined by, besides the images. */
export interface ResolvedPretrainSettings extends ResolvedCommonSettings, AugmentationChoice {
  readonly loss: ContrastiveLossKind;
  readonly temperature: number;
  readonly headLayers: 2 | 3;
  /** Id of the encoder that it goes on with, or the path of its file; empty: with first weights. */
  readonly from: string;
  /** How many of the last stages of an encoder of others train; `all` of ours. */
  readonly trainedStages: 'all' | number;
  readonly includeTest: boolean;
}

/** Fewer images teach nothing, and a batch needs negatives. */
export const FEWEST_IMAGES = 16;
const SMALLEST_BATCH = 8;
const DEFAULT_BATCH = 128;
/** Encoders of others take larger pictures. */
const IMPORTED_BATCH = 32;
/** What they know of pictures is not to be forgotten in many passes over a few of them. */
const IMPORTED_EPOCHS = 20;

/** What a run goes on with. */
export interface PretrainStart {
  readonly encoder: StartingShape;
  /** Layers of the projection head that was kept with it. */
  readonly headLayers: 2 | 3 | undefined;
}

/** Fills in what is left open and checks the rest. Throws usage or too-few-images. @param start undefined: with first weights */
export function resolvePretrainSettings(
  settings: Partial<ResolvedPretrainSettings>,
  images: number,
  threads: number,
  start?: PretrainStart,
): ResolvedPretrainSettings {
  if (images < FEWEST_IMAGES) throw tooFewImages(images, FEWEST_IMAGES);
  const isImported = start?.encoder.imported === true;
  const batchImages =
    settings.batchImages ?? Math.min(defaultBatch(images), isImported ? IMPORTED_BATCH : DEFAULT_BATCH);
  const optimizer = settings.optimizer ?? (isImported ? 'adamw' : 'sgd');
  const resolved: ResolvedPretrainSettings = {
    ...commonDefaults(threads),
    epochs: isImported ? IMPORTED_EPOCHS : 100,
    loss: 'nt-xent',
    temperature: 0.2,
    augmentation: 'natural',
    weightDecay: optimizer === 'sgd' ? 5e-4 : optimizer === 'lars' ? 1e-4 : 1e-6,
    headLayers: start?.headLayers ?? 2,
    trainedStages: isImported ? 1 : 'all',
    includeTest: false,
    ...settings,
    from: start?.encoder.id ?? '',
    ...(start && { network: start.encoder.network, size: start.encoder.size }),
    optimizer,
    batchImages,
    learningRate: settings.learningRate ?? defaultLearningRate(optimizer, batchImages),
  };
  check(resolved, images, isImported);
  return named(resolved, `${resolved.network} at ${resolved.size} px${start ? ', pretrained further' : ''}`);
}

/** A power of two that leaves several steps to an epoch where there are few images. */
export function defaultBatch(images: number): number {
  const wanted = 2 ** Math.floor(Math.log2(images / 4));
  return Math.max(SMALLEST_BATCH, Math.min(DEFAULT_BATCH, wanted));
}

/** Linear scaling for SGD and AdamW, the square root for LARS, which the SimCLR authors recommend for small batches. */
export function defaultLearningRate(optimizer: OptimizerConfig['kind'], batchImages: number): number {
  switch (optimizer) {
    case 'sgd':
      return (0.06 * batchImages) / 128;
    case 'adamw':
      return (1e-3 * batchImages) / 128;
    case 'lars':
      return 0.2 * Math.sqrt(batchImages);
  }
}

function check(settings: ResolvedPretrainSettings, images: number, isImported: boolean): void {
  checkCommonSettings(settings, images, SMALLEST_BATCH, isImported);
  checkTrainedStages(settings, isImported, { verb: 'pretrained', fewest: 1 });
  assertWithin(settings, { temperature: [0.01, 10] });
  checkAugmentation(settings);
}

/**
 * Throws usage where so many stages of a network don't train by themselves.
 *
 * @param isImported whether it is an encoder of others: those of ours train as a whole
 * @param training what is done to it, and the fewest stages of it that this makes sense with
 */
export function checkTrainedStages(
  { trainedStages, network }: Pick<ResolvedPretrainSettings, 'trainedStages' | 'network'>,
  isImported: boolean,
  { verb, fewest }: { readonly verb: string; readonly fewest: number },
): void {
  if (trainedStages === 'all') return;
  if (!isImported) throw usage(`${network} is ${verb} as a whole; leave trainedStages out, or name all.`);
  if (!Number.isInteger(trainedStages) || trainedStages < fewest || trainedStages > IMPORTED_STAGES) {
    throw usage(
      `trainedStages is ${trainedStages}; it has to be all, or ${fewest} to ${IMPORTED_STAGES} stages of ${network}.`,
    );
  }
}
