import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { symmetricEigen } from '../linearAlgebra/symmetricEigen.ts';
import { RandomStream } from '../random.ts';

/** The plane on which points are spread out most. */
export interface PrincipalPlane {
  /** `rows × 2`: x along the longest axis, y along the second, both around 0. */
  readonly positions: Float32Array;
  /** Share of the variance along x and along y. */
  readonly explained: readonly [number, number];
  /** What other vectors get onto the plane by. */
  readonly axes: PlaneAxes;
}

/** The axes of a plane, in the space of the vectors. */
export interface PlaneAxes {
  /** `2 × dim`, of length 1. */
  readonly weights: Float64Array;
  /** Of x and y: what the mean of the vectors has along the axis. */
  readonly centre: readonly [number, number];
}

/** Where vectors lie on a plane that was made from others: `rows × 2`. */
export function projectOnto(
  { weights, centre }: PlaneAxes,
  { vectors, rows, dim }: UnitVectors,
): Float32Array<ArrayBuffer> {
  const positions = new Float32Array(rows * 2);
  for (let axis = 0; axis < 2; axis++) {
    const own = weights.subarray(axis * dim, (axis + 1) * dim);
    for (let row = 0; row < rows; row++) positions[2 * row + axis] = dot(own, vectors, row * dim) - centre[axis]!;
  }
  return positions;
}

/** Rows whose squares are summed at once. */
const BLOCK = 4096;
/** Axes that are looked for, so that the two that are wanted converge fast. */
const AXES = 8;
const MOST_STEPS = 200;
const CONVERGED = 1e-9;
const STREAM = 0x7063;

/**
 * Principal component analysis to two dimensions: the covariance from products of matrices in float32, its axes by
 * subspace iteration in float64. The axes' signs are such that their largest weight is positive, so that the same vectors
 * give the same plane.
 *
 * @param between is told the rows that are done
 */
export async function principalPlane(
  data: UnitVectors,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<PrincipalPlane> {
  const { rows, dim } = data;
  const mean = columnMeans(data);
  const covariance = await covarianceOf(data, mean, products, between);
  let total = 0;
  for (let i = 0; i < dim; i++) total += covariance[i * dim + i]!;
  const { axes, variances } = await principalAxes(covariance, dim, () => between(rows));
  const centreOf = (axis: number) => dot(axes.subarray(axis * dim, (axis + 1) * dim), mean, 0);
  const plane: PlaneAxes = { weights: axes.slice(0, 2 * dim), centre: [centreOf(0), centreOf(1)] };
  const share = (axis: number) => (total > 0 ? Math.max(0, variances[axis] ?? 0) / total : 0);
  return { positions: projectOnto(plane, data), explained: [share(0), share(1)], axes: plane };
}

function columnMeans({ vectors, rows, dim }: UnitVectors): Float64Array {
  const mean = new Float64Array(dim);
  for (let row = 0, i = 0; row < rows; row++) for (let k = 0; k < dim; k++) mean[k]! += vectors[i++]!;
  return mean.map((sum) => sum / rows);
}

/** `dim × dim`. */
async function covarianceOf(
  { vectors, rows, dim }: UnitVectors,
  mean: Float64Array,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Float64Array> {
  const covariance = new Float64Array(dim * dim);
  for (let start = 0; start < rows; start += BLOCK) {
    const end = Math.min(start + BLOCK, rows);
    // Centred before they are squared: the difference of two large sums would lose what float32 has.
    const block = new Float32Array((end - start) * dim);
    const columns = new Float32Array(block.length);
    for (let row = start; row < end; row++) {
      for (let k = 0; k < dim; k++) {
        const value = vectors[row * dim + k]! - mean[k]!;
        block[(row - start) * dim + k] = value;
        columns[k * (end - start) + row - start] = value;
      }
    }
    const held = await products.hold(block, end - start, dim);
    try {
      const squares = await held.times(columns, dim);
      for (let i = 0; i < squares.length; i++) covariance[i]! += squares[i]! / rows;
    } finally {
      await held.release();
    }
    await between(end);
  }
  return covariance;
}

/** The longest axes of a covariance as rows, and the variance along each. */
async function principalAxes(
  covariance: Float64Array,
  dim: number,
  between: () => Promise<void> | void,
): Promise<{ readonly axes: Float64Array; readonly variances: Float64Array }> {
  const count = Math.min(AXES, dim);
  const random = new RandomStream(0, STREAM);
  let axes = orthonormal(
    Float64Array.from({ length: count * dim }, () => random.normal()),
    count,
    dim,
  );
  let variances = new Float64Array(count);
  for (let step = 0; step < MOST_STEPS; step++) {
    const image = timesSymmetric(axes, covariance, count, dim);
    // Rayleigh–Ritz: within the subspace, the axes are exact.
    const small = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) small[i * count + j] = dot(axes.subarray(i * dim, (i + 1) * dim), image, j * dim);
    }
    const { values, vectors: turns } = symmetricEigen(small, count);
    const change = Math.abs(values[0]! - variances[0]!) + Math.abs((values[1] ?? 0) - (variances[1] ?? 0));
    variances = Float64Array.from(values);
    const turned = new Float64Array(count * dim);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const turn = turns[i * count + j]!;
        for (let k = 0; k < dim; k++) turned[i * dim + k]! += turn * image[j * dim + k]!;
      }
    }
    axes = orthonormal(turned, count, dim);
    if (change <= CONVERGED * Math.abs(values[0]!)) break;
    await between();
  }
  for (let axis = 0; axis < count; axis++) pointUp(axes.subarray(axis * dim, (axis + 1) * dim));
  return { axes: dim === 1 ? Float64Array.of(axes[0]!, 0) : axes, variances };
}

/** Gram–Schmidt, twice against rounding; what depends on the axes before becomes zeros. */
function orthonormal(rows: Float64Array, count: number, dim: number): Float64Array {
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * dim, (i + 1) * dim);
    const before = Math.sqrt(dot(row, row, 0));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const share = dot(row, rows, j * dim);
        for (let k = 0; k < dim; k++) row[k]! -= share * rows[j * dim + k]!;
      }
    }
    const length = Math.sqrt(dot(row, row, 0));
    const factor = length > 1e-12 * before ? 1 / length : 0;
    for (let k = 0; k < dim; k++) row[k]! *= factor;
  }
  return rows;
}

function timesSymmetric(rows: Float64Array, matrix: Float64Array, count: number, dim: number): Float64Array {
  const result = new Float64Array(count * dim);
  for (let k = 0; k < dim; k++) {
    const line = matrix.subarray(k * dim, (k + 1) * dim);
    for (let i = 0; i < count; i++) result[i * dim + k] = dot(line, rows, i * dim);
  }
  return result;
}

function dot(a: Float64Array, b: Float32Array | Float64Array, offset: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[offset + k]!;
  return sum;
}

function pointUp(axis: Float64Array): void {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let k = 0; k < axis.length; k++) axis[k] = -axis[k]!;
}

/** Half the width that a map starts with, and how far points are shaken so that none lie upon each other. */
const START_WIDTH = 10;
const SHAKE = 1e-4;
const SHAKE_STREAM = 0x7368;

/** Where UMAP begins: the principal plane, as wide as umap-learn has it. */
export function startOf({ positions }: Pick<PrincipalPlane, 'positions'>, seed: number): Float32Array {
  const farthest = positions.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = farthest > 0 ? START_WIDTH / farthest : 1;
  const random = new RandomStream(seed, SHAKE_STREAM);
  return positions.map((value) => value * scale + SHAKE * random.normal());
}
