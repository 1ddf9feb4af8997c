import { tooFewImages } from '../errors.ts';
import { checkAugmentation, type AugmentationChoice } from './augmentationChoice.ts';
import {
  assertWithin,
  checkCommonSettings,
  commonDefaults,
  named,
  type ResolvedCommonSettings,
} from './commonSettings.ts';
import type { OptimizerConfig } from './optimizers.ts';
import type { ContrastiveLossKind } from './pretrainProgram.ts';

/** Everything that a pretraining run is determined by, besides the images. */
export interface ResolvedPretrainSettings extends ResolvedCommonSettings, AugmentationChoice {
  readonly loss: ContrastiveLossKind;
  readonly temperature: number;
  readonly headLayers: 2 | 3;
  readonly includeTest: boolean;
}

/** Fewer images teach nothing, and a batch needs negatives. */
export const FEWEST_IMAGES = 16;
const SMALLEST_BATCH = 8;
const DEFAULT_BATCH = 128;

/** Fills in what is left open and checks the rest. Throws usage or too-few-images. */
export function resolvePretrainSettings(
  settings: Partial<ResolvedPretrainSettings>,
  images: number,
  threads: number,
): ResolvedPretrainSettings {
  if (images < FEWEST_IMAGES) throw tooFewImages(images, FEWEST_IMAGES);
  const batchImages = settings.batchImages ?? defaultBatch(images);
  const optimizer = settings.optimizer ?? 'sgd';
  const resolved: ResolvedPretrainSettings = {
    ...commonDefaults(threads),
    epochs: 100,
    loss: 'nt-xent',
    temperature: 0.2,
    augmentation: 'natural',
    weightDecay: optimizer === 'sgd' ? 5e-4 : optimizer === 'lars' ? 1e-4 : 1e-6,
    headLayers: 2,
    includeTest: false,
    ...settings,
    optimizer,
    batchImages,
    learningRate: settings.learningRate ?? defaultLearningRate(optimizer, batchImages),
  };
  check(resolved, images);
  return named(resolved, `${resolved.network} at ${resolved.size} px`);
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

function check(settings: ResolvedPretrainSettings, images: number): void {
  checkCommonSettings(settings, images, SMALLEST_BATCH);
  assertWithin(settings, { temperature: [0.01, 10] });
  checkAugmentation(settings);
}
