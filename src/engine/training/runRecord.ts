/** What `run.json` says of a run. */
import { messageOf } from '../../core/errors.ts';
import type { FineTuneSettings, PretrainSettings, RunKind, RunSettings, RunState } from '../../protocol/training.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import { finite } from './metricsFile.ts';

/** Raised when a reader of the older format would misunderstand a newer file. */
const VERSION = 1;

/** A run before it starts. */
export interface NewRun {
  /** For people; needn't be unique. */
  readonly name: string;
  readonly kind: RunKind;
  /** Those of its kind. */
  readonly settings: RunSettings;
  readonly stepsPerEpoch: number;
  /** Which files of the dataset it takes, as it was told; the run goes on with the same ones. */
  readonly scan?: ScanSettings | undefined;
}

export interface RunRecord extends NewRun {
  /** As its process said last; it stays `running` where that was killed. */
  readonly state: RunState;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Of computing, all sessions together. */
  readonly seconds: number;
  readonly epoch: number;
  readonly step: number;
  /** The newest value of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly message: string | undefined;
  /** Id of the encoder it made. */
  readonly encoder: string | undefined;
}

/** What may change in the course of a run. */
export type RunChanges = Partial<Omit<RunRecord, 'kind' | 'startedAt'>>;

export function newRecord(run: NewRun, startedAt: number): RunRecord {
  return {
    ...run,
    state: 'running',
    startedAt,
    endedAt: undefined,
    seconds: 0,
    epoch: 0,
    step: 0,
    metrics: {},
    message: undefined,
    encoder: undefined,
  };
}

