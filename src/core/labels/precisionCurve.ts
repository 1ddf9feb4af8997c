import { wilsonInterval } from '../evaluation/classificationScore.ts';

/** Guesses at images whose truth is known. */
export interface CheckedGuess {
  readonly confidence: number;
  readonly isRight: boolean;
}

/** What becomes of guesses when those below a confidence are dropped. */
export interface PrecisionPoint {
  /** The confidence that a guess must have. */
  readonly threshold: number;
  /** Share of all images that keep their guess. */
  readonly coverage: number;
  /** Share of these guesses that are right. */
  readonly precision: number;
  /** What their precision is at least, with 95 % confidence (Wilson's lower bound, one-sided). */
  readonly precisionBound: number;
  /** Images that keep their guess. */
  readonly count: number;
}

/** Standard normal quantile of a one-sided 95 % bound. */
const Z95_ONE_SIDED = 1.6448536269514722;
/** The same as a probability. */
const RARE = 0.05;

/**
 * One point per confidence that occurs, from the strictest to the one that keeps all.
 *
 * @param images those that coverage is a share of, with or without a guess
 */
export function precisionCurve(guesses: readonly CheckedGuess[], images: number): PrecisionPoint[] {
  const sorted = [...guesses].sort((a, b) => b.confidence - a.confidence);
  const points: PrecisionPoint[] = [];
  let right = 0;
  sorted.forEach(({ confidence, isRight }, i) => {
    if (isRight) right++;
    if (sorted[i + 1]?.confidence === confidence) return;
    const count = i + 1;
    points.push({
      threshold: confidence,
      coverage: count / images,
      precision: right / count,
      precisionBound: wilsonInterval(right, count, Z95_ONE_SIDED).low,
      count,
    });
  });
  return points;
}

/**
 * The point that keeps most guesses of those whose precision is shown to reach a target; undefined where none does. It is
 * the bound that must reach it, not the precision: of many thresholds one looks good by luck, and with few images each.
 */
export function pointOfPrecision(curve: readonly PrecisionPoint[], target: number): PrecisionPoint | undefined {
  return curve.findLast(({ precisionBound }) => precisionBound >= target);
}

/** Whether so many guesses could show a precision at all: if every one of them were right. */
export function couldShowPrecision(count: number, target: number): boolean {
  return count > 0 && wilsonInterval(count, count, Z95_ONE_SIDED).low >= target;
}

/**
 * Whether guesses show that their precision is below a target: so few right ones would come of a higher one with a
 * probability below 5 %. Exact, as a class may have few guesses.
 */
export function missesPrecision(guesses: readonly CheckedGuess[], target: number): boolean {
  const right = guesses.filter(({ isRight }) => isRight).length;
  // The binomial probabilities of 0 to `right` right ones, each from the one before, as logarithms.
  let logTerm = guesses.length * Math.log1p(-target);
  let probability = Math.exp(logTerm);
  for (let k = 1; k <= right; k++) {
    logTerm += Math.log((guesses.length - k + 1) / k) + Math.log(target) - Math.log1p(-target);
    probability += Math.exp(logTerm);
  }
  return probability < RARE;
}

/** At most so many points, evenly spread over the coverage, the first and the last among them. */
export function thinned(curve: readonly PrecisionPoint[], most: number): PrecisionPoint[] {
  if (curve.length <= most) return [...curve];
  return Array.from({ length: most }, (_, i) => curve[Math.round((i * (curve.length - 1)) / (most - 1))]!);
}
