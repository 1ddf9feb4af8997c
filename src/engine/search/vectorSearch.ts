import { encoderMismatch, imageNotIndexed } from '../../core/errors.ts';
import { topK, type TopK } from '../../core/neighbors/topK.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { LoadedVectors, type SearchRuntime } from './loadedVectors.ts';
import { columnsOf, isEnough, nameOf, type VectorStore } from './vectorCodes.ts';

/** Tables kept at once: of the encoder in use and of the one it is compared with. Only the first has its vectors in memory. */
const CAPACITY = 2;

/** A standard deviation of so many numbers is off by some two per cent. */
const SPREAD_ROWS = 2048;

export interface Nearest extends TopK {
  /** Rows that the filter let in. */
  readonly considered: number;
}

/**
 * Exact cosine search over the vectors of an index: bounds of all similarities from quantised vectors on a thread of
 * its own, then exact ones for the few rows that may be among the best.
 */
export class VectorSearch {
  readonly #runtime: SearchRuntime;
  /** In the order of their last use. */
  readonly #tables = new Map<string, SearchTable>();

  constructor(threads: number) {
    this.#runtime = { worker: new OnnxWorker(), threads, writing: new Set() };
  }

  /** The table of one encoder as the index is now. What is loaded of an older one is used on. */
  open(store: VectorStore, encoderKey: number): SearchTable {
    const key = `${encoderKey} ${store.location}`;
    let table = this.#tables.get(key);
    this.#tables.delete(key);
    if (table?.isOf(store) !== true) table = new SearchTable(store, encoderKey, this.#runtime, table);
    for (const [other, old] of this.#tables) {
      if (this.#tables.size >= CAPACITY) {
        this.#tables.delete(other);
        old.close();
      } else old.release();
    }
    this.#tables.set(key, table);
    return table;
  }

  async dispose(): Promise<void> {
    for (const table of this.#tables.values()) table.release();
    await Promise.all([this.#runtime.worker.dispose(), ...this.#runtime.writing]);
  }
}

/** The vectors of one encoder, ready to be compared; a row is an image. */
export class SearchTable {
  readonly paths: readonly string[];
  readonly #contentKeys: Float64Array;
  readonly #store: VectorStore;
  readonly #encoderKey: number;
  readonly #dim: number;
  readonly #revision: number;
  readonly #runtime: SearchRuntime;
  /** The table before the index changed, until this one knows what it can use of it. */
  #former: SearchTable | undefined;
  #ready: Promise<Ready> | undefined;
  #loaded: LoadedVectors | undefined;
  #rows: ReadonlyMap<string, number> | undefined;
  #wasAsked = false;
  /** Vectors of rows without a column. */
  readonly #single = new Map<number, Float32Array>();

  constructor(store: VectorStore, encoderKey: number, runtime: SearchRuntime, former?: SearchTable) {
    const encoder = store.readEncoders().find(({ key }) => key === encoderKey);
    if (encoder === undefined) throw encoderMismatch(`The index knows no encoder number ${encoderKey}`);
    this.#revision = store.revision();
    const images = store.readEmbeddedImages(encoderKey);
    this.paths = images.map(({ path }) => path);
    this.#contentKeys = Float64Array.from(images, ({ contentKey }) => contentKey);
    this.#store = store;
    this.#encoderKey = encoderKey;
    this.#dim = encoder.card.output.dim;
    this.#runtime = runtime;
    this.#former = former;
  }

  /** Whether it is that of a store as it is now. */
  isOf(store: VectorStore): boolean {
    return this.#store === store && this.#revision === store.revision();
  }

  /** The row of an image, or -1. */
  rowOf(path: string): number {
    // A map pays from the second question on.
    if (!this.#wasAsked) {
      this.#wasAsked = true;
      return this.paths.indexOf(path);
    }
    this.#rows ??= new Map(this.paths.map((name, row) => [name, row]));
    return this.#rows.get(path) ?? -1;
  }

  /** Whether two rows are images of the same bytes; a row is one of itself. */
  sameContent(row: number, other: number): boolean {
    return this.#contentKeys[row] === this.#contentKeys[other];
  }

  /** The store's key of a row's content. */
  contentKey(row: number): number {
    return this.#contentKeys[row]!;
  }

  /** A row's vector. Throws image-not-indexed where it was removed meanwhile. */
  vector(row: number): Float32Array {
    const vector = this.#store.readVector(this.#contentKeys[row]!, this.#encoderKey);
    if (vector === undefined) throw imageNotIndexed(this.paths[row]!, 'it was removed just now; try again.');
    return vector;
  }

  /** The `count` rows most similar to an L2-normalised vector among those that `accept` lets in. */
  async nearest(vector: Float32Array, count: number, accept: (row: number) => boolean): Promise<Nearest> {
    const { loaded, columns } = await this.#prepared();
    const bounds = await loaded.bounds(vector);
    const similarity = this.#similarityTo(vector, { loaded, columns });
    const rows = this.paths.length;
    const lower = new Float32Array(rows).fill(Number.NaN);
    const upper = new Float32Array(rows).fill(Number.NaN);
    let considered = 0;
    for (let row = 0; row < rows; row++) {
      if (!accept(row)) continue;
      considered++;
      const column = columns[row]!;
      lower[row] = column < 0 ? similarity(row) : bounds.lower[column]!;
      upper[row] = column < 0 ? lower[row]! : bounds.upper[column]!;
    }
    const surely = topK(lower, count, all);
    // Fewer rows than asked for: every one of them is a result.
    const threshold = surely.rows.length < count ? -Infinity : surely.scores.at(-1)!;
    for (let row = 0; row < rows; row++) {
      upper[row] = upper[row]! >= threshold ? similarity(row) : Number.NaN;
    }
    loaded.loadMatrixSoon();
    return { ...topK(upper, count, all), considered };
  }

  /** Cosine similarities of a row to all rows. */
  similarities(row: number): Promise<Float32Array> {
    return this.similaritiesTo(() => this.vector(row));
  }

  /** Cosine similarities of an L2-normalised vector to all rows. */
  async similaritiesTo(vector: () => Float32Array): Promise<Float32Array> {
    const ready = await this.#prepared();
    await ready.loaded.loadMatrix();
    return Float32Array.from(this.paths.keys(), this.#similarityTo(vector(), ready));
  }

  /** Lets go of the vectors; codes stay. */
  release(): void {
    this.#loaded?.release();
  }

  /**
   * Standard deviation of the similarities of an L2-normalised vector to the rows; of a sample evenly over them where they
   * are many.
   */
  async spread(vector: Float32Array): Promise<number> {
    const similarityTo = this.#similarityTo(vector, await this.#prepared());
    const step = Math.ceil(this.paths.length / SPREAD_ROWS);
    let [count, sum, squares] = [0, 0, 0];
    for (let row = 0; row < this.paths.length; row += step) {
      const similarity = similarityTo(row);
      if (Number.isNaN(similarity)) continue;
      count++;
      sum += similarity;
      squares += similarity ** 2;
    }
    return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  }

  close(): void {
    // Whoever still waits for this table has its answer first: the thread works in order.
    this.handOver()
      .then((loaded) => loaded?.close())
      .catch(() => undefined);
  }

  /** What is loaded, or is being loaded, which is the caller's to close from now on. */
  async handOver(): Promise<LoadedVectors | undefined> {
    const former = this.#former;
    this.#former = undefined;
    if (this.#ready === undefined) return former?.handOver();
    const ready = await this.#ready.catch(() => undefined);
    const loaded = this.#loaded;
    this.#loaded = undefined;
    return loaded && ready?.loaded;
  }

  /** Exact; NaN for what was removed meanwhile. */
  #similarityTo(vector: Float32Array, { loaded, columns }: Ready): (row: number) => number {
    const { matrix } = loaded;
    const dim = this.#dim;
    return (row) => {
      const column = columns[row]!;
      if (matrix !== undefined && column >= 0) return product(vector, matrix, column * dim);
      const own = this.#single.get(row) ?? this.#store.readVector(this.#contentKeys[row]!, this.#encoderKey);
      if (own === undefined) return Number.NaN;
      if (column < 0) this.#single.set(row, own);
      return product(vector, own, 0);
    };
  }

  async #prepared(): Promise<Ready> {
    this.#ready ??= this.#prepare();
    try {
      return await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  async #prepare(): Promise<Ready> {
    const former = this.#former;
    this.#former = undefined;
    const handed = await former?.handOver();
    // One that was opened anew may be another index.
    const columns = handed?.store === this.#store ? this.#columnsIn(handed.contentKeys) : undefined;
    if (handed && columns && handed.name !== undefined && handed.name === nameOf(this.#store, this.#encoderKey)) {
      this.#loaded = handed;
      return { loaded: handed, columns };
    }
    // Its memory is wanted for what comes.
    await handed?.close();
    let kept: Int32Array | undefined;
    const loaded = await LoadedVectors.load(this.#store, this.#encoderKey, this.#dim, this.#runtime, (contentKeys) => {
      kept = this.#columnsIn(contentKeys);
      return kept !== undefined;
    });
    this.#loaded = loaded;
    return { loaded, columns: kept ?? columnsOf(loaded.contentKeys, this.#contentKeys) };
  }

  /** Undefined where all is better loaded anew. */
  #columnsIn(contentKeys: Float64Array): Int32Array | undefined {
    const columns = columnsOf(contentKeys, this.#contentKeys);
    return isEnough(columns, contentKeys.length) ? columns : undefined;
  }
}

interface Ready {
  readonly loaded: LoadedVectors;
  /** By row; −1 for images that came after what is loaded. */
  readonly columns: Int32Array;
}

function product(vector: Float32Array, matrix: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0, j = offset; i < vector.length; i++, j++) sum += vector[i]! * matrix[j]!;
  return sum;
}

const all = () => true;
