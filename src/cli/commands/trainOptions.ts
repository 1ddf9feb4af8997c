import { usage } from '../../core/errors.ts';
import type { RunKind, SettingsOf } from '../../protocol/training.ts';
import type { Invocation, OptionSpec } from '../command.ts';

/** Names of the settings of all kinds. */
type SettingKey = { readonly [Kind in RunKind]: keyof SettingsOf[Kind] }[RunKind];

interface SettingOption {
  /** Which setting it gives. */
  readonly key: SettingKey;
  readonly value: string;
  readonly help: string;
  /** A number, or a number or one of these words. Text where it's left out. */
  readonly number?: true | readonly string[];
  /** Which trainings it means something to; all where it's left out. */
  readonly kinds?: readonly RunKind[];
}

/** Those that train networks on pictures. */
const pictureKinds: readonly RunKind[] = ['pretrain', 'finetune', 'distill', 'autoencoder'];

const settingOptions: Readonly<Record<string, SettingOption>> = {
  'image-encoder': {
    key: 'imageEncoder',
    value: 'ID|FILE.onnx|FOLDER',
    help: "captions: what sees the images, as it is (default: the dataset's own encoder)",
    kinds: ['captions'],
  },
  'text-encoder': {
    key: 'textEncoder',
    value: 'ID|FILE.onnx|FOLDER',
    help: 'captions: what reads the captions, an encoder with a text half or a text encoder (default: the text half of the image encoder)',
    kinds: ['captions'],
  },
  outputs: {
    key: 'outputs',
    number: true,
    value: 'N',
    help: 'captions: numbers of the vectors of images and texts (default: as the encoder, at most 256 of two encoders)',
    kinds: ['captions'],
  },
  noise: {
    key: 'noise',
    number: true,
    value: 'SHARE',
    help: 'captions: how far vectors are moved about at random, as a share of their length (default 0.6); more to learn from few pairs',
    kinds: ['captions'],
  },
  epochs: {
    key: 'epochs',
    number: true,
    value: 'N',
    help: 'passes over the images (default 100; finetune, distill, captions: by images)',
  },
  network: {
    key: 'network',
    value: 'ID',
    help: 'resnet10 (default), resnet10-light (default of distill), resnet14-fast, resnet14 or resnet18-wide',
    kinds: pictureKinds,
  },
  size: {
    key: 'size',
    number: true,
    value: 'PIXELS',
    help: 'height and width of a view, 32 to 128 (default 64)',
    kinds: pictureKinds,
  },
  batch: {
    key: 'batchImages',
    number: true,
    value: 'N',
    help: 'images in a batch (default 128, captions 256; fewer for few images)',
  },
  from: {
    key: 'from',
    value: 'ENCODER|RUN|FILE.onnx|scratch',
    help: 'what is trained further, any ONNX encoder with weights: finetune (default: the newest pretraining), pretrain and distill, where it is the student (default: scratch)',
    kinds: ['pretrain', 'finetune', 'distill'],
  },
  teacher: {
    key: 'teacher',
    value: 'ENCODER|RUN|FILE.onnx',
    help: "distill: who teaches (default: the newest fine-tuned encoder, else the dataset's own)",
    kinds: ['distill'],
  },
  lesson: {
    key: 'lesson',
    value: 'KIND',
    help: 'distill: what is learnt, classes (default of teachers that have some), embeddings or similarities (SEED)',
    kinds: ['distill'],
  },
  'teacher-share': {
    key: 'teacherShare',
    number: true,
    value: 'A',
    help: 'distill: share of the teacher in the loss, the rest being labels (default 1: no labels)',
    kinds: ['distill'],
  },
  'teacher-views': {
    key: 'teacherViews',
    number: true,
    value: 'N',
    help: 'distill: views of each image that the teacher looks at (default 16; 0: new ones in every epoch)',
    kinds: ['distill'],
  },
  feature: {
    key: 'feature',
    value: 'KIND',
    help: 'finetune: what the classifier sees, projection (SimCLRv2, default) or representation',
    kinds: ['finetune'],
  },
  'classifier-start': {
    key: 'classifierStart',
    value: 'zero|probe',
    help: 'finetune: what a linear classifier starts with, nothing (default) or a linear probe (default of imported encoders)',
    kinds: ['finetune'],
  },
  classifier: { key: 'classifier', value: 'KIND', help: 'finetune: linear (default) or cosine', kinds: ['finetune'] },
  stages: {
    key: 'trainedStages',
    number: ['all'],
    value: 'all|N',
    help: 'finetune, pretrain and distill --from: how many of the last stages train; an imported encoder has four, each a quarter of its layers (default 2, pretrain 1, distill all); 0 with classes: the classifier alone',
    kinds: ['pretrain', 'finetune', 'distill'],
  },
  statistics: {
    key: 'runningStatistics',
    value: 'all|frozen',
    help: 'finetune: normalisations that keep the statistics of the pretraining',
    kinds: ['finetune'],
  },
  'stage-rate': {
    key: 'stageRate',
    number: true,
    value: 'R',
    help: 'finetune: factor of the learning rate from stage to stage back (default 1; imported encoders 0.5)',
    kinds: ['finetune'],
  },
  'classifier-rate': {
    key: 'classifierRate',
    number: true,
    value: 'R',
    help: 'finetune: factor of the learning rate for the classifier (default 1; of a probe on an imported encoder 0)',
    kinds: ['finetune'],
  },
  'start-share': {
    key: 'startShare',
    number: true,
    value: 'S',
    help: 'finetune: share of what the encoder began with in the mean that is kept (default 0; of a probe on an imported encoder 0.5)',
    kinds: ['finetune'],
  },
  'labels-per-class': {
    key: 'labelsPerClass',
    number: true,
    value: 'N',
    help: 'finetune, distill with labels: use so many labels of each class only',
    kinds: ['finetune', 'distill'],
  },
  'label-smoothing': {
    key: 'labelSmoothing',
    number: true,
    value: 'S',
    help: 'finetune: share of a target spread over all classes (default 0.1; on a probe of an imported encoder 0)',
    kinds: ['finetune'],
  },
  patience: {
    key: 'patience',
    number: true,
    value: 'N',
    help: 'finetune, captions: ends after so many epochs without a better one (default 20, captions 100; 0: never)',
    kinds: ['finetune', 'captions'],
  },
  loss: { key: 'loss', value: 'KIND', help: 'pretrain: nt-xent (default), dcl or supervised', kinds: ['pretrain'] },
  temperature: {
    key: 'temperature',
    number: true,
    value: 'T',
    help: "pretrain: of the loss (default 0.2); distill: of classes (1) or the student's similarities (0.2)",
    kinds: ['pretrain', 'distill'],
  },
  'teacher-temperature': {
    key: 'teacherTemperature',
    number: true,
    value: 'T',
    help: "distill: of the teacher's similarities (default 0.01, as SEED)",
    kinds: ['distill'],
  },
  mixup: {
    key: 'mixup',
    number: true,
    value: 'SHARE',
    help: 'distill: share of the views that are blended with that of another image (default 0); more to learn from few images',
    kinds: ['distill'],
  },
  augmentation: {
    key: 'augmentation',
    value: 'PRESET',
    help: "natural (default of pretrain), fine-grained-colour, documents, aerial, medical-gray, crops (default of distill: crops and mirror images alone), or custom: the dataset's own",
    kinds: ['pretrain', 'distill'],
  },
  'head-layers': {
    key: 'headLayers',
    number: true,
    value: '2|3',
    help: 'pretrain: layers of the projection head (default 2)',
    kinds: ['pretrain'],
  },
  optimizer: { key: 'optimizer', value: 'KIND', help: 'sgd (default of pretrain), adamw (of the others) or lars' },
  'learning-rate': { key: 'learningRate', number: true, value: 'RATE', help: 'at its highest; default: by batch size' },
  'weight-decay': { key: 'weightDecay', number: true, value: 'W', help: 'default: by optimiser' },
  seed: { key: 'seed', number: true, value: 'N', help: 'of all randomness (default 0)' },
  engine: {
    key: 'engine',
    value: 'KIND',
    help: 'onnxruntime (default), or tensorflow where TensorFlow.js is installed',
  },
  // These two say the same of encoders, to which every command takes them.
  provider: { key: 'provider', value: 'NAME', help: 'what the training computes on (default: cpu)' },
  threads: { key: 'threads', number: true, value: 'N', help: 'default: all cores' },
  name: { key: 'name', value: 'TEXT', help: 'what the run and its encoder are called' },
};

