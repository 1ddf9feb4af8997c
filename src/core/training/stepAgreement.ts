import { fastestProvider, type ExecutionProvider, type ProviderTrial } from '../encoders/executionProviders.ts';
import { median } from '../evaluation/separation.ts';

/** What the first steps of a run did to a parameter: the same elements of it in each array, as `sampled` chooses them. */
export interface ParameterSteps {
  readonly name: string;
  /** Whether it has two dimensions or more; biases and normalisations have one. */
  readonly isMatrix: boolean;
  /** The optimiser's first moment after the last step, which began at zero: a sum of the gradients of all steps. */
  readonly gradient: Float32Array;
  /** How far the elements have moved in all. */
  readonly move: Float32Array;
  /** Euclidean length of the elements when the steps began. */
  readonly length: number;
}

/** What the first steps of a run did on a provider. */
export interface TakenSteps {
  /** Of each step. */
  readonly losses: readonly number[];
  /** What is trained: something at least. */
  readonly parameters: readonly ParameterSteps[];
  /** Of the steps after the first, which also sets things up. */
  readonly secondsPerStep: number;
}

/** The same, or why there are none. */
export type StepRun = TakenSteps | { readonly reason: string };

/** How a provider did with the steps of a run, beside the processor. */
export interface StepTrial {
  readonly provider: ExecutionProvider;
  readonly secondsPerStep: number;
  readonly cpuSecondsPerStep: number;
  /** As in `ProviderTrial`. */
  readonly unfit?: string;
}

/** Of losses: sums of hundreds of thousands of numbers are rounded in another order. */
const LARGEST_LOSS_DIFFERENCE = 0.01;
/**
 * Of the steps of all parameters, as a share of the processor's, where each counts the same however small its gradient: no less than
 * a cosine similarity of 0.99.
 */
const LARGEST_DIFFERENCE = Math.sqrt(1 - 0.99 ** 2);
/** Of one parameter. What is rounded otherwise sends a few pictures another way through a ReLU, which small ones feel. */
const LARGEST_OF_ONE = 0.3;
/**
 * A gradient that is this small a share of the usual one counts as so large: where it is zero on paper, as of a bias before a
 * normalisation, there is nothing in it but rounding, which no two providers have in common.
 */
const NOISE = 0.01;
/** Gradients that are a smaller share of the large ones are that rounding, of the processor in single precision. */
const SIGNAL = 1e-4;
/** Which of the gradients of a kind counts as a large one: a parameter by itself may have one that is out of all proportion. */
const LARGE = 0.9;
/** How many times as far as any on the processor the elements may move where there is nothing but rounding to move them. */
const ASTRAY = 4;
/** A move of so small a share of the weights is hardly more than their rounding. */
const ROUNDING = 2 ** -20;
const MOST_ELEMENTS = 512;
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * All elements of a parameter, or as many as tell enough of it. They are spread evenly and without a period, which could fall
 * in with that of its dimensions.
 */
export function sampled(values: Float32Array): Float32Array {
  const { length } = values;
  if (length <= MOST_ELEMENTS) return values.slice();
  return Float32Array.from(
    { length: MOST_ELEMENTS },
    (_, i) => values[Math.floor((((i + 1) * GOLDEN_RATIO) % 1) * length)]!,
  );
}

/**
 * Compares what a provider's steps did with what the processor's did from the same state on the same numbers: losses, gradients
 * element by element, and where the steps led. The gradients are taken from the optimiser's first moments, because what AdamW
 * makes of them is as long whatever they are, and goes either way where they are next to nothing.
 */
export function judgeSteps(provider: ExecutionProvider, run: StepRun, cpu: TakenSteps): StepTrial {
  const cpuSecondsPerStep = cpu.secondsPerStep;
  if ('reason' in run) return { provider, secondsPerStep: Infinity, cpuSecondsPerStep, unfit: run.reason };
  const trial = { provider, secondsPerStep: run.secondsPerStep, cpuSecondsPerStep };
  const unfit = misstep(run, cpu);
  return { ...trial, ...(unfit !== undefined && { unfit }) };
}

/** What is wrong with a provider's steps, as the rest of a sentence. */
function misstep(run: TakenSteps, cpu: TakenSteps): string | undefined {
  const incomparable = (what: string) => `takes steps that can't be compared with the CPU's: ${what} is not a number`;
  const loss = relative(distance(run.losses, cpu.losses), norm(cpu.losses));
  if (Number.isNaN(loss) || !run.losses.every(Number.isFinite)) return incomparable('a loss');
  const differences = parameterDifferences(run.parameters, cpu.parameters);
  const notANumber = differences.findIndex(Number.isNaN);
  if (notANumber >= 0) return incomparable(`a step of ${cpu.parameters[notANumber]!.name}`);
  const all = norm(differences) / Math.sqrt(differences.length);
  const worst = differences.reduce((best, value, i) => (value > differences[best]! ? i : best), 0);
  const ofWorst = differences[worst]!;
  if (loss <= LARGEST_LOSS_DIFFERENCE && all <= LARGEST_DIFFERENCE && ofWorst <= LARGEST_OF_ONE) return undefined;
  const { name } = cpu.parameters[worst]!;
  return `takes other steps than the CPU (loss off by ${percent(loss)}, weights by ${percent(all)}, ${name} by ${percent(ofWorst)})`;
}

