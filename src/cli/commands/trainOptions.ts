import { usage } from '../../core/errors.ts';
import type { FineTuneSettings, PretrainSettings, RunKind } from '../../protocol/training.ts';
import type { Invocation, OptionSpec } from '../command.ts';

/** The settings that the command line can give for each kind of training. */
export interface SettingsOfKind {
  readonly pretrain: PretrainSettings;
  readonly finetune: FineTuneSettings;
}

interface SettingOption {
  /** Which setting it gives. */
  readonly key: keyof PretrainSettings | keyof FineTuneSettings;
  readonly value: string;
  readonly help: string;
  /** A number, or a number or one of these words. Text where it's left out. */
  readonly number?: true | readonly string[];
  /** Which trainings it means something to; all where it's left out. */
  readonly kind?: RunKind;
}

const settingOptions: Readonly<Record<string, SettingOption>> = {
  epochs: {
    key: 'epochs',
    number: true,
    value: 'N',
    help: 'passes over the images (default 100; finetune: by images)',
  },
  network: { key: 'network', value: 'ID', help: 'resnet10 (default), resnet10-light or resnet18-wide' },
  size: { key: 'size', number: true, value: 'PIXELS', help: 'height and width of a view, 32 to 128 (default 64)' },
  batch: {
    key: 'batchImages',
    number: true,
    value: 'N',
    help: 'images in a batch (default 128, fewer for few images)',
  },
  from: {
    key: 'from',
    value: 'ENCODER|RUN|scratch',
    help: 'finetune: what it starts from (default: the newest pretraining)',
    kind: 'finetune',
  },
  feature: {
    key: 'feature',
    value: 'KIND',
    help: 'finetune: what the classifier sees, projection (SimCLRv2, default) or representation',
    kind: 'finetune',
  },
  classifier: { key: 'classifier', value: 'KIND', help: 'finetune: linear (default) or cosine', kind: 'finetune' },
  stages: {
    key: 'trainedStages',
    number: ['all'],
    value: 'all|N',
    help: 'finetune: how many of the last stages train; 0: the classifier alone',
    kind: 'finetune',
  },
  statistics: {
    key: 'runningStatistics',
    value: 'all|frozen',
    help: 'finetune: normalisations that keep the statistics of the pretraining',
    kind: 'finetune',
  },
  'stage-rate': {
    key: 'stageRate',
    number: true,
    value: 'R',
    help: 'finetune: factor of the learning rate from stage to stage back (default 1)',
    kind: 'finetune',
  },
  'labels-per-class': {
    key: 'labelsPerClass',
    number: true,
    value: 'N',
    help: 'finetune: use so many labels of each class only',
    kind: 'finetune',
  },
  'label-smoothing': {
    key: 'labelSmoothing',
    number: true,
    value: 'S',
    help: 'finetune: share of a target spread over all classes (default 0.1)',
    kind: 'finetune',
  },
  patience: {
    key: 'patience',
    number: true,
    value: 'N',
    help: 'finetune: ends after so many epochs without a better one (default 20; 0: never)',
    kind: 'finetune',
  },
  loss: { key: 'loss', value: 'KIND', help: 'pretrain: nt-xent (default), dcl or supervised', kind: 'pretrain' },
  temperature: {
    key: 'temperature',
    number: true,
    value: 'T',
    help: 'pretrain: of the loss (default 0.2)',
    kind: 'pretrain',
  },
  augmentation: {
    key: 'augmentation',
    value: 'PRESET',
    help: 'pretrain: natural (default), fine-grained-colour, documents, aerial or medical-gray',
    kind: 'pretrain',
  },
  'head-layers': {
    key: 'headLayers',
    number: true,
    value: '2|3',
    help: 'pretrain: layers of the projection head (default 2)',
    kind: 'pretrain',
  },
  optimizer: { key: 'optimizer', value: 'KIND', help: 'sgd (default of pretrain), adamw (of finetune) or lars' },
  'learning-rate': { key: 'learningRate', number: true, value: 'RATE', help: 'at its highest; default: by batch size' },
  'weight-decay': { key: 'weightDecay', number: true, value: 'W', help: 'default: by optimiser' },
  seed: { key: 'seed', number: true, value: 'N', help: 'of all randomness (default 0)' },
  engine: {
    key: 'engine',
    value: 'KIND',
    help: 'onnxruntime (default), or tensorflow where TensorFlow.js is installed',
  },
  threads: { key: 'threads', number: true, value: 'N', help: 'default: all cores' },
  name: { key: 'name', value: 'TEXT', help: 'what the run and its encoder are called' },
};

/** Options that are there or not. */
const switches: Readonly<
  Record<string, { readonly key: string; readonly value: boolean; readonly kind: RunKind; readonly help: string }>
> = {
  'include-test': {
    key: 'includeTest',
    value: true,
    kind: 'pretrain',
    help: 'pretrain: train on the images of the test split too',
  },
  unbalanced: {
    key: 'balanced',
    value: false,
    kind: 'finetune',
    help: 'finetune: images of rare classes count no more than others',
  },
};

/** As the command line's parser takes them. */
export const trainSettingOptions: Record<string, OptionSpec> = {
  ...Object.fromEntries(
    Object.entries(settingOptions).map(([name, { value, help }]) => [name, { type: 'string', value, help } as const]),
  ),
  ...Object.fromEntries(Object.entries(switches).map(([name, { help }]) => [name, { type: 'boolean', help } as const])),
};

/** The settings that were given. Throws usage for what isn't a number, and for what this kind of training has no use for. */
export function settingsOf<K extends RunKind>(invocation: Invocation, kind: K): SettingsOfKind[K] {
  const settings: Record<string, unknown> = {};
  const assertUseful = (name: string, only: RunKind | undefined): void => {
    if (only !== undefined && only !== kind) throw usage(`--${name} means nothing to train ${kind}; leave it out.`);
  };
  for (const [name, { key, number, kind: only }] of Object.entries(settingOptions)) {
    const text = invocation.text(name);
    if (text === undefined) continue;
    assertUseful(name, only);
    settings[key] = number === undefined || (number !== true && number.includes(text)) ? text : numberOf(name, text);
  }
  for (const [name, { key, value, kind: only }] of Object.entries(switches)) {
    if (!invocation.flag(name)) continue;
    assertUseful(name, only);
    settings[key] = value;
  }
  return settings;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw usage(`--${name} takes a number, not "${text}".`);
  return number;
}
