import { fitConfidence } from './confidence.ts';
import type { LabelGuesses } from './labelGuesses.ts';
import { missesPrecision, pointOfPrecision, precisionCurve, type PrecisionPoint } from './precisionCurve.ts';

export interface ProposalInput {
  readonly guesses: LabelGuesses;
  /** Per image, from 0 to `classes` − 1; negative for none. */
  readonly labels: Int32Array;
  /** Per image: equal for duplicates. */
  readonly groups: Int32Array;
  readonly classes: number;
  /**
   * Whether a labelled image shows how good the guesses are, as its own was made by a method that has seen neither its label
   * nor that of a duplicate. Left out: each does, as a guess that was made without its label, but for the only picture of a
   * class, without which nothing is left that it could be recognised by.
   */
  readonly isHeldOut?: (row: number) => boolean;
}

export interface ProposalOptions {
  /** Share of the proposals that have to be right, above 0 and below 1. */
  readonly precision: number;
  /** Proposals per class at most. */
  readonly cap?: number | undefined;
  /** No class gets more proposals than the one with the fewest. */
  readonly balanced?: boolean;
  /** Images without a label that may get one; all where it's left out. */
  readonly accept?: (row: number) => boolean;
}

export interface ClassProposals {
  /** Labelled images, of which copies count once. */
  readonly pictures: number;
  /** Those of them that are held out. */
  readonly heldOut: number;
  /** Held-out images that were taken for the class, rightly or not. */
  readonly guessed: number;
  /** Confidence that a proposal of this class has; undefined where none is sure enough. */
  readonly threshold: number | undefined;
  /** Whether the threshold was chosen for this class alone. */
  readonly isOwn: boolean;
  readonly proposed: number;
}

export interface LabelProposals {
  /** Images, the most confident first; their classes and confidences are beside them. */
  readonly rows: Uint32Array;
  readonly classes: Int32Array;
  readonly confidences: Float64Array;
  readonly perClass: readonly ClassProposals[];
  /** Of the classes that have none of their own. */
  readonly threshold: number | undefined;
  /** All held-out images over one threshold. */
  readonly curve: readonly PrecisionPoint[];
  readonly heldOut: { readonly count: number; readonly correct: number };
  /** Images that stay without a label, by the reason. */
  readonly withheld: {
    /** Hardly like any labelled image. */
    readonly unlike: number;
    /** Below the threshold, or of a class that can't be checked. */
    readonly unsure: number;
    /** Above the cap. */
    readonly capped: number;
  };
}

/** Fewer held-out guesses give a class no threshold of its own. */
const OWN_GUESSES = 30;
/** The held-out images are calibrated in so many parts, each by the others. */
const PARTS = 10;
/** Share of held-out images that may be called unlike all others. */
const UNLIKE_SHARE = 0.01;

/**
 * Which guesses to propose. Labelled images are held out where they were guessed without their label; copies count once.
 * Confidences and thresholds come from them, so they hold for images of the same kind, and a class without any gets no
 * proposals.
 */
export function proposeLabels(input: ProposalInput, options: ProposalOptions): LabelProposals {
  const { guesses, labels, isHeldOut } = input;
  const pictures = firstOfGroups(input);
  const pictureCounts = countsOf(pictures, (row) => labels[row]!, input.classes);
  const heldOut = pictures.filter(isHeldOut ?? ((row) => pictureCounts[labels[row]!]! > 1));
  const counts = countsOf(heldOut, (row) => labels[row]!, input.classes);
  const floor = familiarityFloor(Float64Array.from(heldOut, (row) => guesses.familiarity[row]!));
  const isFamiliar = (row: number) => guesses.familiarity[row]! >= floor;
  const isUsable = (row: number) => isFamiliar(row) && (counts[guesses.classes[row]!] ?? 0) > 0;
  const isRight = (row: number) => guesses.classes[row] === labels[row];

  const guessed = heldOut.filter((row) => guesses.classes[row]! >= 0);
  const calibrate = (rows: Uint32Array) => {
    const calibration = fitConfidence({
      shares: Float64Array.from(rows, (row) => guesses.shares[row]!),
      labels: Int32Array.from(rows, (row) => guesses.classes[row]!),
      correct: Uint8Array.from(rows, (row) => (isRight(row) ? 1 : 0)),
      classes: input.classes,
    });
    return (row: number) => calibration(guesses.shares[row]!, guesses.classes[row]!);
  };
  // What an image itself taught must not make it look sure.
  const calibrations = Array.from({ length: PARTS }, (_, part) =>
    calibrate(guessed.filter((_row, i) => i % PARTS !== part)),
  );
  const checked = Array.from(guessed.keys(), (i) => ({ row: guessed[i]!, confidenceOf: calibrations[i % PARTS]! }))
    .filter(({ row }) => isUsable(row))
    .map(({ row, confidenceOf }) => ({
      class: guesses.classes[row]!,
      confidence: confidenceOf(row),
      isRight: isRight(row),
    }));
  const confidenceOf = calibrate(guessed);
  const { thresholds, own, shared } = chooseThresholds(checked, input.classes, options.precision);

  const unlabelled = Uint32Array.from(labels.keys()).filter(
    (row) => labels[row]! < 0 && (options.accept?.(row) ?? true),
  );
  const confidences = new Map(Array.from(unlabelled, (row) => [row, confidenceOf(row)]));
  const sure = unlabelled
    .filter((row) => isUsable(row) && confidences.get(row)! >= (thresholds[guesses.classes[row]!] ?? Infinity))
    .sort(
      (a, b) => confidences.get(b)! - confidences.get(a)! || guesses.familiarity[b]! - guesses.familiarity[a]! || a - b,
    );
  const rows = capped(sure, (row) => guesses.classes[row]!, input.classes, options);
  const unlike = unlabelled.filter((row) => !isFamiliar(row)).length;
  const proposed = countsOf(rows, (row) => guesses.classes[row]!, input.classes);
  return {
    rows,
    classes: Int32Array.from(rows, (row) => guesses.classes[row]!),
    confidences: Float64Array.from(rows, (row) => confidences.get(row)!),
    perClass: Array.from(counts, (count, label) => ({
      pictures: pictureCounts[label]!,
      heldOut: count,
      guessed: checked.filter((guess) => guess.class === label).length,
      threshold: count > 0 ? thresholds[label] : undefined,
      isOwn: own.has(label),
      proposed: proposed[label]!,
    })),
    threshold: shared,
    curve: precisionCurve(checked, heldOut.length),
    heldOut: { count: heldOut.length, correct: heldOut.filter(isRight).length },
    withheld: { unlike, unsure: unlabelled.length - unlike - sure.length, capped: sure.length - rows.length },
  };
}

