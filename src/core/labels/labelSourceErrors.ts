/** Failures and notices about the files that labels come from: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** @param detail continues "It can't be used for labels: …" */
export const invalidLabels = (path: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidLabels, `${path} can't be used for labels: ${detail}; correct it.`, { path });
export const labelFileTooLarge = (path: string, bytes: number, limitBytes: number) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${path} holds ${mebibytes(bytes)} MiB, above the limit of ${mebibytes(limitBytes)} MiB for a file of labels of its kind; divide it, and name the parts as a list ("labels.file").`,
    { path },
  );
/** @param what `labels` or `splits`; lines are those of the two rows that differ */
export const contradictoryRows = (
  path: string,
  what: 'labels' | 'splits',
  image: string,
  told: readonly [string, string],
  lines: readonly [number, number],
) =>
  invalidLabels(
    path,
    `it gives ${image} two ${what}, "${told[0]}" in line ${lines[0]} and "${told[1]}" in line ${lines[1]}`,
  );
/** A table of splits. @param detail continues "It can't be used for splits: …" */
export const invalidSplits = (path: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidLabels, `${path} can't be used for splits: ${detail}; correct it.`, { path });
/** @param key of the configuration, such as "labels.file" */
export const labelFileOutside = (path: string, key: string, root: string) =>
  new LikenessError(
    ErrorCode.PathOutsideRoot,
    `"${key}" in .likeness/config.json names ${path}, which lies outside of the dataset ${root} and is not read; move it into the dataset, or put a link to it there.`,
    { path },
  );
/** @param other the file before it that tells otherwise */
export const contradictoryFiles = (
  path: string,
  other: string,
  what: 'labels' | 'splits',
  image: string,
  told: readonly [string, string],
) => invalidLabels(path, `it gives ${image} the ${what.slice(0, -1)} "${told[1]}", and ${other} gives it "${told[0]}"`);
export const labelsUnmatched = (path: string, rows: number, example: string | undefined) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    example === undefined
      ? `${path} holds no labels; add rows, or name another file in .likeness/config.json.`
      : `None of the ${rows} rows of ${path} names an image of the dataset (the first is "${example}"); write paths relative to the dataset's folder.`,
    { path },
  );
export const noImagesOfSplits = (path: string, places: readonly string[]) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    places.length === 0
      ? `${path} names no folder or list of images; add "train" and "val".`
      : `${path} names no folder or list that holds images of the dataset (${few(places)}); correct "path", "train" and "val", which may be relative to it.`,
    { path },
  );

/** What a person has seen is not what would be written now. */
export const changedSincePreview = (root: string) =>
  new LikenessError(
    ErrorCode.ImagesChanged,
    `The labels, the decisions or the images of ${root} have changed since the preview; look at it again, nothing was written.`,
    { path: root },
  );
/** Somebody else wrote it meanwhile. */
export const labelFileChanged = (path: string) =>
  new LikenessError(
    ErrorCode.ImagesChanged,
    `${path} was changed by somebody else just now and is left as it is; look at the preview again.`,
    { path },
  );

/** As a notice: all else that the file says counts. @param images how many there are of which it tells two things */
export const contradictoryRowsDropped = (
  path: string,
  what: 'labels' | 'splits',
  image: string,
  told: readonly [string, string],
  lines: readonly [number, number],
  images: number,
) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${path} gives ${image} two ${what}, "${told[0]}" in line ${lines[0]} and "${told[1]}" in line ${lines[1]}${images > 1 ? `, and contradicts itself about ${images - 1} more` : ''}, so that neither counts; correct it.`,
    { path },
  );
/** As a notice. @param other the file before it that tells otherwise */
export const contradictoryFilesDropped = (
  path: string,
  other: string,
  what: 'labels' | 'splits',
  image: string,
  told: readonly [string, string],
  images: number,
) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${path} gives ${image} the ${what.slice(0, -1)} "${told[1]}", and ${other} gives it "${told[0]}"${images > 1 ? `; they contradict each other about ${images - 1} more` : ''}, so that neither counts; correct one of them.`,
    { path },
  );

// ---- notices ------------------------------------------------------------------------------------------------------

/** @param examples the first of them */
export const someLabelsUnmatched = (path: string, rows: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    `${rows === 1 ? '1 row' : `${rows} rows`} of ${path} ${rows === 1 ? 'names' : 'name'} no image of the dataset, or more than one (${few(examples, rows)}), and ${rows === 1 ? 'is' : 'are'} passed over.`,
    { path },
  );
