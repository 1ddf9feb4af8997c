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
    `Nothing is proposed for ${names.length === 1 ? `the class "${names[0]}"` : `${names.length} classes (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`}, as their held-out images can't show that ${percent(precision)} of such proposals are right; label more of them, or ask for less (--precision).`,
  );
/** A notice. */
export const testLabelsLeftOut = (count: number) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${count === 1 ? '1 labelled image' : `${count} labelled images`} of the test split ${count === 1 ? 'is' : 'are'} not learnt from, so that the test stays one.`,
  );
export const invalidLabels = (path: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidLabels, `${path} can't be read as a table of labels: ${detail}; correct it.`, {
    path,
  });
export const labelSourceUnread = (path: string, source: string) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `${path} names labels of the kind "${source}", from which nothing can be proposed; use folders or a CSV file with a label for each image ("labels": {"source": "csv", "file": …}).`,
    { path },
  );
export const labelsUnmatched = (path: string, rows: number, example: string | undefined) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    example === undefined
      ? `${path} holds no labels; add rows, or name another file in .likeness/config.json.`
      : `None of the ${rows} rows of ${path} names an image of the dataset (the first is "${example}"); write paths relative to the dataset's folder.`,
    { path },
  );
/** A notice. */
export const someLabelsUnmatched = (path: string, rows: number, example: string) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    `${rows === 1 ? '1 row' : `${rows} rows`} of ${path} ${rows === 1 ? 'names' : 'name'} no image of the dataset, or more than one (the first is "${example}"), and ${rows === 1 ? 'is' : 'are'} passed over.`,
    { path },
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
    `${path} holds what people decided and is never replaced by proposals; name another file.`,
    { path },
  );

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
