import { augmentationPreset, augmentationPresets } from '../augmentation/presets.ts';
import { tooFewImages, usage } from '../errors.ts';
import { stepsPerEpoch } from './batches.ts';
import { DEFAULT_NETWORK, networkDefinition } from './networks/networks.ts';
import type { OptimizerConfig } from './optimizers.ts';
import type { ContrastiveLossKind } from './pretrainProgram.ts';

/** Everything that a pretraining run is determined by, besides the images. */
export interface ResolvedPretrainSettings {
  readonly network: string;
  readonly size: number;
  readonly batchImages: number;
  readonly epochs: number;
  readonly loss: ContrastiveLossKind;
  readonly temperature: number;
  readonly augmentation: string;
  readonly optimizer: OptimizerConfig['kind'];
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly headLayers: 2 | 3;
  readonly seed: number;
  readonly engine: 'onnxruntime' | 'tensorflow';
  readonly threads: number;
  readonly includeTest: boolean;
  readonly name: string;
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
    network: DEFAULT_NETWORK,
    size: 64,
    epochs: 100,
    loss: 'nt-xent',
    temperature: 0.2,
    augmentation: 'natural',
    weightDecay: optimizer === 'sgd' ? 5e-4 : optimizer === 'lars' ? 1e-4 : 1e-6,
    headLayers: 2,
    seed: 0,
    engine: 'onnxruntime',
    threads,
    includeTest: false,
    name: '',
    ...settings,
    optimizer,
    batchImages,
    learningRate: settings.learningRate ?? defaultLearningRate(optimizer, batchImages),
  };
  check(resolved, images);
  return { ...resolved, name: resolved.name === '' ? `${resolved.network} at ${resolved.size} px` : resolved.name };
}

/** A power of two that leaves several steps to an epoch where there are few images. */
function defaultBatch(images: number): number {
  const wanted = 2 ** Math.floor(Math.log2(images / 4));
  return Math.max(SMALLEST_BATCH, Math.min(DEFAULT_BATCH, wanted));
}

/** Linear scaling for SGD and AdamW, the square root for LARS, which the SimCLR authors recommend for small batches. */
function defaultLearningRate(optimizer: OptimizerConfig['kind'], batchImages: number): number {
  switch (optimizer) {
    case 'sgd':
      return (0.06 * batchImages) / 128;
    case 'adamw':
      return (1e-3 * batchImages) / 128;
    case 'lars':
      return 0.2 * Math.sqrt(batchImages);
  }
}

/** The optimiser in the form that training graphs take. */
export function optimizerConfig({
  optimizer,
  weightDecay,
}: Pick<ResolvedPretrainSettings, 'optimizer' | 'weightDecay'>): OptimizerConfig {
  switch (optimizer) {
    case 'sgd':
      return { kind: 'sgd', momentum: 0.9, weightDecay };
    case 'adamw':
      return { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    case 'lars':
      return { kind: 'lars', momentum: 0.9, weightDecay, trust: 0.001 };
  }
}

/** Engines that train, the built-in one first. */
export const trainingEngines: readonly ResolvedPretrainSettings['engine'][] = ['onnxruntime', 'tensorflow'];

/** A range that a setting has to be in, for messages. */
export type Limits = readonly [low: number, high: number];

const limits: Partial<Record<keyof ResolvedPretrainSettings, Limits>> = {
  size: [32, 128],
  batchImages: [SMALLEST_BATCH, 4096],
  epochs: [1, 100_000],
  temperature: [0.01, 10],
  learningRate: [1e-8, 100],
  weightDecay: [0, 1],
  seed: [0, Number.MAX_SAFE_INTEGER],
  threads: [1, 1024],
};
const whole: readonly (keyof ResolvedPretrainSettings)[] = ['size', 'batchImages', 'epochs', 'seed', 'threads'];

function check(settings: ResolvedPretrainSettings, images: number): void {
  networkDefinition(settings.network);
  assertWithin(settings, limits, whole);
  if (augmentationPreset(settings.augmentation) === undefined) {
    const ids = augmentationPresets.map(({ id }) => id).join(', ');
    throw usage(`There is no augmentation preset "${settings.augmentation}"; choose one of ${ids}.`);
  }
  if (!trainingEngines.includes(settings.engine)) {
    throw usage(`There is no training engine "${settings.engine}"; choose one of ${trainingEngines.join(', ')}.`);
  }
  if (stepsPerEpoch(images, settings.batchImages) === 0) {
    throw usage(`batchImages is ${settings.batchImages} and there are only ${images} images; choose a smaller batch.`);
  }
}

/** Throws usage where a number is out of its range, or should be a whole one and isn't. */
export function assertWithin<T extends object>(
  settings: T,
  ranges: Partial<Record<keyof T & string, Limits>>,
  wholeNumbers: readonly string[],
): void {
  for (const [key, range] of Object.entries(ranges) as [keyof T & string, Limits][]) {
    const value = settings[key] as number;
    const isWhole = wholeNumbers.includes(key);
    const fits = value >= range[0] && value <= range[1] && (!isWhole || Number.isInteger(value));
    if (!fits) {
      throw usage(
        `${key} is ${value}; it has to be a ${isWhole ? 'whole number' : 'number'} from ${range[0]} to ${range[1]}.`,
      );
    }
    if (key === 'size' && value % 8 !== 0) throw usage(`size is ${value}; it has to be a multiple of 8.`);
  }
}