/** Of the table that we write. @param example a row that could be of an image */
export const splitsByPart = (path: string, rows: number, example: string) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    `None of the ${rows} rows of ${path} has the whole path of an image, which that table has to (one has "${example}"); write paths relative to the dataset's folder, or name a table of your own otherwise ("splits.file").`,
    { path },
  );
export const labelsOutside = (path: string, rows: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.PathOutsideRoot,
    `${rows === 1 ? '1 row' : `${rows} rows`} of ${path} ${rows === 1 ? 'names a file' : 'name files'} outside of the dataset (${few(examples, rows)}), and ${rows === 1 ? 'is' : 'are'} passed over.`,
    { path },
  );
export const repeatedRows = (path: string, images: number, example: string) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `${images === 1 ? `${example} has` : `${images} images (the first is ${example}) have`} more than one row in ${path}, which say the same; one of them would do.`,
    { path },
  );
export const mixedClasses = (path: string, images: number, example: string) =>
  new LikenessError(
    ErrorCode.SeveralClasses,
    `${images === 1 ? `1 image of ${path} (${example}) has` : `${images} images of ${path} (the first is ${example}) have`} annotations of several classes, and ${images === 1 ? 'is' : 'are'} taken for the one with the largest area.`,
    { path },
  );
/** @param what they name, `ids` which ones, as the file has them */
export const unknownNamed = (
  path: string,
  annotations: number,
  what: 'category' | 'class' | 'image',
  ids: readonly string[],
) => {
  const [one, verb] = [annotations === 1, annotations === 1 ? 'is' : 'are'];
  const shown = ids.length > 4 ? [...ids.slice(0, 3), `${ids.length - 3} more`] : ids;
  const named =
    ids.length === 1
      ? `the ${what} ${ids[0]}, which isn't`
      : `the ${plurals[what]} ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}, which aren't`;
  return new LikenessError(
    ErrorCode.InvalidLabels,
    `${one ? '1 annotation' : `${annotations} annotations`} of ${path} ${verb} of ${named} listed there, and ${verb} passed over; add ${ids.length === 1 ? 'it' : 'them'}, or correct ${one ? 'it' : ids.length === 1 ? 'them' : 'the annotations'}.`,
    { path },
  );
};
const plurals = { category: 'categories', class: 'classes', image: 'images' } as const;
/** @param path of the first file */
export const brokenYoloLines = (path: string, line: number, lines: number) =>
  new LikenessError(
    ErrorCode.InvalidLabels,
    `Line ${line} of ${path}${lines > 1 ? ` and ${lines - 1} more` : ''} can't be read as "class x y width height", and ${lines === 1 ? 'is' : 'are'} passed over; correct ${lines === 1 ? 'it' : 'them'}.`,
    { path },
  );
export const yoloWithoutImage = (path: string, files: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    `${files === 1 ? '1 label file' : `${files} label files`} beside ${path} ${files === 1 ? 'is' : 'are'} of no image of the dataset (${few(examples, files)}), and ${files === 1 ? 'is' : 'are'} passed over.`,
    { path },
  );
export const yoloPlaceMissing = (path: string, key: string, place: string) =>
  new LikenessError(
    ErrorCode.LabelsUnmatched,
    `${path} names "${place}" for "${key}", where there is nothing in the dataset; correct it, or leave it out.`,
    { path },
  );

/** @param splits that the patterns of match the first of the images, in the order of the configuration */
export const splitPatternsOverlap = (root: string, images: number, example: string, splits: readonly string[]) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `"splits" in .likeness/config.json has patterns of more than one split for ${images === 1 ? '1 image' : `${images} images`} of ${root} (${images === 1 ? '' : 'the first is '}"${example}", by those of ${splits.map((name) => `"${name}"`).join(' and ')}); the split that is named first counts, "${splits[0]!}" there.`,
    { path: root },
  );
export const splitPatternsUnmatched = (root: string, split: string, patterns: readonly string[]) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `"splits" in .likeness/config.json has patterns for "${split}" that match no image of ${root} (${few(patterns)}); correct them, or take them out.`,
    { path: root },
  );

/** `"a", "b", …` */
export function few(examples: readonly string[], all = examples.length): string {
  const shown = examples.slice(0, 3).map((example) => `"${example}"`);
  return `${all > 1 && shown.length < all ? 'the first: ' : ''}${shown.join(', ')}${all > shown.length ? ', …' : ''}`;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
