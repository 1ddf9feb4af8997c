import { setImmediate as breathe } from 'node:timers/promises';
import {
  boundsOf,
  quantizeQuery,
  QuantizedVectors,
  type QuantizationPrecision,
} from '../../core/neighbors/quantizedVectors.ts';
import { quantizedProductModel } from '../../core/neighbors/similarityModel.ts';
import { topK, type TopK } from '../../core/neighbors/topK.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import type { IndexStore, VectorTable } from '../store/indexStore.ts';

/** Matrices kept at once: the encoder in use and the one it is compared with. */
const CAPACITY = 2;

/** Rows that are quantised before other requests get their turn. */
const PREPARED_ROWS = 4096;

/** A standard deviation of so many numbers is off by some two per cent. */
const SPREAD_ROWS = 2048;

interface Prepared {
  readonly session: number;
  readonly precision: QuantizationPrecision;
}

export interface Nearest extends TopK {
  /** Rows that the filter let in. */
  readonly considered: number;
}

/**
 * Exact cosine search over the vectors of an index: bounds of all similarities from quantised vectors on a thread of
 * its own, then exact ones for the few rows that may be among the best. Stays in memory until the index changes.
 */
export class VectorSearch {
  readonly #threads: number;
  readonly #worker = new OnnxWorker();
  /** In the order of their last use. */
  readonly #tables = new Map<string, SearchTable>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** The table of one encoder as the index is now. */
  open(store: IndexStore, encoderKey: number): SearchTable {
    const key = `${encoderKey} ${store.location}`;
    let table = this.#tables.get(key);
    this.#tables.delete(key);
    if (table?.revision !== store.revision()) {
      table?.close();
      table = new SearchTable(store.readVectors(encoderKey), this.#worker, this.#threads);
    }
    this.#tables.set(key, table);
    for (const [oldest, old] of this.#tables) {
      if (this.#tables.size <= CAPACITY) break;
      this.#tables.delete(oldest);
      old.close();
    }
    return table;
  }

  dispose(): Promise<void> {
    return this.#worker.dispose();
  }
}

/** The vectors of one encoder, ready to be compared. */
export class SearchTable {
  readonly #table: VectorTable;
  readonly #worker: OnnxWorker;
  readonly #threads: number;
  #prepared: Promise<Prepared> | undefined;
  #rows: ReadonlyMap<string, number> | undefined;

  constructor(table: VectorTable, worker: OnnxWorker, threads: number) {
    this.#table = table;
    this.#worker = worker;
    this.#threads = threads;
  }

  get paths(): readonly string[] {
    return this.#table.paths;
  }

  get revision(): number {
    return this.#table.revision;
  }

  /** The row of an image, or -1. */
  rowOf(path: string): number {
    this.#rows ??= new Map(this.#table.paths.map((name, row) => [name, row]));
    return this.#rows.get(path) ?? -1;
  }

  /** Whether two rows are images of the same bytes; a row is one of itself. */
  sameContent(row: number, other: number): boolean {
    const { contentKeys } = this.#table;
    return contentKeys[row] === contentKeys[other];
  }

  /** The store's key of a row's content. */
  contentKey(row: number): number {
    return this.#table.contentKeys[row]!;
  }

  /** A copy of a row's vector. */
  vector(row: number): Float32Array {
    const { matrix, dim } = this.#table;
    return new Float32Array(matrix.subarray(row * dim, (row + 1) * dim));
  }

  /** The `count` rows most similar to an L2-normalised vector among those that `accept` lets in. */
  async nearest(vector: Float32Array, count: number, accept: (row: number) => boolean): Promise<Nearest> {
    this.#prepared ??= this.#prepare();
    let prepared: Prepared;
    try {
      prepared = await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
    const query = quantizeQuery(vector);
    const feed = { type: 'uint8', dims: [1, vector.length], data: query.codes } as const;
    const { products } = await this.#worker.run(prepared.session, { query: feed });
    const { lower, upper } = boundsOf(prepared.precision, query, products!.data as Int32Array);
    let considered = 0;
    for (let row = 0; row < lower.length; row++) {
      if (accept(row)) considered++;
      else lower[row] = upper[row] = Number.NaN;
    }
    const surely = topK(lower, count, all);
    // Fewer rows than asked for: every one of them is a result.
    const threshold = surely.rows.length < count ? -Infinity : surely.scores.at(-1)!;
    for (let row = 0; row < upper.length; row++) {
      upper[row] = upper[row]! >= threshold ? this.#similarity(vector, row) : Number.NaN;
    }
    return { ...topK(upper, count, all), considered };
  }

  /** Cosine similarities of a row to all rows. */
  similarities(row: number): Float32Array {
    const vector = this.vector(row);
    return Float32Array.from(this.#table.paths, (_, other) => this.#similarity(vector, other));
  }

  /**
   * Standard deviation of the similarities of an L2-normalised vector to the rows; of a sample evenly over them where they
   * are many.
   */
  spread(vector: Float32Array): number {
    const step = Math.ceil(this.#table.paths.length / SPREAD_ROWS);
    let [count, sum, squares] = [0, 0, 0];
    for (let row = 0; row < this.#table.paths.length; row += step) {
      const similarity = this.#similarity(vector, row);
      count++;
      sum += similarity;
      squares += similarity ** 2;
    }
    return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  }

  close(): void {
    // Whoever still waits for this table has its answer first: the thread works in order.
    this.#prepared?.then(({ session }) => this.#worker.unload(session)).catch(() => undefined);
  }

  #similarity(vector: Float32Array, row: number): number {
    const { matrix, dim } = this.#table;
    let sum = 0;
    for (let i = 0, j = row * dim; i < dim; i++, j++) sum += vector[i]! * matrix[j]!;
    return sum;
  }

  async #prepare(): Promise<Prepared> {
    const { matrix, dim, paths } = this.#table;
    const vectors = new QuantizedVectors(paths.length, dim);
    for (let start = 0; start < paths.length; start += PREPARED_ROWS) {
      vectors.fill(matrix, start, Math.min(paths.length, start + PREPARED_ROWS));
      await breathe();
    }
    const model = { bytes: encodeModel(quantizedProductModel(dim)) };
    const { session } = await this.#worker.load(model, { threads: this.#threads });
    const tensor = { type: 'int8', dims: [dim, paths.length], data: vectors.codes } as const;
    const { scales, errors } = vectors;
    await this.#worker.setConstant(session, 'vectors', tensor, [vectors.codes.buffer]);
    return { session, precision: { scales, errors } };
  }
}

const all = () => true;
