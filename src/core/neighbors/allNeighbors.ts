import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';

/** Rows that others are multiplied by, and rows that are multiplied at once: 8 MiB of products. */
const TILE = 4096;
const BLOCK = 512;

/** Vectors that look for their like among themselves. */
export interface UnitVectors {
  /** `rows × dim`, finite; each of length 1. */
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly dim: number;
}

/**
 * The exact nearest neighbours by cosine similarity of every row among all others, in float32. Each pair is multiplied
 * once and serves both of its rows, which halves the work of `neighborsByProducts`; and nothing is left out, duplicates
 * neither. Equal similarities come in the order of the rows. Holds a tile of the vectors and two blocks of products at a
 * time.
 *
 * @param between is told the rows' worth of pairs that is done
 */
export async function allNeighbors(
  { vectors, rows, dim }: UnitVectors,
  count: number,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Neighbors> {
  const nearest = new NearestLists(rows, count);
  const pairs = (rows * rows) / 2;
  let seen = 0;
  for (let tile = 0; tile < rows; tile += TILE) {
    const tileEnd = Math.min(tile + TILE, rows);
    // A copy: to another thread, a part of an array takes all of it along.
    const held = await products.hold(vectors.slice(tile * dim, tileEnd * dim), tileEnd - tile, dim);
    const blockFrom = (start: number) => {
      const end = Math.min(start + BLOCK, tileEnd);
      return held.timesTransposed(vectors.slice(start * dim, end * dim), end - start);
    };
    let pending: Promise<Float32Array> | undefined = blockFrom(0);
    try {
      for (let start = 0; pending !== undefined; start += BLOCK) {
        const block: Float32Array = await pending;
        const end = Math.min(start + BLOCK, tileEnd);
        // The next block is computed while this one is looked at.
        pending = end < tileEnd ? blockFrom(end) : undefined;
        nearest.addBlock(block, start, end, tile, tileEnd);
        seen += (end - start) * (tileEnd - tile);
        await between(Math.min(rows, Math.round((rows * Math.min(seen, pairs)) / pairs)));
      }
    } catch (error) {
      // Nobody waits for it any more.
      await pending?.catch(() => undefined);
      throw error;
    } finally {
      await held.release();
    }
  }
  return nearest.neighbors();
}

/** The best so far of every row, best first. */
class NearestLists {
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
  addBlock(block: Float32Array, start: number, end: number, tile: number, tileEnd: number): void {
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
