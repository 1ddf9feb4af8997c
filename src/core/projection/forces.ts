import type { ClosenessCurve } from './curve.ts';

/**
 * How strongly two points pull or push each other, as a factor on the difference of their positions, by the square of
 * their distance d:
 *
 *     attraction  2ab·d^(2(b−1)) / (1 + a·d^(2b))          the gradient of −log φ
 *     repulsion   2b / ((ε + d²) · (1 + a·d^(2b)))         minus that of −log(1 − φ), ε = 0.001 against the pole at 0
 *
 * where φ = 1 / (1 + a·d^(2b)); McInnes et al., section 3.2 and appendix C. Neither moves a point by more than `FARTHEST`
 * at a learning rate of 1. (umap-learn limits each coordinate by itself; limiting the length treats all directions alike.)
 */
export const FARTHEST = 4;
const EPSILON = 1e-3;

export function attractionOf({ a, b }: ClosenessCurve, squared: number): number {
  if (squared === 0) return 0;
  return limited((2 * a * b * squared ** (b - 1)) / (1 + a * squared ** b), squared);
}

export function repulsionOf({ a, b }: ClosenessCurve, squared: number): number {
  if (squared === 0) return 0;
  return limited((2 * b) / ((EPSILON + squared) * (1 + a * squared ** b)), squared);
}

function limited(factor: number, squared: number): number {
  return Math.min(factor, FARTHEST / Math.sqrt(squared));
}

/** Powers cost more than all the rest of a step, so that both factors are looked up by the square of the distance. */
export interface ForceTables {
  /** `TABLE_SIZE` each: entry i is for all float32 numbers whose upper 16 bits are i. */
  readonly attraction: Float32Array;
  readonly repulsion: Float32Array;
}

/** Sign, eight bits of exponent and seven of mantissa, without the half for negative numbers. */
export const TABLE_SIZE = 2 ** 15;

/** Each entry is the factor in the middle of its numbers, so that it is less than 0.4 % off. */
export function forceTables(curve: ClosenessCurve): ForceTables {
  const attraction = new Float32Array(TABLE_SIZE);
  const repulsion = new Float32Array(TABLE_SIZE);
  const number = new Float32Array(1);
  const bits = new Uint32Array(number.buffer);
  for (let i = 0; i < TABLE_SIZE; i++) {
    bits[0] = (i << 16) | 0x8000;
    const squared = number[0]!;
    // What lies above the largest finite number, and NaN: no force is better than one that isn't finite.
    if (!(squared < Infinity)) continue;
    attraction[i] = attractionOf(curve, squared);
    repulsion[i] = repulsionOf(curve, squared);
  }
  return { attraction, repulsion };
}
