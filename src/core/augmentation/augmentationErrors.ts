/** What can go wrong while views are looked at. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** The picture can be decoded, and the encoder makes nothing of it. */
export const viewsWithoutVector = (path: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `The encoder ${encoder} has no vector for ${path}, so that its views can't be compared with it; choose another image, or another encoder ("Likeness: Choose Encoder").`,
    { path },
  );

/** An index without a single vector of the encoder that it is looked at with. */
export const noVectors = (root: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `The index of ${root} has no vectors of the encoder ${encoder}; index the folder ("Likeness: Index Folder").`,
    { path: root },
  );

/** None of the images of a sample could be read. */
export const sampleUnreadable = (root: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `No image of ${root} can be read any more; index the folder again ("Likeness: Index Folder").`,
    { path: root },
  );

/** Views of different images need different images. */
export const batchTooSmall = (root: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `A batch compares views of different images, and ${root} has only one that can be read; add images and index the folder again.`,
    { path: root },
  );

/** Named as the augmentation of a training. */
export const noOwnAugmentation = (root: string) =>
  new LikenessError(
    ErrorCode.InvalidAugmentation,
    `${root} has no augmentation of its own; save one in "Likeness: Open Augmentation Pairs", or choose a preset.`,
    { path: root },
  );

/** A request that isn't what the panel sends. */
export const viewRequestInvalid = (detail: string) =>
  new LikenessError(ErrorCode.Usage, `Views can't be made like this: ${detail}.`);
