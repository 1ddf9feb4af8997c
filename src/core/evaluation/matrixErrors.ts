/** What can go wrong with similarity matrices: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** @param named how many images and folders were named; undefined where all were meant, of some classes or splits */
export const nothingToCompare = (root: string, named: number | undefined) =>
  new LikenessError(ErrorCode.TooFewImages, nothingText(root, named), { path: root });

function nothingText(root: string, named: number | undefined): string {
  if (named === undefined) {
    return `No image of ${root} is of what is chosen, so that there is nothing to compare; choose other classes, or the whole data set.`;
  }
  if (named === 0) {
    return `No image of ${root} is chosen; select images or folders of that data set, or compare all of it.`;
  }
  const what = named === 1 ? 'What is chosen is not' : `None of the ${named} files and folders that are chosen is`;
  return `${what} in the index of ${root}; choose others, or index the folder again.`;
}

export const singleImage = (path: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `${path} is the only image that is chosen, and a matrix compares two at least; choose more images.`,
    { path },
  );

export const allTheSame = (images: number, encoder: string) =>
  new LikenessError(
    ErrorCode.ImagesIdentical,
    `All ${images} images are the same to the encoder ${encoder}, so that every similarity is 1; choose different images, or another encoder.`,
  );

export const vectorsMissing = (root: string, encoder: string, known: readonly string[]) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `The index of ${root} has no vectors of the encoder ${encoder}${known.length > 0 ? ` (it has those of ${known.join(', ')})` : ''}; index the folder with it, or choose another encoder.`,
    { path: root },
  );

/** A notice. */
export const withoutVector = (images: number, encoder: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${images === 1 ? '1 image is' : `${images} images are`} left out: not in the index any more, or without an embedding by ${encoder}.`,
  );
