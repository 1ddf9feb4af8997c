/** What can go wrong with selections and splits: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';
import { formatCount, formatQuantity } from '../progressText.ts';

/** @param copies images that are left out since they show the same as another one; 0 while nobody has looked */
export const tooManyWanted = (folder: string, count: number, available: number, copies: number) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `${folder} has ${formatQuantity(available, 'image')} to choose from${copies > 0 ? ` (and ${formatCount(copies)} ${copies === 1 ? 'copy' : 'copies'} of these or of what is chosen already)` : ''}, fewer than the ${formatQuantity(count, 'image')} that are asked for; ask for fewer.`,
    { path: folder },
  );
/** @param example the first of them */
export const fixedUnknown = (root: string, count: number, example: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `${formatQuantity(count, 'path')} of the list of chosen images ${count === 1 ? `("${example}") names` : `(the first is "${example}") name`} no image of ${root} that can be read and isn't excluded; correct the list.`,
    { path: example },
  );
/** A notice. */
export const leftOutWithoutVector = (images: number, encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `${formatQuantity(images, 'image')} ${images === 1 ? 'has' : 'have'} no vector of the encoder ${encoder} and ${images === 1 ? 'is' : 'are'} left out; import the missing vectors, or use another encoder.`,
  );
export const noClassesToBalance = (folder: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `No image of ${folder} has a label, so that there are no classes to choose equal numbers of; leave --balanced out, or label some images.`,
    { path: folder },
  );
export const noneToSplit = (folder: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `None of the images that were asked for lies below ${folder}, can be read and isn't excluded, so that there is nothing to split; ask for others.`,
    { path: folder },
  );
/**
 * A notice.
 *
 * @param isAnew whether images were assigned anew, but for those that a filter left out
 */
export const groupsTorn = (groups: number, isAnew: boolean) =>
  new LikenessError(
    ErrorCode.ImagesIdentical,
    `${formatQuantity(groups, 'group')} of copies ${groups === 1 ? 'lies' : 'lie'} in more than one split already and ${groups === 1 ? 'stays' : 'stay'} there${isAnew ? ', as the filter leaves some of these images where they are' : '; --all assigns these images anew'}; "likeness check --only leak" lists them.`,
  );
/** A notice. */
export const scenesNotSought = (images: number) =>
  new LikenessError(
    ErrorCode.ImagesIdentical,
    `Shots of one scene may be in different splits, as it would take too long to look for them among ${formatQuantity(images, 'image')}; "likeness check --only same-scene" lists them.`,
  );
/** A notice. */
export const patternsReplaced = (count: number) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `The patterns of splits in .likeness/config.json that were there said otherwise, and are replaced by ${formatQuantity(count, 'pattern')}, one for each image; images that are added later match none of them.`,
  );
/** A notice. @param table relative to the root */
export const splitsReplaced = (table: string) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `The splits in .likeness/config.json that were there said otherwise, and are replaced by ${table}, with one line for each image; images that are added later are not in it.`,
  );
