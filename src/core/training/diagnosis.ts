/** Tells from a run's metrics when it goes wrong. Slow to judge: a false alarm costs a good run. */

/** Metrics at one step. Those that weren't measured are left out. */
export interface TrainingRecord {
  /** Steps done, from 0. */
  readonly step: number;
  readonly loss: number;
  /** The loss divided by that of an encoder that tells nothing apart: ln(2N − 1) for NT-Xent with N images. */
  readonly relativeLoss?: number;
  /** Standard deviation of the normalised embeddings times √dim: 1 where directions are spread evenly. */
  readonly relativeDeviation?: number;
  readonly effectiveRank?: number;
  readonly gradientNorm?: number;
}

export interface Diagnosis {
  /** `collapse`: embeddings are all alike; `divergence`: it got worse than it was; `no-learning`: nothing happens. */
  readonly kind: 'collapse' | 'divergence' | 'no-learning';
  /** What is wrong and what to do, for a person. */
  readonly message: string;
}

export interface DiagnosisOptions {
  readonly warmupSteps: number;
  /** Of the contrastive loss. With a high one even a good loss stays near chance, which is then taken into account. */
  readonly temperature?: number;
}

/**
 * Steps after the warm-up that a run gets before it can fail to learn: every run starts at chance with embeddings that are
 * nearly alike.
 */
const PATIENCE = 100;
/** Latest values of a metric that are looked at, and the fewest a judgement rests on. */
const WINDOW = 10;
const FEWEST = 5;
/** Closeness to chance, as a share of it, that counts as being there. */
const CHANCE_TOLERANCE = 0.01;
/** How far below chance, in tolerances, a loss must have come to have learned something. */
const LEARNED = 3;
const COLLAPSED_DEVIATION = 0.1;
const COLLAPSED_RANK = 1.5;
/** Growth from the older to the newer half of the window that is a recovery, not a state. */
const RECOVERY = 1.1;
const DIVERGED = 1.5;
const VANISHED_GRADIENT = 1e-8;

type Metric = Exclude<keyof TrainingRecord, 'step'>;

/**
 * What is wrong with a run, as far as its latest records show.
 *
 * @param history in the order of steps, from the first record of the run; records may be steps or epochs apart
 */
export function diagnose(history: readonly TrainingRecord[], options: DiagnosisOptions): Diagnosis | undefined {
  return notFinite(history) ?? risen(history) ?? collapsed(history, options) ?? atChance(history, options);
}

/** Looks at the latest record: a run that was resumed from before the trouble is well. */
function notFinite(history: readonly TrainingRecord[]): Diagnosis | undefined {
  const isBroken = ({ loss, gradientNorm, relativeDeviation }: TrainingRecord) =>
    [loss, gradientNorm, relativeDeviation].some((value) => value !== undefined && !Number.isFinite(value));
  const latestSound = history.findLastIndex((record) => !isBroken(record));
  const first = history[latestSound + 1];
  if (!first) return undefined;
  return {
    kind: 'divergence',
    message: `Since step ${first.step} the numbers are no longer finite, and the run can't recover: resume from a checkpoint before that step with a learning rate three to ten times lower, or clip the gradients.`,
  };
}

function risen(history: readonly TrainingRecord[]): Diagnosis | undefined {
  if (history.length < 2 * FEWEST) return undefined;
  const start = median(valuesOf(history.slice(0, FEWEST), 'loss'));
  const now = median(valuesOf(history.slice(-FEWEST), 'loss'));
  // A run that started from a trained encoder may well lose some of its lead: only what is worse than chance counts.
  const ceiling = Math.max(start, chanceOf(history) ?? start);
  if (ceiling <= 0 || now <= DIVERGED * ceiling) return undefined;
  return {
    kind: 'divergence',
    message: `The loss has risen to ${format(now)}, far above the ${format(start)} it started from: stop, and start again with a learning rate three to ten times lower or a longer warm-up.`,
  };
}

function collapsed(history: readonly TrainingRecord[], options: DiagnosisOptions): Diagnosis | undefined {
  const tolerance = toleranceOf(history, options);
  const sinceBest = recordsSinceBest(history, tolerance);
  // Who has learned before and is back at the start needs no patience.
  const records = sinceBest ?? judged(history, options);
  const losses = latest(records, 'relativeLoss');
  const deviations = latest(records, 'relativeDeviation');
  const ranks = latest(records, 'effectiveRank');
  const isAtChance = losses.length >= FEWEST && Math.abs(median(losses) - 1) <= tolerance;
  const isFlat = isAtChance && isLow(deviations, COLLAPSED_DEVIATION);
  // A large mean alone makes the rank small: where the loss shows that images are told apart, the rank proves nothing.
  const isLine = isLow(ranks, COLLAPSED_RANK) && !(median(losses) < 1 - LEARNED * tolerance);
  if (!isFlat && !isLine) return undefined;
  const sign = isFlat
    ? `their spread is ${format(100 * median(deviations))} % of an even one, and the loss is that of guessing`
    : `their effective rank is ${format(median(ranks))}`;
  const advice = sinceBest ? 'resume from an earlier checkpoint or start again' : 'start again';
  return {
    kind: 'collapse',
    message: `The embeddings have collapsed, every image gets nearly the same (${sign}): ${advice} with a learning rate three to ten times lower or a longer warm-up, and see that a batch holds many different images.`,
  };
}