/** The labelled images without those that are copies of an earlier one. */
function firstOfGroups({ labels, groups }: ProposalInput): Uint32Array {
  const seen = new Set<number>();
  return Uint32Array.from(labels.keys()).filter((row) => {
    if (labels[row]! < 0 || seen.has(groups[row]!)) return false;
    seen.add(groups[row]!);
    return true;
  });
}

/** All but a hundredth of the held-out images are at least so familiar, and with fewer than a hundred all of them. */
function familiarityFloor(familiarity: Float64Array): number {
  const known = [...familiarity].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return known[Math.floor(UNLIKE_SHARE * known.length)] ?? Infinity;
}

interface ClassGuess {
  readonly class: number;
  readonly confidence: number;
  readonly isRight: boolean;
}

interface Thresholds {
  /** By class. */
  readonly thresholds: readonly (number | undefined)[];
  /** Classes that have one of their own. */
  readonly own: ReadonlySet<number>;
  /** Of the others. */
  readonly shared: number | undefined;
}

/**
 * One threshold for all classes, or one for each class whose own held-out guesses show one and another for the rest:
 * whichever keeps more of the held-out guesses.
 */
function chooseThresholds(checked: readonly ClassGuess[], classes: number, precision: number): Thresholds {
  const byClass = Array.from({ length: classes }, (_, label) => checked.filter((guess) => guess.class === label));
  const own = byClass.map((guesses) => (guesses.length < OWN_GUESSES ? undefined : thresholdOf(guesses, precision)));
  const plans = [byClass.map(() => undefined), own].map((alone): Thresholds => {
    const shared = thresholdOf(
      checked.filter((guess) => alone[guess.class] === undefined),
      precision,
    );
    const thresholds = alone.map((threshold, label) => threshold ?? sharedBy(byClass[label]!, shared, precision));
    return { thresholds, own: new Set([...alone.keys()].filter((label) => alone[label] !== undefined)), shared };
  });
  const kept = plans.map(
    ({ thresholds }) => checked.filter((guess) => guess.confidence >= (thresholds[guess.class] ?? Infinity)).length,
  );
  return kept[1]! > kept[0]! ? plans[1]! : plans[0]!;
}

function thresholdOf(guesses: readonly ClassGuess[], precision: number): number | undefined {
  return pointOfPrecision(precisionCurve(guesses, guesses.length), precision)?.threshold;
}

/** The threshold of several classes, unless one's own guesses show that it is too low: it would hide behind the others. */
function sharedBy(guesses: readonly ClassGuess[], shared: number | undefined, precision: number): number | undefined {
  const above = guesses.filter(({ confidence }) => confidence >= (shared ?? Infinity));
  return missesPrecision(above, precision) ? undefined : shared;
}

/** The first of each class, as many as may be. */
function capped(
  rows: Uint32Array,
  classOf: (row: number) => number,
  classes: number,
  { cap = Infinity, balanced = false }: ProposalOptions,
): Uint32Array {
  const fewest = Math.min(...countsOf(rows, classOf, classes).filter((count) => count > 0));
  const most = Math.min(cap, balanced ? fewest : Infinity);
  const taken = new Uint32Array(classes);
  return rows.filter((row) => taken[classOf(row)]!++ < most);
}

function countsOf(rows: Uint32Array, classOf: (row: number) => number, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const row of rows) counts[classOf(row)]!++;
  return counts;
}
