/** The linear probe over resampled images: all labels, and a few of them. */
import { RandomStream } from '../random.ts';
import {
  macroAccuracyInterval,
  scoreClassification,
  wilsonInterval,
  type ClassificationScore,
} from './classificationScore.ts';
import { classify, ProbeFit, type LinearClassifier, type ProbeRuntime, type ProbeSet } from './linearProbe.ts';
import type { PrincipalCoordinates } from './principalAxes.ts';
import { resampledEstimate, type Estimate } from './resampling.ts';
import { standardised, standardOf, type Standard } from './standard.ts';
import { drawPerClass, smallestClass, stratifiedParts } from './splits.ts';

/** Strengths of the penalty that are tried, from the strongest, each fit beginning where the one before ended. */
export const PROBE_STRENGTHS: readonly number[] = Array.from({ length: 11 }, (_, i) => 10 ** (1 - i / 2));
/** Weaker strengths aren't tried once so many in a row were no better. */
const PATIENCE = 3;
/** As `PROBE_TOLERANCE`, to compare strengths. */
const CHOICE_TOLERANCE = 1e-5;
/** Resamples of all labels, and of a few. */
export const PROBE_TRIALS = 5;
export const FEW_LABEL_TRIALS = 10;
/** Labels per class of the few-label curve. */
export const FEW_LABELS: readonly number[] = [1, 5, 10, 20];
/** Of every resample: images that it is tested on, where there is no test split, and that its strength is chosen on. */
export const TEST_SHARE = 0.2;
export const VALIDATION_SHARE = 0.2;
/** Sum of the cross-entropies against ½ ‖weights‖², as in few-shot learning, where no labels are left to choose it on. */
export const FEW_LABEL_PENALTY = 1;

/** Streams of randomness. */
const TRIAL_STREAM = 0x7472;
const FEW_LABEL_STREAM = 0x666c;

export interface ProbeTrialOptions {
  readonly features: PrincipalCoordinates;
  /** Per row. */
  readonly labels: Int32Array;
  /** Per row: equal for duplicates, from 0. */
  readonly groups: Int32Array;
  readonly classes: number;
  /** Rows to learn from. */
  readonly bank: Uint32Array;
  /** Rows to be tested on; absent: every resample takes some out of the bank. */
  readonly test: Uint32Array | undefined;
  readonly seed: number;
}

export interface ProbeFigures {
  /** Share of images that are recognised. */
  readonly accuracy: Estimate;
  /** The same, each class counting once. */
  readonly macro: Estimate;
}

export interface ProbeTrialResult extends ProbeFigures {
  /** Chosen in each resample. */
  readonly strengths: readonly number[];
}

/**
 * Fits the probe to resamples of the bank. Of each, a part is held back, on which the strength is chosen by macro accuracy;
 * with that, all of the resample is fitted. Duplicates never lie on both sides.
 *
 * @param onTrial called after each, with how many are done
 */
export async function runProbeTrials(
  options: ProbeTrialOptions,
  runtime: ProbeRuntime,
  onTrial: (done: number) => void = () => undefined,
): Promise<ProbeTrialResult> {
  const { labels, groups, classes, seed, test } = options;
  const bank = withoutDuplicatesOf(options.bank, test, groups);
  const scores: ClassificationScore[] = [];
  const strengths: number[] = [];
  for (let trial = 0; trial < PROBE_TRIALS; trial++) {
    const random = new RandomStream(seed, TRIAL_STREAM, trial);
    // With a test split, what is taken out of the bank only makes the resamples differ.
    const [kept, left] = stratifiedParts({ rows: bank, labels, groups }, [TEST_SHARE], random);
    const [fitted, validation] = stratifiedParts({ rows: kept!, labels, groups }, [VALIDATION_SHARE], random);
    const { strength, classifier } = await chooseStrength(options, fitted!, validation!, runtime);
    strengths.push(strength);
    const tested = test ?? left!;
    const standard = standardOf(options.features.coordinates, options.features.dim, kept!);
    const refit = await ProbeFit.open(probeSet(options, kept!, standard), classes, runtime, classifier);
    const final = await closing(refit, () => refit.fit(strength));
    const predicted = await predict(final, probeSet(options, tested, standard), runtime);
    scores.push(scoreClassification(predicted.classes, select(labels, tested), classes));
    onTrial(trial + 1);
  }
  return { ...figuresOf(scores, TEST_SHARE / (1 - TEST_SHARE), test !== undefined), strengths };
}

export interface FewLabelFigures extends ProbeFigures {
  /** Per class. */
  readonly labels: number;
}

/**
 * Fits the probe to a few labelled images of every class, drawn anew for each trial, and tests it on the test rows or on
 * all others. Numbers of labels that not every class has, with one more to test on, are left out.
 */