/** At chance for long, though the embeddings differ. */
function atChance(history: readonly TrainingRecord[], options: DiagnosisOptions): Diagnosis | undefined {
  const tolerance = toleranceOf(history, options);
  const sinceBest = recordsSinceBest(history, tolerance);
  const records = judged(sinceBest ?? history, options);
  const losses = valuesOf(records, 'relativeLoss');
  if (losses.length < WINDOW || median(losses.slice(-WINDOW)) < 1 - tolerance) return undefined;
  const [older, newer] = halves(losses);
  const isFalling = median(newer) < median(older) - tolerance / 10;
  // Embeddings first move apart, then the loss falls.
  if (isFalling || isClimbing(latest(records, 'relativeDeviation'))) return undefined;
  if (sinceBest) {
    return {
      kind: 'divergence',
      message:
        'The loss is back at that of guessing: the run has lost what it had learned. Resume from an earlier checkpoint with a learning rate three to ten times lower.',
    };
  }
  const steps = history.at(-1)!.step - options.warmupSteps;
  const gradients = latest(history, 'gradientNorm');
  const advice =
    gradients.length >= FEWEST && median(gradients) < VANISHED_GRADIENT
      ? 'no gradient reaches the weights; see that the encoder is not frozen, and start again with another seed or a lower learning rate'
      : 'raise the learning rate, choose a milder augmentation, or give it more time';
  return {
    kind: 'no-learning',
    message: `The loss is still that of guessing, ${steps} steps after the warm-up: ${advice}.`,
  };
}

/** Records after warm-up and patience. */
function judged(history: readonly TrainingRecord[], { warmupSteps }: DiagnosisOptions): readonly TrainingRecord[] {
  return history.filter(({ step }) => step >= warmupSteps + PATIENCE);
}

/** What came after the lowest loss, batches' noise smoothed; undefined where that was no better than chance. */
function recordsSinceBest(
  history: readonly TrainingRecord[],
  tolerance: number,
): readonly TrainingRecord[] | undefined {
  const measured = history.filter(({ relativeLoss }) => relativeLoss !== undefined);
  let [best, bestStep] = [Infinity, 0];
  for (let end = FEWEST; end <= measured.length; end++) {
    const loss = median(valuesOf(measured.slice(end - FEWEST, end), 'relativeLoss'));
    if (loss > best) continue;
    best = loss;
    bestStep = measured[end - 1]!.step;
  }
  return best < 1 - LEARNED * tolerance ? history.filter(({ step }) => step > bestStep) : undefined;
}

/** The metric where it was measured. */
function valuesOf(records: readonly TrainingRecord[], metric: Metric): number[] {
  return records.map((record) => record[metric]).filter((value) => value !== undefined);
}

function latest(records: readonly TrainingRecord[], metric: Metric): number[] {
  return valuesOf(records, metric).slice(-WINDOW);
}

/** True where enough values lie below the limit and don't climb out. */
function isLow(values: readonly number[], limit: number): boolean {
  return values.length >= FEWEST && median(values) < limit && !isClimbing(values);
}

function isClimbing(values: readonly number[]): boolean {
  const [older, newer] = halves(values);
  return median(newer) > RECOVERY * median(older);
}

function halves(values: readonly number[]): [number[], number[]] {
  const middle = values.length >> 1;
  return [values.slice(0, middle), values.slice(middle)];
}

/** The loss of guessing; undefined where the loss has no such value. */
function chanceOf(history: readonly TrainingRecord[]): number | undefined {
  const known = history.findLast(({ relativeLoss }) => relativeLoss !== undefined && relativeLoss > 0);
  return known && known.loss / known.relativeLoss!;
}

/** At most a twentieth of what lies between chance and the loss of coinciding views of orthogonal images. */
function toleranceOf(history: readonly TrainingRecord[], { temperature }: DiagnosisOptions): number {
  const chance = chanceOf(history);
  if (chance === undefined || temperature === undefined) return CHANCE_TOLERANCE;
  const attainable = Math.log1p(Math.expm1(chance) * Math.exp(-1 / temperature));
  return Math.min(CHANCE_TOLERANCE, (1 - attainable / chance) / 20);
}

/** NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function format(value: number): string {
  return String(Number(value.toPrecision(2)));
}
