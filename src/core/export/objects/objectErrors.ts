/** Failures and notices about boxes and outlines that are exported: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../../likenessError.ts';
import type { Size } from '../../images/geometry.ts';

/** Keys that a sentence names. */
const NAMED = 5;

export const changedWhileExported = (path: string) =>
  new LikenessError(
    ErrorCode.ImagesChanged,
    `${path} was changed by somebody else while it was exported, and nothing was written; export again.`,
    { path },
  );

/** @param files that the labels come from */
export const noneListed = (folder: string, files: readonly string[]) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${files.join(' and ')} ${files.length === 1 ? 'lists' : 'list'} none of the images of ${folder} that would be exported, and what ${files.length === 1 ? 'it says' : 'they say'} of them is what is exported; list them there, or name other label files in .likeness/config.json.`,
    { path: folder },
  );
export const noCategories = (files: readonly string[], format: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${files.join(' and ')} ${files.length === 1 ? 'has' : 'have'} no categories, without which ${format} has no classes; add them, or choose another format.`,
  );
export const nothingWritable = (folder: string, files: readonly string[], format: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `No annotation that ${files.join(' and ')} ${files.length === 1 ? 'has' : 'have'} of the images of ${folder} that would be exported is one that ${format} can have: a box of a class that is listed; correct them, or choose another format.`,
    { path: folder },
  );

// ---- notices ------------------------------------------------------------------------------------------------------

/** @param reason the end of a sentence about the image, as of `relabelReasons.ts` */
export const classNotWritten = (images: number, path: string, to: string, reason: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${images === 1 ? `The class "${to}" that was decided for ${path} is` : `The classes that were decided for ${images} images are`} not in the export, which says no more of ${images === 1 ? 'it' : 'them'} than the label files${images === 1 ? '' : `; the first is ${path}, decided "${to}"`}: ${reason}.`,
    { path },
  );
/** @param files that the labels come from, `listed` whether the images are in the export all the same */
export const notAnnotated = (images: number, files: readonly string[], first: string, listed: boolean) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${files.join(' and ')} ${files.length === 1 ? 'lists' : 'list'} ${images === 1 ? `1 image (${first})` : `${images} images (the first is ${first})`} not at all, and ${images === 1 ? 'it is' : 'they are'} ${listed ? `listed without an annotation, as if there were nothing in ${images === 1 ? 'it' : 'them'}` : 'left out, as a picture without a box stands for "nothing there"'}.`,
    { path: first },
  );
/** @param stated in the file, `shown` what the picture has when it is looked at */
export const otherSize = (images: number, first: string, file: string, stated: Size, shown: Size) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${images === 1 ? `${first} has` : `${images} images (the first is ${first}) have`} another size in ${file} (${stated.width} × ${stated.height}) than ${images === 1 ? 'it is' : 'they are'} shown with (${shown.width} × ${shown.height}), as when a camera has turned them; the numbers of the annotations are exported as those of the size that is stated, check whether they fit.`,
    { path: first },
  );
/** @param file of the first image */
export const withoutSize = (images: number, first: string, file: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${file} states no size of ${images === 1 ? first : `${images} images (the first is ${first})`}; the annotations are taken for those of the size that ${images === 1 ? 'it is' : 'they are'} shown with.`,
    { path: first },
  );
/** @param alike what is the same of them */
export const writtenTwice = (annotations: number, alike: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${annotations === 1 ? '1 annotation is' : `${annotations} annotations are`} in the label files more than once, with the same ${alike}, and ${annotations === 1 ? 'is' : 'are'} exported once.`,
  );
/** @param format that has no place for it */
export const crowdsLeftOut = (annotations: number, format: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${annotations === 1 ? '1 annotation is' : `${annotations} annotations are`} of a crowd ("iscrowd"), for which ${format} has no sign, and ${annotations === 1 ? 'is' : 'are'} left out.`,
  );
export const withoutClass = (annotations: number, format: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${annotations === 1 ? '1 annotation has' : `${annotations} annotations have`} no category, without which ${format} has none, and ${annotations === 1 ? 'is' : 'are'} left out.`,
  );
/** @param first image of such an annotation */
export const withoutBox = (annotations: number, first: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${annotations === 1 ? `1 annotation (of ${first}) has` : `${annotations} annotations (the first of ${first}) have`} no box within the image, and ${annotations === 1 ? 'is' : 'are'} left out; correct "bbox".`,
    { path: first },
  );
/** @param first image of such an annotation */
export const unstatedBoxes = (annotations: number, first: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${annotations === 1 ? `1 annotation (of ${first}) has` : `${annotations} annotations (the first of ${first}) have`} no "bbox" and no polygon to take a box from, but a mask or keypoints, and ${annotations === 1 ? 'is' : 'are'} left out; add "bbox".`,
    { path: first },
  );
/** @param first of the images */
export const nothingLeft = (images: number, first: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${images === 1 ? `1 image (${first}) has` : `${images} images (the first is ${first}) have`} annotations of which none can be exported, and ${images === 1 ? 'is' : 'are'} left out, as a picture without a box stands for "nothing there".`,
    { path: first },
  );
/** @param keys of the label files, one at least */
export const keysLeftOut = (keys: readonly string[], files: readonly string[]) => {
  const names = keys.slice(0, NAMED).map((key) => JSON.stringify(key));
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return new LikenessError(
    ErrorCode.LabelFilesStay,
    `What ${files.join(' and ')} ${files.length === 1 ? 'says' : 'say'} beside images, annotations, categories and licences isn't in the export: ${names.join(', ')}${more}, ${files.length === 1 ? 'as it is no JSON or too long' : 'as there are several files'}.`,
  );
};
/** @param first image of such an annotation */
export const wholeImageBoxes = (annotations: number, first: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${annotations === 1 ? `1 annotation (of ${first}) has` : `${annotations} annotations (the first of ${first}) have`} neither a box nor an outline, and ${annotations === 1 ? 'is' : 'are'} exported as a box around the whole image.`,
    { path: first },
  );
export const shapesLeftOut = (annotations: number, format: string) =>
  new LikenessError(
    ErrorCode.LabelFilesStay,
    `${annotations === 1 ? '1 annotation has' : `${annotations} annotations have`} an outline or keypoints beside the box; ${format} gets the ${annotations === 1 ? 'box' : 'boxes'} alone.`,
  );
export const numbersLeftOut = (lines: number, first: string) =>
  new LikenessError(
    ErrorCode.LabelFilesStay,
    `${lines === 1 ? `1 line (of ${first}) has` : `${lines} lines (the first of ${first}) have`} more numbers than a box, for which COCO has no place; the ${lines === 1 ? 'box' : 'boxes'} alone ${lines === 1 ? 'is' : 'are'} exported.`,
    { path: first },
  );
