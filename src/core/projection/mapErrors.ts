/** What can go wrong with maps: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** Fewer images can't be laid out by who is near whom. */
export const FEWEST_IMAGES = 4;

/** @param images that have a vector */
export const tooFewForMap = (folder: string, images: number) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `${folder} has ${images === 0 ? 'no image' : images === 1 ? '1 image' : `${images} images`} with an embedding, and a map needs ${FEWEST_IMAGES} at least; add images, or name a folder with more.`,
    { path: folder },
  );

/** Nothing below the folder could be embedded, though there are images. */
export const noVectors = (folder: string, encoder: string, images: number) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `None of the ${images} images of ${folder} could be embedded by ${encoder}; "likeness index" tells why, or name another encoder (--encoder).`,
    { path: folder },
  );

export const imagesIdentical = (folder: string, images: number) =>
  new LikenessError(
    ErrorCode.ImagesIdentical,
    `All ${images} images of ${folder} are the same to the encoder, so that there is nothing to lay out; add different images, or name another encoder (--encoder).`,
    { path: folder },
  );

export const notFinite = (encoder: string, path: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `The embedding of ${path} by ${encoder} holds numbers that are not finite; delete .likeness/index.sqlite to embed the images again, or name another encoder (--encoder).`,
    { path },
  );

/** A notice. @param limitBytes of all pictures together */
export const picturesLeftOut = (shown: number, images: number, limitBytes: number) =>
  new LikenessError(
    ErrorCode.FileTooLarge,
    `The page holds the pictures of ${shown} of the ${images} images, as all of them would take more than ${Math.round(limitBytes / 2 ** 20)} MiB; map a part of the folder to see all of its pictures.`,
  );

/** A notice. */
export const withoutVector = (images: number, encoder: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${images === 1 ? '1 image has' : `${images} images have`} no embedding by ${encoder} and ${images === 1 ? 'is' : 'are'} not on the map.`,
  );
