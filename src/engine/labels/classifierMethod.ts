import { dirname } from 'node:path';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { heldOutImages } from '../../core/labels/heldOut.ts';
import { nothingHeldOut } from '../../core/labels/labelErrors.ts';
import { guessByClassifier, type LabelGuesses } from '../../core/labels/labelGuesses.ts';
import type { JobContext } from '../../core/progress.ts';
import type { Dataset } from '../dataset.ts';
import { encoderReference } from '../encoders/encoderChoice.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { Classifier, type ResolvedClassifier } from '../predictions/classifier.ts';
import { classifyImages } from '../predictions/classifyImages.ts';
import { resolveClassifier } from '../predictions/resolveClassifier.ts';
import { readTrainedOn } from '../training/trainedOn.ts';
import type { LabelImage, LabelImages } from './labelImages.ts';

/** A fine-tuned encoder that labels are guessed by, and what it has seen. */
export interface LabelClassifier {
  readonly encoder: ResolvedClassifier;
  readonly hasSeen: (image: LabelImage) => boolean;
}

/**
 * The encoder to label with: the one that is named, else the dataset's own if it knows classes, else that of the newest
 * finished run that does. Rejects with the codes of `resolveClassifier` and `readTrainedOn`, and with not-enough-labels where
 * it has seen all labelled images, or nothing tells what it has seen.
 */
export async function openLabelClassifier(
  reference: string | undefined,
  labelled: readonly LabelImage[],
  dataset: Dataset,
  registry: EncoderRegistry,
): Promise<LabelClassifier> {
  const { root, store } = dataset;
  const encoder = await resolveClassifier(reference, { root, registry, own: encoderReference(dataset, undefined) });
  const record = 'file' in encoder.model ? await readTrainedOn(dirname(encoder.model.file)) : undefined;
  if (record === undefined) throw nothingHeldOut(encoder.card.id, false);
  const seen = new Set(record.map(({ content }) => store.findContent(content)?.key));
  const hasSeen = ({ contentKey }: LabelImage) => seen.has(contentKey);
  if (labelled.every(hasSeen)) throw nothingHeldOut(encoder.card.id, true);
  return { encoder, hasSeen };
}

/** The images that the classifier was trained on and that have no label any more, or one of the test split. */
export function seenWithoutLabel({ hasSeen }: LabelClassifier, { targets, others, test }: LabelImages): LabelImage[] {
  return [...targets, ...others, ...test].filter(hasSeen);
}

/**
 * Which images count as held out. Throws not-enough-labels where none does. Copies of images that are gone from the dataset
 * can't be told.
 *
 * @param labelled come first in `images`
 * @param groups one per image: equal for duplicates
 */
export function heldOutBy(
  { encoder, hasSeen }: LabelClassifier,
  images: readonly LabelImage[],
  labelled: number,
  groups: Int32Array,
): (row: number) => boolean {
  const heldOut = heldOutImages(
    groups,
    Uint8Array.from(images, (image) => (hasSeen(image) ? 1 : 0)),
  );
  if (!heldOut.subarray(0, labelled).includes(1)) throw nothingHeldOut(encoder.card.id, true);
  return (row) => heldOut[row] === 1;
}

/**
 * Guesses for all images; those that can't be decoded get none.
 *
 * @param names of the classes of the guesses, all of the encoder's among them
 * @param nearest of `voteSearch`
 */
export async function classify(
  { encoder }: LabelClassifier,
  images: readonly LabelImage[],
  names: readonly string[],
  nearest: Neighbors,
  { root, threads }: { readonly root: string; readonly threads: number },
  context: JobContext,
): Promise<LabelGuesses> {
  const classifier = await Classifier.open(encoder, threads);
  try {
    const classified = await classifyImages(root, images, classifier, context);
    const numbers = Int32Array.from(encoder.classes, (name) => names.indexOf(name));
    return guessByClassifier(classified, numbers, nearest);
  } finally {
    await classifier.dispose();
  }
}
