import type { Neighbors } from '../evaluation/nearestNeighbors.ts';

/** The best so far of every row, best first. */
export class NearestLists {
  readonly #count: number;
  readonly #rows: Int32Array;
  readonly #scores: Float32Array;
  readonly #sizes: Uint32Array;
  /** What a score must reach to get into a row's list. */
  readonly #thresholds: Float32Array;

  constructor(rows: number, count: number) {
    this.#count = count;
    this.#rows = new Int32Array(rows * count).fill(-1);
    this.#scores = new Float32Array(rows * count).fill(Number.NaN);
    this.#sizes = new Uint32Array(rows);
    this.#thresholds = new Float32Array(rows).fill(-Infinity);
  }

  /** @param block products of the rows `start` to `end` with those of `tile` to `tileEnd`, of which pairs in order count */
  addPairs(block: Float32Array, start: number, end: number, tile: number, tileEnd: number): void {
    const thresholds = this.#thresholds;
    const width = tileEnd - tile;
    for (let row = start; row < end; row++) {
      const offset = (row - start) * width - tile;
      let threshold = thresholds[row]!;
      for (let other = Math.max(tile, row + 1); other < tileEnd; other++) {
        const score = block[offset + other]!;
        if (score >= threshold) {
          this.#insert(row, other, score);
          threshold = thresholds[row]!;
        }
        if (score >= thresholds[other]!) this.#insert(other, row, score);
      }
    }
  }

  /** @param block products of the rows `start` to `end` with others, which are `tile` to `tileEnd` of another set */
  addOthers(block: Float32Array, start: number, end: number, tile: number, tileEnd: number): void {
    const thresholds = this.#thresholds;
    const width = tileEnd - tile;
    for (let row = start; row < end; row++) {
      const offset = (row - start) * width - tile;
      let threshold = thresholds[row]!;
      for (let other = tile; other < tileEnd; other++) {
        const score = block[offset + other]!;
        if (!(score >= threshold)) continue;
        this.#insert(row, other, score);
        threshold = thresholds[row]!;
      }
    }
  }

  /** Gives a row all of its list, best first. */
  restore(row: number, others: Int32Array, scores: ArrayLike<number>): void {
    this.#rows.set(others, row * this.#count);
    this.#scores.set(scores, row * this.#count);
    this.#sizes[row] = this.#count;
    this.#thresholds[row] = scores[this.#count - 1]!;
  }

  /**
   * @param block products of `lines` with the rows `tile` to `tileEnd`
   * @param lines rows whose lists are made anew
   * @param rows which have their lists but for new ones, and which are new: one byte a row
   */
  addSearched(
    block: Float32Array,
    lines: Uint32Array,
    { isKnown, isNew }: { readonly isKnown: Uint8Array; readonly isNew: Uint8Array },
    tile: number,
    tileEnd: number,
  ): void {
    const thresholds = this.#thresholds;
    lines.forEach((row, line) => {
      const offset = line * (tileEnd - tile) - tile;
      for (let other = tile; other < tileEnd; other++) {
        const score = block[offset + other]!;
        if (other === row) continue;
        if (score >= thresholds[row]!) this.#insert(row, other, score);
        if (isNew[row] === 1 && isKnown[other] === 1 && score >= thresholds[other]!) this.#insert(other, row, score);
      }
    });
  }

  neighbors(): Neighbors {
    const similarities = Float64Array.from(this.#scores);
    return { queries: this.#sizes.length, count: this.#count, rows: this.#rows, similarities };
  }

  #insert(row: number, other: number, score: number): void {
    const first = row * this.#count;
    const isFull = this.#sizes[row] === this.#count;
    let place = first + this.#sizes[row]! - (isFull ? 1 : 0);
    if (isFull && score === this.#scores[place] && other > this.#rows[place]!) return;
    for (; place > first; place--) {
      const before = this.#scores[place - 1]!;
      if (before > score || (before === score && this.#rows[place - 1]! < other)) break;
      this.#scores[place] = before;
      this.#rows[place] = this.#rows[place - 1]!;
    }
    this.#scores[place] = score;
    this.#rows[place] = other;
    if (!isFull) this.#sizes[row]!++;
    if (this.#sizes[row] === this.#count) this.#thresholds[row] = this.#scores[first + this.#count - 1]!;
  }
}