/** The provider that `auto` means for a training. */
export function fastestTrainer(trials: readonly StepTrial[]): ExecutionProvider {
  return fastestProvider(
    trials.map(({ provider, secondsPerStep, cpuSecondsPerStep, unfit }): ProviderTrial => {
      const speeds = { imagesPerSecond: 1 / secondsPerStep, cpuImagesPerSecond: 1 / cpuSecondsPerStep, agreement: 1 };
      return { provider, ...speeds, ...(unfit !== undefined && { unfit }) };
    }),
  );
}

/** Of each parameter, as a share of the processor's gradient or move, whichever differs more. */
function parameterDifferences(run: readonly ParameterSteps[], cpu: readonly ParameterSteps[]): number[] {
  // LARS keeps the gradients of these in another measure than those of the others.
  const [ofMatrices, ofOthers] = [true, false].map((kind) => scaleOf(cpu.filter(({ isMatrix }) => isMatrix === kind)));
  return cpu.map((reference, i) => {
    const values = run[i];
    if (values === undefined || !isComparable(values, reference)) return NaN;
    const { gradient, isMatrix } = reference;
    const [own, other] = isMatrix ? [ofMatrices!, ofOthers!] : [ofOthers!, ofMatrices!];
    // Where a kind has no gradients at all, the other one still tells what is much.
    const { noise, furthest } = own.noise > 0 ? own : other;
    const root = Math.sqrt(gradient.length);
    const size = norm(gradient);
    const ofGradient = relative(distance(values.gradient, gradient), Math.max(size, noise * root));
    if (size > noise * root) return Math.max(ofGradient, moveDifference(values, reference));
    const limit = ASTRAY * Math.max(furthest * root, ROUNDING * reference.length);
    return Math.max(ofGradient, beyond(values, limit));
  });
}

function isComparable({ gradient, move }: ParameterSteps, reference: ParameterSteps): boolean {
  return move.length === reference.move.length && gradient.every(Number.isFinite) && move.every(Number.isFinite);
}

/** Up to what size gradients of a kind are noise, as a root mean square, and how far an element has moved at most. */
function scaleOf(parameters: readonly ParameterSteps[]): { readonly noise: number; readonly furthest: number } {
  return { noise: noiseOf(parameters), furthest: furthestOf(parameters) };
}

/** Half of the gradients and more may be rounding, so that it is measured by those that are none. */
function noiseOf(parameters: readonly ParameterSteps[]): number {
  const all = parameters.map(({ gradient }) => norm(gradient) / Math.sqrt(gradient.length));
  const sizes = all.filter((size) => size > 0).sort((a, b) => a - b);
  const large = sizes[Math.ceil(LARGE * sizes.length) - 1]!;
  const signals = sizes.filter((size) => size >= SIGNAL * large);
  return signals.length === 0 ? 0 : NOISE * median(Float32Array.from(signals));
}

function furthestOf(parameters: readonly ParameterSteps[]): number {
  let furthest = 0;
  for (const { move } of parameters) for (const value of move) furthest = Math.max(furthest, Math.abs(value));
  return furthest;
}

/** Nothing up to a limit of how far the elements may move, else the distance as a share of it. */
function beyond({ move }: ParameterSteps, limit: number): number {
  const length = norm(move);
  return length <= limit ? 0 : relative(length, limit);
}

/**
 * How far a parameter has moved in all, and how far along its gradient, where elements that the gradient hardly touches count for
 * little.
 */
function moveDifference(steps: ParameterSteps, { move: reference, gradient, length }: ParameterSteps): number {
  const { move } = steps;
  const size = norm(reference);
  if (size <= ROUNDING * length) return beyond(steps, ASTRAY * ROUNDING * length);
  const along = (values: Float32Array) =>
    values.reduce((sum, value, i) => sum + value * gradient[i]!, 0) / norm(gradient);
  return Math.max(Math.abs(norm(move) - size), Math.abs(along(move) - along(reference))) / size;
}

/** Nothing is no share of anything, and something all that there is where there is nothing to measure it by. */
function relative(difference: number, size: number): number {
  if (difference === 0) return 0;
  return size === 0 && difference > 0 ? 1 : difference / size;
}

/** NaN where they can't be compared. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) return NaN;
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(squares);
}

function norm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  return Math.sqrt(squares);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
