/** What `run.json` says of a run's settings. */
import { augmentationFault } from '../../core/augmentation/recipeRules.ts';
import { CROP_AUGMENTATION, CUSTOM_AUGMENTATION } from '../../core/training/augmentationChoice.ts';
import { PROVIDER_CHOICES } from '../../core/encoders/executionProviders.ts';
import { TEACHER_TEMPERATURE } from '../../core/training/distillSettings.ts';
import type { RunKind, RunSettings, RunSettingsOf } from '../../protocol/training.ts';

/** What a setting has to be: one of these values, or of this type. */
type Rule<T> = readonly T[] | 'number' | 'string' | 'boolean' | 'stages';
type Rules<T> = { readonly [Key in Exclude<keyof T, 'recipe'>]-?: Rule<Required<T>[Key]> };

const stepRules = {
  batchImages: 'number',
  epochs: 'number',
  optimizer: ['sgd', 'adamw', 'lars'],
  learningRate: 'number',
  weightDecay: 'number',
  seed: 'number',
  engine: ['onnxruntime', 'tensorflow'],
  provider: PROVIDER_CHOICES,
  threads: 'number',
  name: 'string',
} as const;

const commonRules = { network: 'string', size: 'number', ...stepRules } as const;

const settingRules: { readonly [Kind in RunKind]: Rules<RunSettingsOf[Kind]> } = {
  pretrain: {
    ...commonRules,
    loss: ['nt-xent', 'dcl', 'supervised'],
    temperature: 'number',
    augmentation: 'string',
    headLayers: [2, 3],
    from: 'string',
    trainedStages: 'stages',
    includeTest: 'boolean',
  },
  finetune: {
    ...commonRules,
    from: 'string',
    feature: ['projection', 'representation'],
    classifier: ['linear', 'cosine'],
    classifierStart: ['zero', 'probe'],
    trainedStages: 'stages',
    runningStatistics: ['frozen', 'all'],
    stageRate: 'number',
    classifierRate: 'number',
    startShare: 'number',
    labelsPerClass: 'number',
    labelSmoothing: 'number',
    balanced: 'boolean',
    patience: 'number',
  },
  distill: {
    ...commonRules,
    teacher: 'string',
    lesson: ['classes', 'similarities', 'embeddings'],
    from: 'string',
    trainedStages: 'stages',
    temperature: 'number',
    teacherTemperature: 'number',
    teacherShare: 'number',
    labelsPerClass: 'number',
    teacherViews: 'number',
    centredTeacher: 'boolean',
    mixup: 'number',
    augmentation: 'string',
    includeTest: 'boolean',
  },
  autoencoder: { ...commonRules, includeTest: 'boolean' },
  captions: {
    ...stepRules,
    imageEncoder: 'string',
    textEncoder: 'string',
    outputs: 'number',
    noise: 'number',
    patience: 'number',
  },
};

const onProcessor = { engine: 'onnxruntime', provider: 'cpu' } as const;
/** What runs did before there was a choice, which their records don't say. */
const formerly: { readonly [Kind in RunKind]: Readonly<Record<string, unknown>> } = {
  pretrain: { ...onProcessor, from: '', trainedStages: 'all' },
  finetune: { ...onProcessor, classifierStart: 'zero', classifierRate: 1, startShare: 0 },
  distill: {
    ...onProcessor,
    augmentation: CROP_AUGMENTATION,
    centredTeacher: false,
    mixup: 0,
    trainedStages: 'all',
    teacherTemperature: TEACHER_TEMPERATURE,
  },
  autoencoder: { ...onProcessor },
  captions: {},
};

/** Stands for the settings of a run whose `run.json` can't be read. */
export const unknownSettings: RunSettingsOf['pretrain'] = {
  network: '',
  size: 0,
  batchImages: 0,
  epochs: 0,
  loss: 'nt-xent',
  temperature: 0,
  augmentation: '',
  optimizer: 'sgd',
  learningRate: 0,
  weightDecay: 0,
  headLayers: 2,
  from: '',
  trainedStages: 'all',
  seed: 0,
  ...onProcessor,
  threads: 0,
  includeTest: false,
  name: '',
};

/** Throws an `Error` that says what is wrong. */
export function parseRunSettings(value: unknown, kind: RunKind): RunSettings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('"settings" is not an object');
  }
  const rules: Readonly<Record<string, Rule<unknown>>> = settingRules[kind];
  const settings: Readonly<Record<string, unknown>> = { ...formerly[kind], ...value };
  for (const [key, rule] of Object.entries(rules)) {
    if (!fits(settings[key], rule)) throw new Error(`"settings.${key}" is missing or not what it should be`);
  }
  const { augmentation, recipe } = settings;
  const fault = augmentation === CUSTOM_AUGMENTATION ? augmentationFault(recipe) : undefined;
  if (fault !== undefined) throw new Error(`"settings.recipe" is not valid: ${fault}`);
  return settings as unknown as RunSettings;
}

function fits(value: unknown, rule: Rule<unknown>): boolean {
  if (rule === 'stages') return value === 'all' || typeof value === 'number';
  return typeof rule === 'string' ? typeof value === rule : rule.includes(value);
}
