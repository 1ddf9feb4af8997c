import { isSafePath } from '../hub/hubReference.ts';
import type { EncoderCard, EncoderInput, EncoderOutput, EncoderText } from './card.ts';

/** Any part of a card; what is missing is found by inspection. */
export type CardOverrides = Partial<Omit<EncoderCard, 'input' | 'output'>> & {
  readonly input?: Partial<EncoderInput>;
  readonly output?: Partial<EncoderOutput>;
};

/** A check of one field: undefined where the value is good, else what it has to be. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a text');
const texts: Check = (value) => (Array.isArray(value) && !value.some(text) ? undefined : 'a list of texts');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const cosine: Check = (value) => (isNumber(value) && Math.abs(value) <= 1 ? undefined : 'a number from -1 to 1');
const training: Check = (value) => {
  const { command, network, seed, seconds, metrics } = (value ?? {}) as Record<string, unknown>;
  const numbers: readonly unknown[] =
    typeof metrics === 'object' && metrics !== null ? Object.values(metrics) : [metrics];
  const isGood = !text(command) && !text(network) && [seed, seconds, ...numbers].every(isNumber);
  return isGood ? undefined : 'an object with a command, a network, a seed, seconds and metrics that are numbers';
};
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value as string) ? undefined : `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`;
/** A card is data from anywhere; it must not make us read files that aren't the encoder's own. */
const ownFile: Check = (value) =>
  typeof value === 'string' && isSafePath(value) ? undefined : "a path below the card's folder, with /";
const positiveInteger: Check = (value) => (isPositiveInteger(value) ? undefined : 'a positive integer');
const perChannel =
  (accepts: (value: number) => boolean, what: string): Check =>
  (value) =>
    Array.isArray(value) && (value.length === 1 || value.length === 3) && value.every((v) => isNumber(v) && accepts(v))
      ? undefined
      : `a list of 1 or 3 ${what}`;

const cardChecks: Readonly<Record<keyof Omit<EncoderCard, 'input' | 'output' | 'text' | 'imported'>, Check>> = {
  id: text,
  name: text,
  source: text,
  sha256: text,
  unrelatedSimilarity: cosine,
  classes: texts,
  licence: text,
  trainedOn: text,
  training,
  inputAssumed: (value) => (value === 'colours' ? undefined : flag(value)),
  encodes: oneOf('texts'),
  batchIndependent: flag,
};

const inputChecks: Readonly<Record<keyof EncoderInput, Check>> = {
  name: text,
  layout: oneOf('NCHW', 'NHWC'),
  type: oneOf('float32', 'float16', 'uint8'),
  size: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(isPositiveInteger) ? undefined : 'a list [height, width]',
  resize: oneOf('shortest-edge', 'squash', 'squash-crop', 'pad'),
  crop: (value) => (isNumber(value) && value > 0 && value <= 1 ? undefined : 'a number above 0, at most 1'),
  cropOffset: oneOf('down'),
  channelOrder: oneOf('bgr'),
  interpolation: oneOf('nearest', 'bilinear', 'bicubic', 'lanczos'),
  mean: perChannel(() => true, 'numbers'),
  std: perChannel((value) => value > 0, 'positive numbers'),
  range: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0] !== value[1]
      ? undefined
      : 'a list of two different numbers [black, white]',
};

/** Fields that a card is complete without. */
const OPTIONAL_INPUT: readonly string[] = ['cropOffset', 'channelOrder'] satisfies (keyof EncoderInput)[];

const outputChecks: Readonly<Record<keyof EncoderOutput, Check>> = {
  name: text,
  pooling: oneOf('none', 'cls', 'mean', 'gap'),
  dim: positiveInteger,
};

const textChecks: Readonly<Record<keyof Omit<EncoderText, 'output'>, Check>> = {
  file: ownFile,
  tokenizer: ownFile,
  sha256: text,
  contextLength: positiveInteger,
  padding: (value) => (value === 0 || isPositiveInteger(value) ? undefined : "a token's id"),
  logitScale: (value) => (isNumber(value) && value > 0 ? undefined : 'a positive number'),
  logitBias: (value) => (isNumber(value) ? undefined : 'a number'),
};

/** Checks what a `card.json` holds. Throws with a short sentence that names the field. */
export function parseCardOverrides(value: unknown): CardOverrides {
  const { input, output, text: half, ...rest } = fieldsOf(value, 'it');
  check(rest, '', cardChecks);
  if (input !== undefined) check(fieldsOf(input, 'input'), 'input.', inputChecks);
  if (output !== undefined) check(fieldsOf(output, 'output'), 'output.', outputChecks);
  if (half !== undefined) checkText(fieldsOf(half, 'text'));
  const card = value as CardOverrides;
  if (card.input?.mean && card.input.std && card.input.mean.length !== card.input.std.length) {
    throw new Error('input.mean and input.std have different lengths');
  }
  return card;
}

/** The card, if nothing is missing from it. */
export function completeCard(overrides: CardOverrides): EncoderCard | undefined {
  const { id, name, source, sha256, batchIndependent, input, output, encodes, text } = overrides;
  const plain = [id, name, source, sha256, batchIndependent];
  const complete =
    !plain.includes(undefined) &&
    (encodes === undefined || text !== undefined) &&
    Object.keys(inputChecks).every((key) => OPTIONAL_INPUT.includes(key) || (input && key in input)) &&
    Object.keys(outputChecks).every((key) => output && key in output);
  return complete ? (overrides as EncoderCard) : undefined;
}

/** Joins two partial cards; `winner` decides where both say something. */
export function mergeOverrides(base: CardOverrides, winner: CardOverrides): CardOverrides {
  return {
    ...base,
    ...winner,
    input: { ...base.input, ...winner.input },
    output: { ...base.output, ...winner.output },
  };
}

/** What is known of the text half is kept as a whole: parts of it say nothing. */
function checkText({ output, ...rest }: Record<string, unknown>): void {
  check(rest, 'text.', textChecks);
  const parts = fieldsOf(output, 'text.output');
  check(parts, 'text.output.', outputChecks);
  const needed = ['file', 'tokenizer', 'sha256', 'contextLength'];
  const missing = [
    ...needed.filter((key) => !(key in rest)),
    ...Object.keys(outputChecks).filter((key) => !(key in parts)),
  ];
  if (missing.length > 0) throw new Error(`text has no ${missing.join(', ')}`);
}

function check(fields: Record<string, unknown>, prefix: string, checks: Readonly<Record<string, Check>>): void {
  for (const [key, value] of Object.entries(fields)) {
    const test = Object.hasOwn(checks, key) ? checks[key] : undefined;
    // A misspelt field would otherwise be without effect, and nobody would know why.
    if (!test) throw new Error(`${prefix}${key} is not a field of it`);
    const expected = test(value);
    if (expected !== undefined) throw new Error(`${prefix}${key} has to be ${expected}`);
  }
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} has to be an object in braces`);
  }
  return value as Record<string, unknown>;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isPositiveInteger(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value) && value > 0;
}