/** Options that are there or not. */
const switches: Readonly<Record<string, Pick<SettingOption, 'key' | 'help' | 'kinds'> & { readonly value: boolean }>> =
  {
    'include-test': {
      key: 'includeTest',
      value: true,
      kinds: ['pretrain', 'distill', 'autoencoder'],
      help: 'all but finetune: train on the images of the test split too',
    },
    uncentred: {
      key: 'centredTeacher',
      value: false,
      kinds: ['distill'],
      help: 'distill: what all pictures have in common for the teacher is learnt too',
    },
    unbalanced: {
      key: 'balanced',
      value: false,
      kinds: ['finetune'],
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
export function settingsOf<Kind extends RunKind>(invocation: Invocation, kind: Kind): SettingsOf[Kind] {
  const settings: Record<string, unknown> = {};
  const assertUseful = (name: string, kinds: readonly RunKind[] | undefined): void => {
    if (kinds?.includes(kind) === false) throw usage(`--${name} means nothing to train ${kind}; leave it out.`);
  };
  for (const [name, { key, number, kinds }] of Object.entries(settingOptions)) {
    const text = invocation.text(name);
    if (text === undefined) continue;
    assertUseful(name, kinds);
    settings[key] = number === undefined || (number !== true && number.includes(text)) ? text : numberOf(name, text);
  }
  for (const [name, { key, value, kinds }] of Object.entries(switches)) {
    if (!invocation.flag(name)) continue;
    assertUseful(name, kinds);
    settings[key] = value;
  }
  // The table above holds each key to a setting's name; what the values are is checked with the settings.
  return settings;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw usage(`--${name} takes a number, not "${text}".`);
  return number;
}
