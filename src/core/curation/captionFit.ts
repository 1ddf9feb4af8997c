/** How far captions fit their images, in the eyes of an image–text encoder. */
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import { gathered } from '../neighbors/neighborsAmong.ts';
import { topK } from '../neighbors/topK.ts';
import { RandomStream } from '../random.ts';

/** What is written about images: pair i is of the image `imageOf[i]` and the caption `captionOf[i]`. */
export interface CaptionPairs {
  readonly imageOf: Int32Array;
  /** Of different captions: several images may have the same one, and an image several. */
  readonly captionOf: Int32Array;
}

/** Vectors of images and of different captions, in one space. */
export interface CaptionedVectors extends CaptionPairs {
  readonly images: UnitVectors;
  readonly captions: UnitVectors;
}

export interface CaptionFits {
  /** Of each pair: see `captionFits`. */
  readonly fits: Float64Array;
  /** Of each pair: the share of the other images that the caption is nearer to than to its own. */
  readonly betterImages: Float64Array;
  /** Of each pair: the other image that the caption is nearest to; −1 where there is none. */
  readonly nearestImage: Int32Array;
}

/** With fewer images or captions nothing tells what is usual. */
export const FEWEST_CAPTIONS = 10;
/** A pair below goes at most half of the way from chance to the nearest others: see `captionFits`. */
export const CAPTION_FIT = 0.5;
/** Others that are compared with; more would say the same. */
const MOST_OTHERS = 10_000;
/** Nearest others: a twentieth of them, and no more than ten. */
const NEAREST_SHARE = 1 / 20;
const MOST_NEAREST = 10;
/** What is about as near to everything says little of any: its reach counts as so much of the usual one at least. */
const LEAST_REACH = 0.5;
/** Queries whose similarities are held at once. */
const BLOCK = 128;
const OTHERS_STREAM = 0x6366;

/** One side's view of its pairs. */
interface Side {
  /** Of each pair: 1 where it is as near as the nearest others, 0 where it is as near as others are on average. */
  readonly fits: Float64Array;
  readonly betterOthers: Float64Array;
  readonly nearestOther: Int32Array;
}

/**
 * The *fit* of each pair of an image and its caption: how much of the way from chance to the nearest others it goes. For a
 * caption with the similarity s to its own image, let μ be the mean of its similarities to the images that it isn't written
 * of, and t that to the ten of them (a twentieth, where there are fewer than 200) that it is nearest to. Then
 *
 *     fit = 1 − (t − s) / max(t − μ, half the median of t − μ over all captions)
 *
 * is 1 and more where it is as near to its image as to the nearest others, and about 0 where any other image would do as
 * well: far from its own and near to others. The median keeps captions that are near to nothing, in a script that the
 * encoder doesn't read for one, from being blamed for small differences. The same is asked of the image among all captions,
 * and the mean of both is the fit of the pair. As it is a ratio of differences, the gap between images and texts
 * that such encoders have, and how far they spread, cancel out. Of more than 10,000 others as many are drawn by the seed.
 *
 * All are NaN where there are fewer images or captions than `FEWEST_CAPTIONS`.
 *
 * @param between is told the queries that are done, of `images.rows + captions.rows`
 */
export async function captionFits(
  { images, captions, imageOf, captionOf }: CaptionedVectors,
  products: MatrixProducts,
  between: BetweenBlocks,
  seed = 0,
): Promise<CaptionFits> {
  const pairs = imageOf.length;
  if (Math.min(images.rows, captions.rows) < FEWEST_CAPTIONS) {
    const unknown = () => new Float64Array(pairs).fill(Number.NaN);
    return { fits: unknown(), betterImages: unknown(), nearestImage: new Int32Array(pairs).fill(-1) };
  }
  const byCaption = await sideOf(captions, images, captionOf, imageOf, products, between, seed);
  const byImage = await sideOf(
    images,
    captions,
    imageOf,
    captionOf,
    products,
    (done) => between(captions.rows + done),
    seed,
  );
  return {
    fits: byCaption.fits.map((fit, pair) => (fit + byImage.fits[pair]!) / 2),
    betterImages: byCaption.betterOthers,
    nearestImage: byCaption.nearestOther,
  };
}

