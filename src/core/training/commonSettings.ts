import { PROVIDER_CHOICES, type ProviderChoice } from '../encoders/executionProviders.ts';
import { usage } from '../errors.ts';
import { stepsPerEpoch } from './batches.ts';
import { DEFAULT_NETWORK, networkDefinition } from './networks/networks.ts';
import type { OptimizerConfig } from './optimizers.ts';

/** An encoder that a training goes on with. */
export interface StartingShape {
  readonly id: string;
  readonly network: string;
  /** Height and width of its pictures in pixels. */
  readonly size: number;
  /** Whether others have made it. */
  readonly imported: boolean;
  /** Whether it is a transformer, or built like one: such networks are trained further at much lower rates. */
  readonly transformer?: boolean;
}

/** What runs of all kinds are determined by, besides the images. */
export interface ResolvedCommonSettings extends ResolvedStepSettings {
  readonly network: string;
  readonly size: number;
}

/** What the steps of all runs are determined by, whatever they train. */
export interface ResolvedStepSettings {
  readonly batchImages: number;
  readonly epochs: number;
  readonly optimizer: OptimizerConfig['kind'];
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly engine: 'onnxruntime' | 'tensorflow';
  /** What ONNX Runtime computes the steps on. */
  readonly provider: ProviderChoice;
  readonly threads: number;
  readonly name: string;
}

/** Engines that train, the built-in one first. */
export const trainingEngines: readonly ResolvedCommonSettings['engine'][] = ['onnxruntime', 'tensorflow'];

/** What is chosen where nobody says otherwise, whatever the kind. */
export function commonDefaults(threads: number) {
  return { network: DEFAULT_NETWORK, size: 64, ...stepDefaults(threads) } as const;
}

/** The same of what trains no network of ours. */
export function stepDefaults(threads: number) {
  return { seed: 0, engine: 'onnxruntime', provider: 'cpu', threads, name: '' } as const;
}

/** The name that a person gave, else this one. */
export function named<Settings extends Pick<ResolvedCommonSettings, 'name'>>(
  settings: Settings,
  usual: string,
): Settings {
  return settings.name === '' ? { ...settings, name: usual } : settings;
}

/** A range that a setting has to be in, for messages. */
export type Limits = readonly [low: number, high: number];

/** Values that a setting can have. */
export type Choices<T> = Partial<Record<keyof T & string, readonly string[]>>;

const limits = {
  epochs: [1, 100_000],
  learningRate: [1e-8, 100],
  weightDecay: [0, 1],
  seed: [0, Number.MAX_SAFE_INTEGER],
  threads: [1, 1024],
} as const satisfies Partial<Record<keyof ResolvedStepSettings, Limits>>;

const sizeLimits: Limits = [32, 128];

/**
 * Checks what all kinds of runs have in common. Throws usage.
 *
 * @param images that are trained on
 * @param imported whether the network is one of others, whose size is its own
 */
export function checkCommonSettings(
  settings: ResolvedCommonSettings,
  images: number,
  smallestBatch: number,
  imported = false,
): void {
  if (!imported) {
    networkDefinition(settings.network);
    assertWithin(settings, { size: sizeLimits }, ['size']);
    if (settings.size % 8 !== 0) throw usage(`size is ${settings.size}; it has to be a multiple of 8.`);
  }
  checkStepSettings(settings, images, smallestBatch);
}

/** Checks what the steps of all kinds of runs have in common. Throws usage. @param images that are trained on */
export function checkStepSettings(settings: ResolvedStepSettings, images: number, smallestBatch: number): void {
  const ranges = { ...limits, batchImages: [smallestBatch, 4096] as const };
  assertWithin(settings, ranges, ['batchImages', 'epochs', 'seed', 'threads']);
  assertChosen(settings, { optimizer: ['sgd', 'adamw', 'lars'], engine: trainingEngines, provider: PROVIDER_CHOICES });
  if (stepsPerEpoch(images, settings.batchImages) === 0) {
    throw usage(`batchImages is ${settings.batchImages} and there are only ${images} images; choose a smaller batch.`);
  }
}

/** Throws usage where a number is out of its range, or should be a whole one and isn't. */
export function assertWithin<T extends object>(
  settings: T,
  ranges: Partial<Record<keyof T & string, Limits>>,
  wholeNumbers: readonly (keyof T)[] = [],
): void {
  for (const [key, range] of Object.entries(ranges) as [keyof T & string, Limits][]) {
    const value = settings[key] as number;
    const isWhole = wholeNumbers.includes(key);
    const fits = value >= range[0] && value <= range[1] && (!isWhole || Number.isInteger(value));
    if (fits) continue;
    const kind = isWhole ? 'whole number' : 'number';
    throw usage(`${key} is ${value}; it has to be a ${kind} from ${range[0]} to ${range[1]}.`);
  }
}

/** Throws usage where a setting has none of the values that it can have. */
export function assertChosen<T extends object>(settings: T, choices: Choices<T>): void {
  for (const [key, values] of Object.entries(choices) as [keyof T & string, readonly string[]][]) {
    const value = String(settings[key]);
    if (!values.includes(value)) throw usage(`${key} is "${value}"; it has to be one of ${values.join(', ')}.`);
  }
}

/** The optimiser in the form that training graphs take. */
export function optimizerConfig({
  optimizer,
  weightDecay,
}: Pick<ResolvedCommonSettings, 'optimizer' | 'weightDecay'>): OptimizerConfig {
  switch (optimizer) {
    case 'sgd':
      return { kind: 'sgd', momentum: 0.9, weightDecay };
    case 'adamw':
      return { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    case 'lars':
      return { kind: 'lars', momentum: 0.9, weightDecay, trust: 0.001 };
  }
}
