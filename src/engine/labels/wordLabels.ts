import { usage, type LikenessError } from '../../core/errors.ts';
import {
  classesNotShown,
  labelsByWordsUnchecked,
  labelsNotNamed,
  precisionNotShown,
} from '../../core/labels/labelErrors.ts';
import type { LabelGuesses } from '../../core/labels/labelGuesses.ts';
import type { LabelProposals } from '../../core/labels/labelProposals.ts';
import {
  classPrototypes,
  DEFAULT_TEMPLATES,
  guessByWords,
  promptsFor,
  USUAL_LOGIT_SCALE,
} from '../../core/labels/zeroShot.ts';
import type { LabelWords } from '../../protocol/labels.ts';
import type { LabelImage } from './labelImages.ts';
import { bestOf } from './labelNotices.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';

/** Classes that are known by their names alone. */
export interface WordClasses {
  /** In the order of the guesses' numbers. */
  readonly names: readonly string[];
  /** `names × dim`, of length 1. */
  readonly prototypes: Float32Array;
  readonly logitScale: number;
}

/** Rejects what names no classes. */
export function checkWords(words: LabelWords | undefined): asserts words is LabelWords {
  const names = new Set(words?.names);
  if (names.size < 2) throw usage('Labels by words need the names of two classes at least (--words "cat,dog").');
  const wrong = words!.templates?.find((template) => !template.includes('{}'));
  if (wrong !== undefined) throw usage(`The template "${wrong}" says nowhere what the class is; put {} there.`);
}

/** Rejects with text-unread where the encoder can't tell the names apart, or with the codes of `TextEncoder.embed`. */
export async function wordClasses(
  { names: given, templates = DEFAULT_TEMPLATES }: LabelWords,
  encoder: TextEncoder,
): Promise<WordClasses> {
  const names = [...new Set(given)].sort();
  encoder.assertDifferent(names);
  const { vectors } = await encoder.embed(names.flatMap((name) => promptsFor(name, templates)));
  const { output, logitScale = USUAL_LOGIT_SCALE } = encoder.described;
  return { names, prototypes: classPrototypes(vectors, names.length, output.dim), logitScale };
}

export function guessByClassNames(
  { prototypes, logitScale }: WordClasses,
  images: { readonly vectors: Float32Array; readonly rows: number; readonly dim: number },
): LabelGuesses {
  return guessByWords(images, prototypes, logitScale);
}

/** What is proposed where no label shows how far it can be trusted: everything, with the model's own confidence. */
export function uncheckedProposals(
  { classes, shares }: LabelGuesses,
  rows: readonly number[],
  names: number,
  cap = Infinity,
): LabelProposals {
  const taken = new Int32Array(names);
  const sorted = [...rows].sort((a, b) => shares[b]! - shares[a]! || a - b);
  const kept = sorted.filter((row) => ++taken[classes[row]!]! <= cap);
  return {
    rows: Uint32Array.from(kept),
    classes: Int32Array.from(kept, (row) => classes[row]!),
    confidences: Float64Array.from(kept, (row) => shares[row]!),
    perClass: Array.from(taken, (count) => ({
      ...{ pictures: 0, heldOut: 0, guessed: 0, threshold: undefined, isOwn: false },
      proposed: Math.min(count, cap),
    })),
    threshold: undefined,
    curve: [],
    heldOut: { count: 0, correct: 0 },
    withheld: { unlike: 0, unsure: 0, capped: sorted.length - kept.length },
  };
}

/**
 * What a person should know of classes that nothing is proposed for, or that nothing checks.
 *
 * @param labelled images that have a label
 */
export function wordNotices(
  { perClass, curve, heldOut }: LabelProposals,
  names: readonly string[],
  labelled: readonly LabelImage[],
  precision: number,
): LikenessError[] {
  const known = new Set(names);
  const unnamed = [...new Set(labelled.map(({ label }) => label))].filter((label) => !known.has(label)).sort();
  const notices = unnamed.length > 0 ? [labelsNotNamed(unnamed)] : [];
  if (heldOut.count === 0) return [labelsByWordsUnchecked(), ...notices];
  const unshown = names.filter((_, label) => perClass[label]!.threshold === undefined);
  if (unshown.length === 0) return notices;
  if (unshown.length < names.length) return [...notices, classesNotShown(unshown, precision)];
  return [...notices, precisionNotShown(heldOut.count, precision, bestOf(curve))];
}
