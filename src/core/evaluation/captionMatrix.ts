/** How near images and captions are to each other, pair by pair. */
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import { rangeOf } from './arrangement.ts';
import type { BetweenBlocks } from './neighborsByProducts.ts';
import { codeOf } from './similarityCodes.ts';

/** Images with a caption each; captions are different ones, and several images may have the same one. */
export interface CaptionedRows {
  readonly images: UnitVectors;
  readonly captions: UnitVectors;
  /** Of each image. */
  readonly captionOf: Int32Array;
}

export interface CaptionSimilarities {
  /** `n × n` in the codes of `similarityCodes.ts`: row i is image i, column j the caption of image j. */
  readonly codes: Uint16Array;
  /** Of the colours: nearly all values lie between. */
  readonly low: number;
  readonly high: number;
  /** Of each image to its own caption. */
  readonly own: Float32Array;
  /** From 1: the place of the image's caption among all different ones, and that of the image among those of other captions. */
  readonly captionRanks: Uint32Array;
  readonly imageRanks: Uint32Array;
  /** Means over images with their own captions, and with those of others; NaN where there are none. */
  readonly meanOwn: number;
  readonly meanOther: number;
}

/** Images whose similarities are computed at once. */
const BLOCK = 128;

/**
 * Compares each image with the caption of each. Equal similarities rank in the order of the rows, as in `captionRecall`.
 *
 * @param between is told the images that are done
 */
export async function captionSimilarities(
  { images, captions, captionOf }: CaptionedRows,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<CaptionSimilarities> {
  const { rows, dim } = images;
  const columns = captions.rows;
  const values = new Float32Array(rows * columns);
  const held = await products.hold(captions.vectors, columns, dim);
  try {
    for (let start = 0; start < rows; start += BLOCK) {
      const end = Math.min(start + BLOCK, rows);
      values.set(
        await held.timesTransposed(images.vectors.slice(start * dim, end * dim), end - start),
        start * columns,
      );
      await between(end);
    }
  } finally {
    await held.release();
  }
  const codes = new Uint16Array(rows * rows);
  const own = new Float32Array(rows);
  let others = 0;
  for (let row = 0; row < rows; row++) {
    const similarities = values.subarray(row * columns, (row + 1) * columns);
    own[row] = similarities[captionOf[row]!]!;
    others += similarities.reduce((sum, value) => sum + value, 0) - own[row]!;
    for (let column = 0; column < rows; column++)
      codes[row * rows + column] = codeOf(similarities[captionOf[column]!]!);
  }
  return {
    ...{ codes, own },
    ...rangeOf(codes),
    captionRanks: Uint32Array.from(captionOf, (caption, row) =>
      rankOf(caption, columns, (column) => values[row * columns + column]!),
    ),
    imageRanks: Uint32Array.from(captionOf, (caption, row) =>
      rankOf(row, rows, (image) =>
        image !== row && captionOf[image] === caption ? Number.NaN : values[image * columns + caption]!,
      ),
    ),
    meanOwn: own.reduce((sum, value) => sum + value, 0) / rows,
    meanOther: others / (rows * (columns - 1)),
  };
}

/** Shares of the images, and of the captions, that find each other among so many nearest. */
export function recallAmong(
  { captionRanks, imageRanks }: Pick<CaptionSimilarities, 'captionRanks' | 'imageRanks'>,
  captionOf: Int32Array,
  cutoff: number,
): { readonly imageToCaption: number; readonly captionToImage: number } {
  const found = new Set(captionOf.filter((_, row) => imageRanks[row]! <= cutoff));
  const images = captionRanks.filter((rank) => rank <= cutoff).length;
  return {
    imageToCaption: images / captionRanks.length,
    captionToImage: found.size / new Set(captionOf).size,
  };
}

/** Whatever has no value precedes nothing. */
function rankOf(own: number, count: number, valueOf: (other: number) => number): number {
  const value = valueOf(own);
  let rank = 1;
  for (let other = 0; other < count; other++) {
    if (valueOf(other) > value || (valueOf(other) === value && other < own)) rank++;
  }
  return rank;
}
