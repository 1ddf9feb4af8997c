/** How well images find their captions, and captions their images. */
import type { CaptionedVectors } from '../curation/captionFit.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import type { BetweenBlocks } from './neighborsByProducts.ts';

export interface CaptionRecall {
  /** Per cutoff k: the share of images that have one of their captions among the k nearest. */
  readonly imageToCaption: Float64Array;
  /** Per cutoff k: the share of captions that have one of their images among the k nearest. */
  readonly captionToImage: Float64Array;
}

/** Queries whose similarities are held at once. */
const BLOCK = 128;

/**
 * Recall@k as it is told of image–text encoders (A. Karpathy, L. Fei-Fei, https://arxiv.org/abs/1412.2306), with equal
 * similarities in the order of the rows. Rows that are in no pair are looked among and don't look. NaN where there are none.
 *
 * @param between is told the queries that are done, of `images.rows + captions.rows`
 */
export async function captionRecall(
  { images, captions, imageOf, captionOf }: CaptionedVectors,
  cutoffs: readonly number[],
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<CaptionRecall> {
  const imageToCaption = await recallOf(images, captions, [imageOf, captionOf], cutoffs, products, between);
  const captionToImage = await recallOf(captions, images, [captionOf, imageOf], cutoffs, products, (done) =>
    between(images.rows + done),
  );
  return { imageToCaption, captionToImage };
}

async function recallOf(
  queries: UnitVectors,
  gallery: UnitVectors,
  [queryOf, ownOf]: readonly [queryOf: Int32Array, ownOf: Int32Array],
  cutoffs: readonly number[],
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Float64Array> {
  const { rows, dim } = queries;
  const owned = Array.from({ length: rows }, (): number[] => []);
  queryOf.forEach((query, pair) => owned[query]!.push(ownOf[pair]!));
  const hits = new Float64Array(cutoffs.length);
  const held = await products.hold(gallery.vectors, gallery.rows, dim);
  try {
    for (let start = 0; start < rows; start += BLOCK) {
      const end = Math.min(start + BLOCK, rows);
      const block = await held.timesTransposed(queries.vectors.slice(start * dim, end * dim), end - start);
      for (let query = start; query < end; query++) {
        if (owned[query]!.length === 0) continue;
        const similarities = block.subarray((query - start) * gallery.rows, (query - start + 1) * gallery.rows);
        const rank = bestRank(similarities, owned[query]!);
        cutoffs.forEach((cutoff, i) => {
          if (rank <= cutoff) hits[i]!++;
        });
      }
      await between(end);
    }
  } finally {
    await held.release();
  }
  const asking = owned.filter((own) => own.length > 0).length;
  return hits.map((count) => count / asking);
}

/** From 1, of the best of the query's own. */
function bestRank(similarities: Float32Array, own: readonly number[]): number {
  const precedes = (a: number, b: number) =>
    similarities[a]! > similarities[b]! || (similarities[a] === similarities[b] && a < b);
  const best = own.reduce((first, row) => (precedes(row, first) ? row : first));
  let rank = 1;
  for (let row = 0; row < similarities.length; row++) if (precedes(row, best)) rank++;
  return rank;
}
