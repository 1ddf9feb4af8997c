/** Failures and notices about labels: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** How people label images, as the end of a sentence. */
const HOW_TO_LABEL =
  'put some images of each class into a folder of its own, or name a table of labels in .likeness/config.json';

/** @param inTest labelled images of the test split, which nothing may learn from */
export const nothingLabelled = (root: string, inTest: number) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `No image of ${root} has a label${inTest > 0 ? ` outside of the test split, whose ${inTest} labels are not used` : ''}; ${HOW_TO_LABEL}.`,
    { path: root },
  );
export const oneLabelledClass = (root: string, name: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `All labelled images of ${root} are of one class ("${name}"), which every other image would be taken for; label images of a second class.`,
    { path: root },
  );
export const onlySingleLabels = (root: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `No class of ${root} has two different labelled pictures, so that nothing shows how far proposals can be trusted; label a second one of each class (copies don't count).`,
    { path: root },
  );
/** A notice: the other classes are proposed. */
export const singleLabels = (names: readonly string[]) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${names.length === 1 ? `The class "${names[0]}" has` : `${names.length} classes (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}) have`} a single labelled picture, which can't be checked, and no image is proposed for ${names.length === 1 ? 'it' : 'them'}; label a second one.`,
  );
export const noImagesBelow = (folder: string, root: string) =>
  new LikenessError(
    ErrorCode.FolderNotFound,
    `${folder} holds no readable image of the dataset ${root}; name a folder in it.`,
    { path: folder },
  );
export const nothingUnlabelled = (folder: string) =>
  new LikenessError(
    ErrorCode.NothingUnlabelled,
    `Every image of ${folder} has a label already; put those that need one into a folder called "unlabelled".`,
    { path: folder },
  );
/** A notice. @param best the highest precision that can be shown */
export const precisionNotShown = (heldOut: number, precision: number, best: number) =>
  new LikenessError(
    ErrorCode.PrecisionNotShown,
    `The ${heldOut} held-out ${heldOut === 1 ? 'image' : 'images'} can't show that ${percent(precision)} of any proposals are right, but ${percent(best)} at most, so nothing is proposed; label more images, ask for less (--precision), or try another encoder.`,
  );
/** A notice: the other classes are proposed. */
export const classesNotShown = (names: readonly string[], precision: number) =>
  new LikenessError(
    ErrorCode.PrecisionNotShown,
    `Nothing is proposed for ${named(names)}, as their held-out images can't show that ${percent(precision)} of such proposals are right; label more of them, or ask for less (--precision).`,
  );
/** A notice. */
export const testLabelsLeftOut = (count: number) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${count === 1 ? '1 labelled image' : `${count} labelled images`} of the test split ${count === 1 ? 'is' : 'are'} not learnt from, so that the test stays one.`,
  );
export const fileExists = (path: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} exists already and is left as it is; name another file, or replace it with --force.`,
    { path },
  );
/** Never done, not even if a person insists. */
export const wouldReplaceLabels = (path: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} holds what people decided and is never replaced; name another file.`,
    { path },
  );
/** Never done, not even if a person insists. */
export const wouldReplaceImage = (path: string) =>
  new LikenessError(ErrorCode.FileExists, `${path} is an image and is never replaced; name another file.`, { path });
/** Not done, as the picture would be one of its images from then on. */
export const pictureInDataset = (path: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} lies in a dataset, in which a picture would count as one of its images; name a file outside of it, or one that ends in .html.`,
    { path },
  );
/** Nothing there is replaced, not even if a person insists. */
export const outInLikeness = (path: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} can't be written: .likeness holds what people decided, which is never replaced, and takes no files but baselines that end in .json; name a file outside of it.`,
    { path },
  );
export const outIsFolder = (path: string) =>
  new LikenessError(ErrorCode.FileExists, `${path} is a folder, and a file is to be written; name a file.`, { path });
// ---- labels by words ----------------------------------------------------------------------------------------------

/** A notice. */
export const labelsByWordsUnchecked = () =>
  new LikenessError(
    ErrorCode.PrecisionNotShown,
    "No image has a label of one of these classes, so that nothing shows how often the proposals are right; their confidence is the encoder's own. Label some of each class to have them checked.",
  );
/** A notice. @param names of labels */
export const labelsNotNamed = (names: readonly string[]) =>
  new LikenessError(
    ErrorCode.ClassesChanged,
    `Nothing is proposed for ${named(names)}, which labelled images have and the words leave out; name ${names.length === 1 ? 'it' : 'them'} too (--words).`,
  );
// ---- labels by a classifier ---------------------------------------------------------------------------------------

/** How labels stay that a classifier has not seen, as the end of a sentence. */
const HOW_TO_HOLD_OUT =
  'fine-tune again with fewer labels ("likeness train finetune --labels-per-class N"), or with a validation split, so that labels stay to check with';

/** @param isRecorded whether it is known what the encoder was trained on */
export const nothingHeldOut = (encoder: string, isRecorded: boolean) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${isRecorded ? `The encoder ${encoder} was trained on all labelled images (copies, and the test split apart)` : `Nothing tells which images the encoder ${encoder} was trained on`}, so that no label shows how far its proposals can be trusted; ${HOW_TO_HOLD_OUT}.`,
    { path: encoder },
  );
/**
 * A notice.
 *
 * @param best the highest precision that can be shown
 * @param areTooFew whether the held-out images couldn't show it if all were guessed right
 */
export const classifierNotShown = (heldOut: number, precision: number, best: number, areTooFew: boolean) =>
  new LikenessError(
    ErrorCode.PrecisionNotShown,
    `The ${heldOut === 1 ? '1 labelled image' : `${heldOut} labelled images`} that the classifier has not seen can't show that ${percent(precision)} of any proposals are right, but ${percent(best)} at most, so nothing is proposed; ask for less (--precision), ${areTooFew ? `label more images, or ${HOW_TO_HOLD_OUT}` : 'or fine-tune a classifier that is more often right'}.`,
  );
/** A notice: the other classes are proposed. */
export const classesAllSeen = (names: readonly string[]) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `Nothing is proposed for ${named(names)}, as the classifier has seen all of ${names.length === 1 ? 'its' : 'their'} labelled images; label more, or ${HOW_TO_HOLD_OUT}.`,
  );
/** A notice. @param names of labels */
export const labelsNotLearnt = (names: readonly string[], encoder: string) =>
  new LikenessError(
    ErrorCode.ClassesChanged,
    `The encoder ${encoder} was not fine-tuned to ${named(names)}, and no image is proposed for ${names.length === 1 ? 'it' : 'them'}; fine-tune again to teach ${names.length === 1 ? 'it' : 'them'}.`,
  );
/** A notice. @param names of classes that the encoder knows */
export const classesNotLabelled = (names: readonly string[], encoder: string) =>
  new LikenessError(
    ErrorCode.ClassesChanged,
    `No image is labelled with ${named(names)}, which the encoder ${encoder} was fine-tuned to, and nothing is proposed for ${names.length === 1 ? 'it' : 'them'}; label some, or fine-tune again if the classes have changed.`,
  );
/** The record of the images that a classifier has seen. */
export const invalidTrainedOn = (path: string, detail: string) =>
  new LikenessError(
    ErrorCode.InvalidCard,
    `${path}, which says what the encoder was trained on, is not valid: ${detail}; restore it, or fine-tune again.`,
    { path },
  );

/** `the class "a"`, `4 classes (a, b, c, …)`. */
function named(names: readonly string[]): string {
  return names.length === 1
    ? `the class "${names[0]}"`
    : `${names.length} classes (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
