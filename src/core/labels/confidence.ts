/** Turns how sure a method is of a guess, in its own terms, into the share of such guesses that are right. */
export type Calibration = (share: number, label: number) => number;

/** Guesses whose truth is known; arrays have one entry per guess. */
export interface CalibrationGuesses {
  /** How sure the method was, from 0 to 1. */
  readonly shares: Float64Array;
  /** The class that was guessed, from 0 to `classes` − 1. */
  readonly labels: Int32Array;
  /** 1 where it was right, else 0. */
  readonly correct: Uint8Array;
  readonly classes: number;
}

/** Shares nearer to 0 or 1 than this count as this far: it takes more than a few dozen votes to say more. */
const EDGE = 1e-3;
/** How much the classes' log odds may differ: the variance of their normal prior. */
const CLASS_VARIANCE = 1;
const MOST_ITERATIONS = 100;

/**
 * A logistic curve over the log odds of the shares, by J. Platt, "Probabilistic outputs for support vector machines", 1999:
 * two numbers, so that few images don't bend it, and his targets just short of 0 and 1, so that a few guesses that are all
 * right don't make anything certain. Every class then moves the curve by as much as its own guesses are better or worse,
 * less where there are few of them. Never falls with the share: where shares tell nothing, they count for nothing. Never
 * above what so many guesses could show if all of them were right.
 */
export function fitConfidence({ shares, labels, correct, classes }: CalibrationGuesses): Calibration {
  const odds = shares.map(logOdds);
  const right = correct.reduce((sum, value) => sum + value, 0);
  const [high, low] = [(right + 1) / (right + 2), 1 / (odds.length - right + 2)];
  const targets = Float64Array.from(correct, (isRight) => (isRight === 1 ? high : low));
  const fitted = sharedLine(odds, targets);
  const mean = (right + 1) / (odds.length + 2);
  const { slope, offset } = fitted.slope > 0 ? fitted : { slope: 0, offset: logOdds(mean) };
  const scores = odds.map((value) => slope * value + offset);
  const shifts = Float64Array.from({ length: classes }, (_, label) => {
    const isMeant = (_value: number, i: number) => labels[i] === label;
    return classShift(scores.filter(isMeant), targets.filter(isMeant));
  });
  const highest = (odds.length + 1) / (odds.length + 2);
  return (share, label) => Math.min(highest, sigmoid(slope * logOdds(share) + offset + (shifts[label] ?? 0)));
}

interface Line {
  readonly slope: number;
  readonly offset: number;
}

/** Newton's method with halved steps on the cross-entropy, which is convex. */
function sharedLine(odds: Float64Array, targets: Float64Array): Line {
  let line: Line = { slope: 0, offset: 0 };
  let loss = lossOf(line, odds, targets);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    let [slope, offset, slopes, mixed, offsets] = [0, 0, 0, 0, 0];
    odds.forEach((value, i) => {
      const probability = sigmoid(line.slope * value + line.offset);
      const error = probability - targets[i]!;
      const curvature = probability * (1 - probability);
      slope += error * value;
      offset += error;
      slopes += curvature * value * value;
      mixed += curvature * value;
      offsets += curvature;
    });
    // A ridge for shares that are all the same, where slope and offset can't be told apart.
    const ridge = 1e-9 * (1 + slopes + offsets);
    const determinant = (slopes + ridge) * (offsets + ridge) - mixed * mixed;
    const step = {
      slope: ((offsets + ridge) * slope - mixed * offset) / determinant,
      offset: ((slopes + ridge) * offset - mixed * slope) / determinant,
    };
    let next = line;
    let nextLoss = loss;
    for (let length = 1; length > 1e-6 && !(nextLoss < loss); length /= 2) {
      next = { slope: line.slope - length * step.slope, offset: line.offset - length * step.offset };
      nextLoss = lossOf(next, odds, targets);
    }
    if (!(nextLoss < loss)) return line;
    line = next;
    loss = nextLoss;
  }
  return line;
}

function lossOf({ slope, offset }: Line, odds: Float64Array, targets: Float64Array): number {
  let loss = 0;
  odds.forEach((value, i) => {
    const score = slope * value + offset;
    // log(1 + e^s) without overflow.
    loss += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - targets[i]! * score;
  });
  return loss;
}

/** What is best added to a class's scores, under the prior: the zero of a rising function, between bounds. */
function classShift(scores: Float64Array, targets: Float64Array): number {
  const slopeAt = (shift: number) =>
    scores.reduce((sum, score, i) => sum + sigmoid(score + shift) - targets[i]!, shift / CLASS_VARIANCE);
  // Beyond these the prior alone outweighs all guesses.
  let [low, high] = [-CLASS_VARIANCE * scores.length, CLASS_VARIANCE * scores.length];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function logOdds(share: number): number {
  const inside = Math.min(1 - EDGE, Math.max(EDGE, share));
  return Math.log(inside / (1 - inside));
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
