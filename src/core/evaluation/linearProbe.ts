/**
 * Multinomial logistic regression on fixed features, the usual measure of what a linear layer could make of an encoder.
 */
import type { HeldMatrix, MatrixProducts, MatrixValues } from '../linearAlgebra/products.ts';
import { minimize, type Evaluated, type Minimum } from './minimize.ts';

/** Where a probe computes, and what it is asked between two products: what that throws ends the work. */
export interface ProbeRuntime {
  readonly products: MatrixProducts;
  readonly between: () => Promise<void> | void;
}

/** Images with their features and classes. */
export interface ProbeSet {
  /** `rows × dim`; products are computed in their precision, all else in float64. */
  readonly features: MatrixValues;
  readonly rows: number;
  readonly dim: number;
  /** From 0 to the number of classes − 1. */
  readonly labels: Int32Array;
}

/** Class c's score is weights[c] · features + biases[c]. */
export interface LinearClassifier {
  /** `classes × dim`. */
  readonly weights: Float64Array;
  /** Their mean is 0, which changes no probability. */
  readonly biases: Float64Array;
  /** Mean cross-entropy and penalty together, where the fit ended. */
  readonly loss: number;
  readonly evaluations: number;
}

/** Variance of the predictions that no guess goes below: scores that are certain would promise huge steps. */
const SMALLEST_SPREAD = 1e-6;
/** A fit whose variance fell by more than this is looked at again. */
const SPREAD_FALL = 4;
/** In nats of the mean cross-entropy: no prediction worth mentioning changes for less. */
export const PROBE_TOLERANCE = 1e-6;

/** Fits classifiers of different strengths to one set of images, each from where the one before ended. */
export class ProbeFit {
  readonly #held: HeldMatrix<MatrixValues>;
  readonly #set: ProbeSet;
  readonly #classes: number;
  readonly #between: ProbeRuntime['between'];
  /** Mean square of each feature. */
  readonly #squares: Float64Array;
  /** Weights, then biases. */
  #point: Float64Array;
  #spread = 0;

  private constructor(
    held: HeldMatrix<MatrixValues>,
    set: ProbeSet,
    classes: number,
    between: ProbeRuntime['between'],
    start: LinearClassifier | undefined,
  ) {
    this.#held = held;
    this.#set = set;
    this.#classes = classes;
    this.#between = between;
    this.#squares = meanSquares(set);
    this.#point = new Float64Array(classes * (set.dim + 1));
    if (start) {
      this.#point.set(start.weights);
      this.#point.set(start.biases, start.weights.length);
    }
  }

  /** @param start where the first fit begins; absent: at zero */
  static async open(
    set: ProbeSet,
    classes: number,
    { products, between }: ProbeRuntime,
    start?: LinearClassifier,
  ): Promise<ProbeFit> {
    const held = await products.hold(set.features, set.rows, set.dim);
    return new ProbeFit(held, set, classes, between, start);
  }