export async function runFewLabelTrials(
  options: ProbeTrialOptions,
  runtime: ProbeRuntime,
  onTrial: (done: number, total: number) => void = () => undefined,
): Promise<FewLabelFigures[]> {
  const { labels, groups, classes, seed, test, features } = options;
  const bank = withoutDuplicatesOf(options.bank, test, groups);
  const candidates = { rows: bank, labels, groups };
  const available = smallestClass(candidates) - (test ? 0 : 1);
  const counts = FEW_LABELS.filter((count) => count <= available);
  // Pictures are there without their labels.
  const standard = standardOf(features.coordinates, features.dim, bank);
  const all = Uint32Array.from(labels.keys());
  const held = await runtime.products.hold(probeSet(options, all, standard).features, all.length, features.dim);
  const results: FewLabelFigures[] = [];
  try {
    for (const [position, count] of counts.entries()) {
      const scores: ClassificationScore[] = [];
      for (let trial = 0; trial < FEW_LABEL_TRIALS; trial++) {
        const random = new RandomStream(seed, FEW_LABEL_STREAM, count, trial);
        const { drawn, rest } = drawPerClass(candidates, count, random);
        const fit = await ProbeFit.open(probeSet(options, drawn, standard), classes, runtime);
        const classifier = await closing(fit, () => fit.fit(FEW_LABEL_PENALTY / drawn.length, CHOICE_TOLERANCE));
        const predicted = (await classify(classifier, held, labels)).classes;
        const tested = test ?? rest;
        scores.push(scoreClassification(select(predicted, tested), select(labels, tested), classes));
        onTrial(position * FEW_LABEL_TRIALS + trial + 1, counts.length * FEW_LABEL_TRIALS);
      }
      // The drawn images are so few that the trials hardly overlap.
      results.push({ labels: count, ...figuresOf(scores, 0, test !== undefined) });
    }
  } finally {
    await held.release();
  }
  return results;
}

/** The strength whose classifier recognises the validation images best; of equal ones, that with the lower cross-entropy. */
async function chooseStrength(
  options: ProbeTrialOptions,
  fitted: Uint32Array,
  validation: Uint32Array,
  runtime: ProbeRuntime,
): Promise<{ readonly strength: number; readonly classifier: LinearClassifier }> {
  const { classes } = options;
  const standard = standardOf(options.features.coordinates, options.features.dim, fitted);
  const validated = probeSet(options, validation, standard);
  const held = await runtime.products.hold(validated.features, validated.rows, validated.dim);
  const fit = await ProbeFit.open(probeSet(options, fitted, standard), classes, runtime);
  try {
    let best: { strength: number; classifier: LinearClassifier; accuracy: number; crossEntropy: number } | undefined;
    let worse = 0;
    for (const strength of PROBE_STRENGTHS) {
      const classifier = await fit.fit(strength, CHOICE_TOLERANCE);
      const predicted = await classify(classifier, held, validated.labels);
      const accuracy = scoreClassification(predicted.classes, validated.labels, classes).macroAccuracy;
      const { crossEntropy } = predicted;
      const better =
        best === undefined ||
        accuracy > best.accuracy ||
        (accuracy === best.accuracy && crossEntropy < best.crossEntropy);
      if (better) best = { strength, classifier, accuracy, crossEntropy };
      worse = better ? 0 : worse + 1;
      if (worse === PATIENCE) break;
    }
    return best!;
  } finally {
    await fit.close();
    await held.release();
  }
}

async function predict(classifier: LinearClassifier, set: ProbeSet, { products }: ProbeRuntime) {
  const held = await products.hold(set.features, set.rows, set.dim);
  try {
    return await classify(classifier, held, set.labels);
  } finally {
    await held.release();
  }
}

function probeSet({ features, labels }: ProbeTrialOptions, rows: Uint32Array, standard: Standard): ProbeSet {
  const { coordinates, dim } = features;
  const selected = standardised(coordinates, dim, rows, standard);
  return { features: selected, rows: rows.length, dim, labels: select(labels, rows) };
}

/** @param tested whether all trials were tested on the same images, whose number is a source of chance of its own */
function figuresOf(scores: readonly ClassificationScore[], ratio: number, tested: boolean): ProbeFigures {
  const halfWidths = scores.map((score) => {
    const plain = wilsonInterval(score.correct, score.count);
    const macro = macroAccuracyInterval(score);
    return { plain: (plain.high - plain.low) / 2, macro: (macro.high - macro.low) / 2 };
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    accuracy: resampledEstimate(
      scores.map(({ accuracy }) => accuracy),
      ratio,
      tested ? mean(halfWidths.map(({ plain }) => plain)) : 0,
    ),
    macro: resampledEstimate(
      scores.map(({ macroAccuracy }) => macroAccuracy),
      ratio,
      tested ? mean(halfWidths.map(({ macro }) => macro)) : 0,
    ),
  };
}

/** Rows of the bank that are no duplicates of images to be tested on. */
function withoutDuplicatesOf(bank: Uint32Array, test: Uint32Array | undefined, groups: Int32Array): Uint32Array {
  if (test === undefined) return bank;
  const tested = new Set(select(groups, test));
  return bank.filter((row) => !tested.has(groups[row]!));
}

function select(values: Int32Array, rows: Uint32Array): Int32Array {
  return Int32Array.from(rows, (row) => values[row]!);
}

async function closing<T>(fit: ProbeFit, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await fit.close();
  }
}
