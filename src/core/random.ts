/**
 * Counter-based randomness: every number is a pure function of a seed, a stream and a position, so that work can be
 * split, resumed or repeated in any order and still draw the same numbers.
 *
 * The generator is Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC'11, https://doi.org/10.1145/2063384.2063405. It passes TestU01's BigCrush.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** The key schedule's increments: fractions of the golden ratio and of √3. */
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const WORD = 2 ** 32;

/** The upper 32 bits of a 64-bit product, from 16-bit halves: JavaScript numbers hold only 53 bits. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/**
 * One block of Philox4x32-10.
 *
 * @param counter four 32-bit words
 * @param key two 32-bit words
 * @param out takes four random 32-bit words; may be `counter` itself
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  let [c0, c1, c2, c3] = [counter[0]!, counter[1]!, counter[2]!, counter[3]!];
  let [k0, k1] = [key[0]!, key[1]!];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** A sequence of random numbers that is determined by a seed and up to three words that name the stream. */
export class RandomStream {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  readonly #block = new Uint32Array(4);
  #position = 0;

  /**
   * @param seed an integer from 0 to 2⁵³ − 1
   * @param stream at most three 32-bit words, for example epoch, sample and operation; missing ones are 0
   */
  constructor(seed: number, ...stream: readonly number[]) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(`Seed ${seed} is not an integer from 0 to 2^53 - 1`);
    if (stream.length > 3) throw new RangeError('A stream is named by three words at most');
    this.#key = Uint32Array.of(seed % WORD, Math.floor(seed / WORD));
    this.#counter = Uint32Array.of(0, ...stream, ...new Uint32Array(3 - stream.length));
  }

  /** The next 32 random bits as an unsigned integer. A stream holds 2³⁴ of them, then repeats. */
  uint32(): number {
    const lane = this.#position % 4;
    if (lane === 0) {
      this.#counter[0] = Math.floor(this.#position / 4);
      philox4x32(this.#counter, this.#key, this.#block);
    }
    this.#position++;
    return this.#block[lane]!;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (this.uint32() / WORD) * (high - low);
  }

  /** Uniform among the integers 0 … count − 1; `count` is at most 2³². */
  integer(count: number): number {
    // The uneven rest of 2³² is drawn again, so that no integer is favoured.
    const limit = WORD - (WORD % count);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % count;
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
  }
}