  /**
   * The minimum of mean cross-entropy + strength / 2 · ‖weights‖². Biases aren't penalised.
   *
   * @param strength above 0
   * @param tolerance how far above the minimum the loss may stay
   */
  async fit(strength: number, tolerance = PROBE_TOLERANCE): Promise<LinearClassifier> {
    const { dim } = this.#set;
    const weightCount = this.#classes * dim;
    const evaluate = async (point: Float64Array): Promise<Evaluated> => {
      const { value, gradient } = await this.#crossEntropy(point);
      let squares = 0;
      for (let i = 0; i < weightCount; i++) {
        squares += point[i]! ** 2;
        gradient[i]! += strength * point[i]!;
      }
      return { value: value + (strength / 2) * squares, gradient };
    };
    await this.#crossEntropy(this.#point);
    let evaluations = 1;
    let minimum: Minimum;
    let spread: number;
    // Predictions that have become certain curve the loss less, so that its minimum is farther than it looked.
    do {
      spread = Math.max(SMALLEST_SPREAD, this.#spread);
      const diagonal = new Float64Array(this.#point.length).fill(spread);
      for (let i = 0; i < weightCount; i++) diagonal[i] = spread * this.#squares[i % dim]! + strength;
      minimum = await minimize(evaluate, { start: this.#point, diagonal, tolerance });
      evaluations += minimum.evaluations;
      this.#point = minimum.point;
    } while (this.#spread < spread / SPREAD_FALL && spread > SMALLEST_SPREAD);
    const { point, value } = minimum;
    const biases = point.slice(weightCount);
    const mean = biases.reduce((sum, bias) => sum + bias, 0) / biases.length;
    return {
      weights: point.slice(0, weightCount),
      biases: biases.map((bias) => bias - mean),
      loss: value,
      evaluations,
    };
  }

  close(): Promise<void> {
    return this.#held.release();
  }

  /** Mean over the images, with its gradient by weights and biases. */
  async #crossEntropy(point: Float64Array): Promise<Evaluated> {
    await this.#between();
    const { rows, dim, labels } = this.#set;
    const weightCount = this.#classes * dim;
    // One row per class: `classes × rows`.
    const weights = this.#held.convert(point.subarray(0, weightCount));
    const scores = new Float64Array(await this.#held.timesTransposed(weights, this.#classes));
    const { value, spread, biasGradient } = toResiduals(scores, point.subarray(weightCount), labels, rows);
    this.#spread = spread;
    const gradient = new Float64Array(point.length);
    gradient.set(await this.#held.times(this.#held.convert(scores), this.#classes));
    gradient.set(biasGradient, weightCount);
    return { value, gradient };
  }
}

/**
 * Turns scores into the gradient of the mean cross-entropy by them.
 *
 * @param scores `classes × rows`, without biases; takes the gradient
 * @returns the mean cross-entropy, its gradient by the biases, and the mean variance p · (1 − p) of the predictions
 */
function toResiduals(scores: Float64Array, biases: Float64Array, labels: Int32Array, rows: number) {
  const largest = new Float64Array(rows).fill(-Infinity);
  biases.forEach((bias, label) => {
    const offset = label * rows;
    for (let row = 0; row < rows; row++) {
      const score = (scores[offset + row]! += bias);
      if (score > largest[row]!) largest[row] = score;
    }
  });
  let value = 0;
  for (let row = 0; row < rows; row++) value += largest[row]! - scores[labels[row]! * rows + row]!;
  const sums = new Float64Array(rows);
  for (let offset = 0; offset < scores.length; offset += rows) {
    for (let row = 0; row < rows; row++) {
      sums[row]! += scores[offset + row] = Math.exp(scores[offset + row]! - largest[row]!);
    }
  }
  for (let row = 0; row < rows; row++) value += Math.log(sums[row]!);
  const biasGradient = new Float64Array(biases.length);
  let spread = 0;
  for (let label = 0; label < biases.length; label++) {
    const offset = label * rows;
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const share = scores[offset + row]! / sums[row]!;
      spread += share * (1 - share);
      const residual = (labels[row] === label ? share - 1 : share) / rows;
      scores[offset + row] = residual;
      sum += residual;
    }
    biasGradient[label] = sum;
  }
  return { value: value / rows, biasGradient, spread: spread / scores.length };
}

function meanSquares({ features, rows, dim }: ProbeSet): Float64Array {
  const squares = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dim; i++) squares[i]! += features[row * dim + i]! ** 2;
  }
  return squares.map((sum) => sum / rows);
}

/** What a classifier says of images. */
export interface ProbePredictions {
  /** Per image; of equal scores the lowest class. */
  readonly classes: Int32Array;
  /** Mean cross-entropy with the given labels. */
  readonly crossEntropy: number;
}

/** @param labels of the held images */
export async function classify(
  { weights, biases }: Pick<LinearClassifier, 'weights' | 'biases'>,
  held: HeldMatrix<MatrixValues>,
  labels: Int32Array,
): Promise<ProbePredictions> {
  const { rows } = held;
  const scores = new Float64Array(await held.timesTransposed(held.convert(weights), biases.length));
  const classes = new Int32Array(rows);
  const best = new Float64Array(rows).fill(-Infinity);
  biases.forEach((bias, label) => {
    for (let row = 0; row < rows; row++) {
      const score = scores[label * rows + row]! + bias;
      if (score > best[row]!) {
        best[row] = score;
        classes[row] = label;
      }
    }
  });
  return { classes, crossEntropy: toResiduals(scores, biases, labels, rows).value };
}
