/** What `run.json` says of a run. */
import { EXECUTION_PROVIDERS } from '../../core/encoders/executionProviders.ts';
import { messageOf } from '../../core/errors.ts';
import type { RunComputing, RunKind, RunSettings, RunState } from '../../protocol/training.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import { finite } from './stepLinesFile.ts';
import { parseRunSettings } from './runSettings.ts';

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
  /** Classes that it tells apart, in the order of its outputs; the run goes on with the same ones. */
  readonly classes?: readonly string[] | undefined;
  /** Which files of the dataset it takes, as it was told; the run goes on with the same ones. */
  readonly scan?: ScanSettings | undefined;
  /** Images that a person selected, which are in a file of their own; undefined where the whole dataset is trained on. */
  readonly selected?: number | undefined;
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
  /** As in `RunSummary`; of the newest session. */
  readonly computing: RunComputing | undefined;
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
    computing: undefined,
  };
}

/** The text of `run.json`, for people too: times are ISO 8601, and what is undefined is left out. */
export function formatRecord(record: RunRecord): string {
  const { name, kind, state, startedAt, endedAt, seconds, epoch, step, stepsPerEpoch } = record;
  const { metrics, message, encoder, computing, settings, classes, scan, selected } = record;
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
    computing,
    settings,
    classes,
    scan,
    selected,
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
    settings: parseRunSettings(file['settings'], oneOf(file, 'kind', kinds)),
    ...(file['classes'] !== undefined && { classes: namesOf(file, 'classes') }),
    ...(file['scan'] !== undefined && { scan: scanOf(file['scan']) }),
    ...(file['selected'] !== undefined && { selected: amountOf(file, 'selected') }),
    startedAt: timeOf(file, 'startedAt'),
    endedAt: file['endedAt'] === undefined ? undefined : timeOf(file, 'endedAt'),
    seconds: amountOf(file, 'seconds'),
    epoch: amountOf(file, 'epoch'),
    step: amountOf(file, 'step'),
    stepsPerEpoch: amountOf(file, 'stepsPerEpoch'),
    metrics: metricsOf(file['metrics']),
    message: file['message'] === undefined ? undefined : textOf(file, 'message'),
    encoder: file['encoder'] === undefined ? undefined : textOf(file, 'encoder'),
    computing: file['computing'] === undefined ? undefined : computingOf(file['computing']),
  };
}

const kinds: readonly RunKind[] = ['pretrain', 'finetune', 'distill', 'autoencoder', 'captions'];
const states: readonly RunState[] = ['running', 'interrupted', 'stopped', 'finished', 'failed'];

type Fields = Readonly<Record<string, unknown>>;

function scanOf(value: unknown): ScanSettings {
  const { exclude = [], followSymlinks = false } = isFields(value) ? value : { exclude: undefined };
  const fits = Array.isArray(exclude) && exclude.every((pattern) => typeof pattern === 'string');
  if (!fits || typeof followSymlinks !== 'boolean') throw new Error('"scan" is not what it should be');
  return { exclude, followSymlinks };
}

function computingOf(value: unknown): RunComputing {
  if (!isFields(value)) throw new Error('"computing" is not an object');
  return {
    provider: oneOf(value, 'provider', EXECUTION_PROVIDERS),
    ...(value['reason'] !== undefined && { reason: textOf(value, 'reason') }),
  };
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

function namesOf(fields: Fields, key: string): readonly string[] {
  const value = fields[key];
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw new Error(`"${key}" is not a list of texts`);
  }
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
