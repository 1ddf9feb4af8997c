import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { HeldMatrix, MatrixProducts } from '../linearAlgebra/products.ts';
import { addColumnProducts, whiteningOf } from '../linearAlgebra/whitening.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';

/** What is added to the variance of every direction, in images: between 1 and 10 hardly matters for sets of 350 to 5,000. */
const RIDGE = 3;
/** Rows that are worked on at once. */
const BLOCK = 1024;

export interface LabelledVectors extends UnitVectors {
  /** Equal numbers for equal contents, none of which says anything of the others; one a row. */
  readonly contentKeys: ArrayLike<number>;
  /** Class of each row from 0; −1 for none. */
  readonly classOf: Int32Array;
  readonly classes: number;
}

/**
 * A linear classifier that tells of each image what it would if it had not been taught with that image, nor with another of the same
 * content. Least squares on the classes with every class counting as much (ridge regression; the answer without a row follows from
 * that with it, see "Elements of statistical learning", 7.52), so that no image has to be left out in turn.
 */
export class HeldOutClassifier {
  readonly classes: number;
  readonly #images: LabelledVectors;
  /** Of each content: the weight of its images, and of those of each class. */
  readonly #groups: ReadonlyMap<number, ContentGroup>;
  readonly #whitening: HeldMatrix<Float32Array>;
  readonly #answers: HeldMatrix<Float32Array>;

  private constructor(
    images: LabelledVectors,
    groups: ReadonlyMap<number, ContentGroup>,
    whitening: HeldMatrix<Float32Array>,
    answers: HeldMatrix<Float32Array>,
  ) {
    this.classes = images.classes;
    this.#images = images;
    this.#groups = groups;
    this.#whitening = whitening;
    this.#answers = answers;
  }

  /** @param between is told the rows that are done */
  static async taught(
    images: LabelledVectors,
    products: MatrixProducts,
    between: BetweenBlocks,
  ): Promise<HeldOutClassifier> {
    const { classes, classOf, dim } = images;
    const width = dim + 1;
    const counts = new Float64Array(classes);
    for (const label of classOf) if (label >= 0) counts[label]!++;
    const labelled = counts.reduce((sum, count) => sum + count, 0);
    const present = counts.filter((count) => count > 0).length;
    const weights = counts.map((count) => (count > 0 ? labelled / present / count : 0));

    const variance = new Float64Array(width * width);
    for (let i = 0; i < width; i++) variance[i * width + i] = RIDGE;
    const sums = new Float64Array(classes * width);
    for (let start = 0; start < images.rows; start += BLOCK) {
      const end = Math.min(images.rows, start + BLOCK);
      const rows = weightedRows(images, weights, start, end);
      await addColumnProducts(rows, end - start, width, products, variance);
      addClassSums(images, weights, start, end, sums);
      await between(end);
    }
    const whitening = await whiteningOf(variance, width, () => between(images.rows));
    const held = await products.hold(Float32Array.from(whitening), width, width);
    try {
      const answers = await held.timesTransposed(Float32Array.from(sums), classes);
      const heldAnswers = await products.hold(answers, classes, width);
      return new HeldOutClassifier(images, groupsOf(images, weights), held, heldAnswers);
    } catch (error) {
      await held.release();
      throw error;
    }
  }

  /**
   * Answers for some rows.
   *
   * @returns `rows × classes`: about 1 for the class of an image that is sure, about 0 for the others
   */
  async answer(rows: ArrayLike<number>): Promise<Float32Array> {
    const { classes } = this;
    const { contentKeys, dim } = this.#images;
    const whitened = await this.#whitening.timesTransposed(augmented(this.#images, rows), rows.length);
    // Before they are handed on, which may take their memory with it.
    const lengths = squaredLengths(whitened, rows.length, dim + 1);
    const answers = await this.#answers.timesTransposed(whitened, rows.length);
    for (let i = 0; i < rows.length; i++) {
      const group = this.#groups.get(contentKeys[rows[i]!]!);
      if (group === undefined) continue;
      // The ridge keeps it below 1; rounding must not.
      const share = Math.min(1 - 1e-6, group.weight * lengths[i]!);
      const own = answers.subarray(i * classes, (i + 1) * classes);
      for (const [label, weight] of group.ofClass) own[label]! -= (share * weight) / group.weight;
      for (let label = 0; label < classes; label++) own[label]! /= 1 - share;
    }
    return answers;
  }

  async release(): Promise<void> {
    await this.#whitening.release();
    await this.#answers.release();
  }
}

interface ContentGroup {
  weight: number;
  readonly ofClass: Map<number, number>;
}

function groupsOf({ contentKeys, classOf }: LabelledVectors, weights: Float64Array): Map<number, ContentGroup> {
  const groups = new Map<number, ContentGroup>();
  for (const [row, label] of classOf.entries()) {
    if (label < 0) continue;
    const group = groups.get(contentKeys[row]!) ?? { weight: 0, ofClass: new Map<number, number>() };
    groups.set(contentKeys[row]!, group);
    group.weight += weights[label]!;
    group.ofClass.set(label, (group.ofClass.get(label) ?? 0) + weights[label]!);
  }
  return groups;
}

/** The vectors of rows, each with a 1 behind it. */
function augmented({ vectors, dim }: LabelledVectors, rows: ArrayLike<number>): Float32Array {
  const result = new Float32Array(rows.length * (dim + 1));
  for (let i = 0, at = 0; i < rows.length; i++, at += dim + 1) {
    result.set(vectors.subarray(rows[i]! * dim, (rows[i]! + 1) * dim), at);
    result[at + dim] = 1;
  }
  return result;
}

function squaredLengths(values: Float32Array, rows: number, dim: number): Float64Array {
  const lengths = new Float64Array(rows);
  for (let row = 0, i = 0; row < rows; row++) {
    for (const end = i + dim; i < end; i++) lengths[row]! += values[i]! * values[i]!;
  }
  return lengths;
}

/** The rows `start` to `end`, each with a 1 behind it, by the root of its class's weight; zeros without a class. */
function weightedRows(
  { vectors, dim, classOf }: LabelledVectors,
  weights: Float64Array,
  start: number,
  end: number,
): Float32Array {
  const width = dim + 1;
  const result = new Float32Array((end - start) * width);
  for (let row = start, at = 0; row < end; row++, at += width) {
    const label = classOf[row]!;
    if (label < 0) continue;
    const root = Math.sqrt(weights[label]!);
    for (let k = 0; k < dim; k++) result[at + k] = root * vectors[row * dim + k]!;
    result[at + dim] = root;
  }
  return result;
}

/** @param sums `classes × (dim + 1)` */
function addClassSums(
  { vectors, dim, classOf }: LabelledVectors,
  weights: Float64Array,
  start: number,
  end: number,
  sums: Float64Array,
): void {
  for (let row = start; row < end; row++) {
    const label = classOf[row]!;
    if (label < 0) continue;
    const weight = weights[label]!;
    const sum = label * (dim + 1);
    for (let k = 0; k < dim; k++) sums[sum + k]! += weight * vectors[row * dim + k]!;
    sums[sum + dim]! += weight;
  }
}
