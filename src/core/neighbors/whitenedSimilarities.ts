import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { innerProduct } from '../linearAlgebra/innerProduct.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { addColumnProducts, whiteningOf } from '../linearAlgebra/whitening.ts';
import type { UnitVectors } from './allNeighbors.ts';
import { gathered } from './neighborsAmong.ts';

/** Rows that are worked on at once. */
const BLOCK = 1024;
/**
 * What is added to the variance of every direction, in mean variances: one, and more where there are so few rows that most directions
 * seem not to vary at all.
 */
const RIDGE = { least: 1, perDimensionAndRow: 0.6 };

/** Vectors by which it is told how all vary: as many as this for each of their numbers. */
const SAMPLED_PER_DIMENSION = 10;
const LEAST_SAMPLE = 4096;

/**
 * How similar rows are to their neighbours where all directions vary alike: the cosine of x − mean, after (C + λI)^(−½). What all
 * pictures of a data set have in common, and what many of them share, counts less then than what two of them alone have, so that it
 * tells second shots of a scene from what is merely of the same kind.
 *
 * @param between is told the rows that are done, of `2 × rows`
 * @returns the same neighbours in the same order, with these similarities
 */
export async function whitenedSimilarities(
  images: UnitVectors,
  neighbors: Neighbors,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors> {
  const { count } = neighbors;
  const mean = meanOf(images);
  const whitened = { images, neighbors, mean, products, between };
  const { products: similarities, lengths } = await (images.rows < images.dim
    ? byRows(whitened)
    : byDirections(whitened));
  for (let i = 0; i < similarities.length; i++) {
    const both = lengths[Math.floor(i / count)]! * (lengths[neighbors.rows[i]!] ?? 0);
    // What is the mean itself is like nothing.
    similarities[i] = both > 0 ? Math.min(1, similarities[i]! / both) : similarities[i]! * 0;
  }
  return { ...neighbors, similarities };
}

interface Whitening {
  readonly images: UnitVectors;
  readonly neighbors: Neighbors;
  readonly mean: Float32Array;
  readonly products: MatrixProducts;
  readonly between: BetweenBlocks;
}

/** Of whitened rows the inner products with their neighbours, and their lengths. */
interface WhitenedProducts {
  readonly products: Float64Array;
  readonly lengths: Float64Array;
}

/** With the inverse of the covariance, `dim × dim`. */
async function byDirections({ images, neighbors, mean, products, between }: Whitening): Promise<WhitenedProducts> {
  const { rows, dim, vectors } = images;
  const { count } = neighbors;
  const variance = await varianceOf(images, mean, products, between);
  const inverse = await inverseOf(variance, dim, products, () => between(rows));
  const held = await products.hold(inverse, dim, dim);
  const result = { products: new Float64Array(rows * count), lengths: new Float64Array(rows) };
  try {
    for (let start = 0; start < rows; start += BLOCK) {
      const end = Math.min(rows, start + BLOCK);
      // Inner products of these with vectors as they are tell the same as those of two whitened ones, which would take twice the memory.
      const whitened = await held.timesTransposed(centred(images, mean, start, end), end - start);
      for (let row = start; row < end; row++) {
        const own = whitened.subarray((row - start) * dim, (row - start + 1) * dim);
        const offset = innerProduct(mean, own);
        result.lengths[row] = Math.sqrt(Math.max(0, innerProduct(vectors, own, row * dim) - offset));
        for (let i = row * count; i < (row + 1) * count; i++) {
          const other = neighbors.rows[i]!;
          result.products[i] = other < 0 ? Number.NaN : innerProduct(vectors, own, other * dim) - offset;
        }
      }
      await between(rows + end);
    }
  } finally {
    await held.release();
  }
  return result;
}

/**
 * The same of fewer rows than directions, by their inner products K alone: (C + λI)⁻¹ between centred rows is
 * n·(I − nλ·(K + nλI)⁻¹), of which the factor n plays no part.
 */
async function byRows({ images, neighbors, mean, products, between }: Whitening): Promise<WhitenedProducts> {
  const { rows, dim } = images;
  const { count } = neighbors;
  const held = await products.hold(centred(images, mean, 0, rows), rows, dim);
  let inner: Float32Array;
  try {
    inner = await held.timesTransposed(centred(images, mean, 0, rows), rows);
  } finally {
    await held.release();
  }
  await between(rows);
  const kernel = Float64Array.from(inner);
  let trace = 0;
  for (let row = 0; row < rows; row++) trace += kernel[row * rows + row]! / rows;
  const ridge = rows * ridgeOf(trace, dim, rows);
  for (let row = 0; row < rows; row++) kernel[row * rows + row]! += ridge;
  const inverse = await inverseOf(kernel, rows, products, () => between(rows));
  await between(2 * rows);
  return {
    products: Float64Array.from(neighbors.rows, (other, i) =>
      other < 0 ? Number.NaN : -ridge * inverse[Math.floor(i / count) * rows + other]!,
    ),
    lengths: Float64Array.from({ length: rows }, (_, row) =>
      Math.sqrt(Math.max(0, 1 - ridge * inverse[row * rows + row]!)),
    ),
  };
}

function meanOf({ vectors, rows, dim }: UnitVectors): Float32Array {
  const sums = new Float64Array(dim);
  for (let row = 0, i = 0; row < rows; row++) for (let k = 0; k < dim; k++, i++) sums[k]! += vectors[i]!;
  return Float32Array.from(sums, (sum) => sum / rows);
}

/** Covariance of the vectors, or of some that are spread over all, and what is added to it. */
async function varianceOf(
  images: UnitVectors,
  mean: Float32Array,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Float64Array> {
  const { rows, dim } = images;
  const most = Math.min(rows, Math.max(LEAST_SAMPLE, SAMPLED_PER_DIMENSION * dim));
  const sample = Uint32Array.from({ length: most }, (_, i) => Math.floor((i * rows) / most));
  const variance = new Float64Array(dim * dim);
  for (let start = 0; start < most; start += BLOCK) {
    const chosen = sample.subarray(start, start + BLOCK);
    const block = lessMean(gathered(images.vectors, dim, chosen), mean);
    await addColumnProducts(block, chosen.length, dim, products, variance);
    await between(Math.floor(((start + chosen.length) * rows) / most));
  }
  addRidge(variance, dim, most);
  return variance;
}

/** The inverse of a positive definite matrix. */
async function inverseOf(
  variance: Float64Array,
  dim: number,
  products: MatrixProducts,
  between: () => void | Promise<void>,
): Promise<Float32Array> {
  const root = Float32Array.from(await whiteningOf(variance, dim, between));
  const transposed = new Float32Array(dim * dim);
  for (let i = 0; i < dim; i++) for (let j = 0; j <= i; j++) transposed[j * dim + i] = root[i * dim + j]!;
  const held = await products.hold(root, dim, dim);
  try {
    return await held.times(transposed, dim);
  } finally {
    await held.release();
  }
}

/** The rows `start` to `end` less the mean. */
function centred({ vectors, dim }: UnitVectors, mean: Float32Array, start: number, end: number) {
  const result = new Float32Array((end - start) * dim);
  result.set(vectors.subarray(start * dim, end * dim));
  return lessMean(result, mean);
}

function lessMean(result: Float32Array<ArrayBuffer>, mean: Float32Array): Float32Array<ArrayBuffer> {
  const dim = mean.length;
  for (let i = 0, k = 0; i < result.length; i++, k = k + 1 === dim ? 0 : k + 1) result[i]! -= mean[k]!;
  return result;
}

/** @param variance sums over the rows; afterwards per row, with what is added */
function addRidge(variance: Float64Array, dim: number, rows: number): void {
  let trace = 0;
  for (let k = 0; k < dim; k++) trace += variance[k * dim + k]! / rows;
  for (let i = 0; i < variance.length; i++) variance[i]! /= rows;
  for (let k = 0; k < dim; k++) variance[k * dim + k]! += ridgeOf(trace, dim, rows);
}

/** @param trace variances of all directions together */
function ridgeOf(trace: number, dim: number, rows: number): number {
  // Where nothing varies nothing is to be divided by.
  return trace > 0 ? Math.max(RIDGE.least, (RIDGE.perDimensionAndRow * dim) / rows) * (trace / dim) : 1;
}
