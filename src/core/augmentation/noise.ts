import { philox4x32 } from '../random.ts';
import type { NoisePlan } from './plan.ts';
import { clip, type RgbPlanes } from './planes.ts';

/** Each half of a random word chooses among this many radii or angles. */
const STEPS = 4096;
/** Normal numbers from one block of random words. */
const BLOCK = 8;

/** How many values the memory of `addNoise` needs for a view. */
export function noiseLength(pixels: number): number {
  return Math.ceil((3 * pixels) / BLOCK) * BLOCK;
}

/**
 * Gaussian noise as a pure function of its seed. Box–Muller with tabulated radii and angles, of which there are 2²⁴
 * pairs: pixels need no more, and logarithms and sines would take most of the time.
 */
export class NoiseSource {
  readonly #radii = Float64Array.from({ length: STEPS }, (_, i) => Math.sqrt(-2 * Math.log((i + 0.5) / STEPS)));
  readonly #cosines = Float64Array.from({ length: STEPS }, (_, i) => Math.cos((2 * Math.PI * (i + 0.5)) / STEPS));
  readonly #counter = new Uint32Array(4);
  readonly #key = new Uint32Array(2);
  readonly #block = new Uint32Array(4);

  /**
   * Adds noise to a view and clips its values to 0 … 1.
   *
   * @param scratch at least `noiseLength` values
   */
  addNoise(view: RgbPlanes, { deviation, monochrome, seed }: NoisePlan, scratch: Float32Array): void {
    const { data, offset } = view;
    const plane = view.width * view.height;
    this.#fillNormal(scratch, monochrome ? plane : 3 * plane, seed);
    for (let channel = 0; channel < 3; channel++) {
      const start = offset + channel * plane;
      const noise = monochrome ? 0 : channel * plane;
      for (let i = 0; i < plane; i++) data[start + i] = clip(data[start + i]! + deviation * scratch[noise + i]!);
    }
  }

  /** Fills the first `count` values, rounded up to whole blocks, with standard normal numbers. */
  #fillNormal(out: Float32Array, count: number, seed: number): void {
    const radii = this.#radii;
    const cosines = this.#cosines;
    this.#key[0] = seed;
    for (let start = 0; start < count; start += BLOCK) {
      this.#counter[0] = start / BLOCK;
      philox4x32(this.#counter, this.#key, this.#block);
      for (let lane = 0; lane < 4; lane++) {
        const word = this.#block[lane]!;
        const radius = radii[word % STEPS]!;
        const angle = (word >>> 16) % STEPS;
        out[start + 2 * lane] = radius * cosines[angle]!;
        // A quarter of a turn on: the sine.
        out[start + 2 * lane + 1] = radius * cosines[(angle + STEPS / 4) % STEPS]!;
      }
    }
  }
}