/** The text of `run.json`, for people too: times are ISO 8601, and what is undefined is left out. */
export function formatRecord(record: RunRecord): string {
  const { name, kind, state, startedAt, endedAt, seconds, epoch, step, stepsPerEpoch } = record;
  const { metrics, message, encoder, settings, scan } = record;
  const file = {
    version: VERSION,
    name,
    kind,
    state,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === undefined ? undefined : new Date(endedAt).toISOString(),
    seconds,
    epoch,
    step,
    stepsPerEpoch,
    metrics: finite(metrics),
    message,
    encoder,
    settings,
    scan,
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Reads a `run.json`. Throws an `Error` that says what is wrong with it. */
export function parseRecord(text: string): RunRecord {
  const file = parseObject(text);
  const { version } = file;
  if (typeof version === 'number' && version > VERSION) {
    throw new Error('it was written by a newer Likeness, which can read it');
  }
  if (version !== VERSION) throw new Error(`"version" is not ${VERSION}`);
  return {
    name: textOf(file, 'name'),
    kind: oneOf(file, 'kind', kinds),
    state: oneOf(file, 'state', states),
    settings: settingsOf(file['settings'], settingRules[oneOf(file, 'kind', kinds)]),
    ...(file['scan'] !== undefined && { scan: scanOf(file['scan']) }),
    startedAt: timeOf(file, 'startedAt'),
    endedAt: file['endedAt'] === undefined ? undefined : timeOf(file, 'endedAt'),
    seconds: amountOf(file, 'seconds'),
    epoch: amountOf(file, 'epoch'),
    step: amountOf(file, 'step'),
    stepsPerEpoch: amountOf(file, 'stepsPerEpoch'),
    metrics: metricsOf(file['metrics']),
    message: file['message'] === undefined ? undefined : textOf(file, 'message'),
    encoder: file['encoder'] === undefined ? undefined : textOf(file, 'encoder'),
  };
}

const kinds: readonly RunKind[] = ['pretrain', 'finetune'];
const states: readonly RunState[] = ['running', 'interrupted', 'stopped', 'finished', 'failed'];

type Fields = Readonly<Record<string, unknown>>;
/** What a setting has to be: one of these values, or of this type. */
type Rule<T> = readonly T[] | 'number' | 'string' | 'boolean' | 'stages';
type Rules<T> = { readonly [Key in keyof T]-?: Rule<Required<T>[Key]> };
const pretrainRules: Rules<PretrainSettings> = {
  network: 'string',
  size: 'number',
  batchImages: 'number',
  epochs: 'number',
  loss: ['nt-xent', 'dcl', 'supervised'],
  temperature: 'number',
  augmentation: 'string',
  optimizer: ['sgd', 'adamw', 'lars'],
  learningRate: 'number',
  weightDecay: 'number',
  headLayers: [2, 3],
  seed: 'number',
  engine: ['onnxruntime', 'tensorflow'],
  threads: 'number',
  includeTest: 'boolean',
  name: 'string',
};

const fineTuneRules: Rules<FineTuneSettings> = {
  from: 'string',
  network: 'string',
  size: 'number',
  feature: ['projection', 'representation'],
  classifier: ['linear', 'cosine'],
  trainedStages: 'stages',
  runningStatistics: ['frozen', 'all'],
  stageRate: 'number',
  labelsPerClass: 'number',
  labelSmoothing: 'number',
  balanced: 'boolean',
  batchImages: 'number',
  epochs: 'number',
  patience: 'number',
  optimizer: ['sgd', 'adamw', 'lars'],
  learningRate: 'number',
  weightDecay: 'number',
  seed: 'number',
  engine: ['onnxruntime', 'tensorflow'],
  threads: 'number',
  name: 'string',
};
const settingRules: Readonly<Record<RunKind, Readonly<Record<string, Rule<unknown>>>>> = {
  pretrain: pretrainRules,
  finetune: fineTuneRules,
};

/** Stands for the settings of a run whose `run.json` can't be read. */
export const unknownSettings: Required<PretrainSettings> = {
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
  seed: 0,
  engine: 'onnxruntime',
  threads: 0,
  includeTest: false,
  name: '',
};

function settingsOf(value: unknown, rules: Readonly<Record<string, Rule<unknown>>>): RunSettings {
  if (!isFields(value)) throw new Error('"settings" is not an object');
  // Runs of before there was a choice don't name their engine.
  const settings: Fields = { engine: 'onnxruntime', ...value };
  for (const [key, rule] of Object.entries(rules)) {
    if (!fits(settings[key], rule)) throw new Error(`"settings.${key}" is missing or not what it should be`);
  }
  return settings as unknown as RunSettings;
}

function fits(value: unknown, rule: Rule<unknown>): boolean {
  if (rule === 'stages') return value === 'all' || typeof value === 'number';
  return typeof rule === 'string' ? typeof value === rule : rule.includes(value);
}

function scanOf(value: unknown): ScanSettings {
  const { exclude = [], followSymlinks = false } = isFields(value) ? value : { exclude: undefined };
  const fits = Array.isArray(exclude) && exclude.every((pattern) => typeof pattern === 'string');
  if (!fits || typeof followSymlinks !== 'boolean') throw new Error('"scan" is not what it should be');
  return { exclude, followSymlinks };
}

function metricsOf(value: unknown): Record<string, number> {
  if (!isFields(value) || !Object.values(value).every((metric) => Number.isFinite(metric))) {
    throw new Error('"metrics" is not an object of numbers');
  }
  return value as Record<string, number>;
}

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON (${messageOf(error)})`, { cause: error });
  }
  if (!isFields(value)) throw new Error('it must hold an object');
  return value;
}

function textOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new Error(`"${key}" is not a text`);
  return value;
}

function amountOf(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || value < 0) throw new Error(`"${key}" is not a number from 0`);
  return value;
}

function timeOf(fields: Fields, key: string): number {
  const time = Date.parse(textOf(fields, key));
  if (Number.isNaN(time)) throw new Error(`"${key}" is not a time`);
  return time;
}

function oneOf<T>(fields: Fields, key: string, values: readonly T[]): T {
  const found = values.find((value) => value === fields[key]);
  if (found === undefined) throw new Error(`"${key}" is not one of ${values.join(', ')}`);
  return found;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
