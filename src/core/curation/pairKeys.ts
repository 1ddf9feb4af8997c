import type { PairToCompare } from './copies.ts';

/** Pairs of rows, each once, in few bytes: there may be ten of each of a hundred thousand images. */
export class PairKeys {
  readonly #rows: number;
  #keys = new Float64Array(1024);
  #count = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  get count(): number {
    return this.#count;
  }

  /** @param mayBeCrop of a pair that is added again, holds where it does once */
  add(a: number, b: number, mayBeCrop: boolean): void {
    if (this.#count === this.#keys.length) {
      const more = new Float64Array(2 * this.#count);
      more.set(this.#keys);
      this.#keys = more;
    }
    this.#keys[this.#count++] = 2 * (Math.min(a, b) * this.#rows + Math.max(a, b)) + (mayBeCrop ? 1 : 0);
  }

  /** Sorts them by their rows and leaves out those that are there twice. */
  settle(): void {
    const sorted = this.#keys.subarray(0, this.#count).sort();
    this.#count = 0;
    for (let i = 0; i < sorted.length; i++) {
      // Of the same rows, the last one holds whether it may be a crop.
      if (i + 1 < sorted.length && Math.floor(sorted[i]! / 2) === Math.floor(sorted[i + 1]! / 2)) continue;
      sorted[this.#count++] = sorted[i]!;
    }
  }

  at(place: number): PairToCompare {
    const key = this.#keys[place]!;
    const pair = Math.floor(key / 2);
    const first = Math.floor(pair / this.#rows);
    return { first, second: pair - first * this.#rows, mayBeCrop: key % 2 === 1 };
  }
}