/** Pairs below the threshold, the worst first. */
export function captionMismatches({ fits }: Pick<CaptionFits, 'fits'>, threshold = CAPTION_FIT): Uint32Array {
  const pairs = Uint32Array.from(fits.keys()).filter((pair) => fits[pair]! < threshold);
  return pairs.sort((a, b) => fits[a]! - fits[b]! || a - b);
}

async function sideOf(
  queries: UnitVectors,
  gallery: UnitVectors,
  queryOf: Int32Array,
  ownOf: Int32Array,
  products: MatrixProducts,
  between: BetweenBlocks,
  seed: number,
): Promise<Side> {
  const { rows: queryRows, dim } = queries;
  const others = sampledRows(gallery.rows, seed);
  const held = await products.hold(gathered(gallery.vectors, dim, others), others.length, dim);
  const pairsOf = listsOf(queryOf, queryRows);
  const positionOf = new Map(Array.from(others, (row, position) => [row, position]));
  const gaps = new Float64Array(queryOf.length);
  const reaches = new Float64Array(queryRows);
  const betterOthers = new Float64Array(queryOf.length);
  const nearestOther = new Int32Array(queryOf.length).fill(-1);
  try {
    for (let start = 0; start < queryRows; start += BLOCK) {
      const end = Math.min(start + BLOCK, queryRows);
      const block = await held.timesTransposed(queries.vectors.slice(start * dim, end * dim), end - start);
      for (let query = start; query < end; query++) {
        const similarities = block.subarray((query - start) * others.length, (query - start + 1) * others.length);
        const own = pairsOf[query]!.map((pair) => ownOf[pair]!);
        for (const row of own) {
          const position = positionOf.get(row);
          if (position !== undefined) similarities[position] = Number.NaN;
        }
        const { mean, nearest, best, count } = summarized(similarities);
        reaches[query] = nearest - mean;
        pairsOf[query]!.forEach((pair, i) => {
          const similarity = inner(queries, query, gallery, own[i]!);
          gaps[pair] = nearest - similarity;
          betterOthers[pair] = countAbove(similarities, similarity) / count;
          nearestOther[pair] = best < 0 ? -1 : others[best]!;
        });
      }
      await between(end);
    }
  } finally {
    await held.release();
  }
  const least = LEAST_REACH * median(reaches.filter((_, query) => pairsOf[query]!.length > 0));
  const fits = gaps.map((gap, pair) => {
    const reach = Math.max(reaches[queryOf[pair]!]!, least);
    // Where all are equally near, nothing is far.
    return reach > 0 ? 1 - gap / reach : 1;
  });
  return { fits, betterOthers, nearestOther };
}

/** Of the similarities that aren't NaN: their mean, and that of the nearest ones. */
function summarized(similarities: Float32Array) {
  let [sum, count] = [0, 0];
  for (const similarity of similarities) {
    if (Number.isNaN(similarity)) continue;
    sum += similarity;
    count++;
  }
  const wanted = Math.min(MOST_NEAREST, Math.max(1, Math.round(NEAREST_SHARE * count)));
  const { rows, scores } = topK(similarities, wanted, () => true);
  // An only one that all pairs share has no others.
  if (count === 0) return { mean: 0, nearest: 0, best: -1, count: 1 };
  const nearest = scores.reduce((total, score) => total + score, 0) / scores.length;
  return { mean: sum / count, nearest, best: rows[0]!, count };
}

/** NaN is above nothing. */
function countAbove(similarities: Float32Array, similarity: number): number {
  let count = 0;
  for (const other of similarities) if (other > similarity) count++;
  return count;
}

function sampledRows(rows: number, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  if (rows <= MOST_OTHERS) return all;
  return Uint32Array.from(new RandomStream(seed, OTHERS_STREAM).shuffled([...all]).slice(0, MOST_OTHERS)).sort();
}

/** The pairs of each query. */
function listsOf(queryOf: Int32Array, queries: number): number[][] {
  const lists = Array.from({ length: queries }, (): number[] => []);
  queryOf.forEach((query, pair) => lists[query]!.push(pair));
  return lists;
}

function inner(a: UnitVectors, rowA: number, b: UnitVectors, rowB: number): number {
  let sum = 0;
  for (let k = 0; k < a.dim; k++) sum += a.vectors[rowA * a.dim + k]! * b.vectors[rowB * b.dim + k]!;
  return sum;
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
