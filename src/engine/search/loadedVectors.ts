import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import {
  boundsOf,
  quantizeQuery,
  type Bounds,
  type QuantizationPrecision,
} from '../../core/neighbors/quantizedVectors.ts';
import { quantizedProductModel } from '../../core/neighbors/similarityModel.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { keepCodes, makeCodes, nameOf, readCodes, type VectorCodes, type VectorStore } from './vectorCodes.ts';

/** What searches compute with. */
export interface SearchRuntime {
  readonly worker: OnnxWorker;
  readonly threads: number;
  /** Files that are being written. */
  readonly writing: Set<Promise<void>>;
}

/** Contents whose vectors are read before other requests get their turn. */
const BLOCK = 512;
/** What a person asks for next comes before the vectors that make later searches faster. */
const MATRIX_DELAY_MS = 400;

/**
 * The vectors of one encoder, a column for each content: codes of all of them on the inference thread, and the vectors
 * themselves where they have been loaded, a fourfold of that.
 */
export class LoadedVectors {
  /** Of the vectors, see `IndexStore.vectorsName`; undefined where they can't be told from others. */
  readonly name: string | undefined;
  readonly contentKeys: Float64Array;
  readonly store: VectorStore;
  readonly #encoderKey: number;
  readonly #dim: number;
  readonly #runtime: SearchRuntime;
  readonly #session: number;
  readonly #precision: QuantizationPrecision;
  #matrix: Float32Array | undefined;
  #loading: Promise<void> | undefined;
  /** Grows with each `release`, so that what is loading knows that nobody wants it any more. */
  #epoch = 0;

  private constructor(
    store: VectorStore,
    encoderKey: number,
    runtime: SearchRuntime,
    session: number,
    { dim, contentKeys, scales, errors }: Omit<VectorCodes, 'codes'>,
    name: string | undefined,
    matrix: Float32Array | undefined,
  ) {
    this.store = store;
    this.#encoderKey = encoderKey;
    this.#runtime = runtime;
    this.#session = session;
    this.#dim = dim;
    this.#precision = { scales, errors };
    this.contentKeys = contentKeys;
    this.name = name;
    this.#matrix = matrix;
  }

  /** From the file beside the index, else from the index, after which there is a file. Rejects with the store's codes. */
  static async load(
    store: VectorStore,
    encoderKey: number,
    dim: number,
    runtime: SearchRuntime,
    isUsable: (contentKeys: Float64Array) => boolean,
  ): Promise<LoadedVectors> {
    const name = nameOf(store, encoderKey);
    const kept = name === undefined ? undefined : await readCodes(store, encoderKey, dim, name);
    if (kept !== undefined && isUsable(kept.contentKeys))
      return LoadedVectors.#of(store, encoderKey, runtime, kept, name, undefined);
    const matrix = new Float32Array(store.countVectors(encoderKey) * dim);
    const codes = await makeCodes(store, encoderKey, dim, (vectors, start) => {
      if (start * dim + vectors.length <= matrix.length) matrix.set(vectors, start * dim);
    });
    // Replaced while they were read: some are the old ones and some the new.
    const isOne = name !== undefined && nameOf(store, encoderKey) === name;
    // The thread takes the codes away.
    if (isOne) {
      const { writing } = runtime;
      const kept = keepCodes(store, encoderKey, name, { ...codes, codes: codes.codes.slice() });
      writing.add(kept);
      void kept.finally(() => writing.delete(kept));
    }
    return LoadedVectors.#of(store, encoderKey, runtime, codes, isOne ? name : undefined, matrix);
  }

  static async #of(
    store: VectorStore,
    encoderKey: number,
    runtime: SearchRuntime,
    { codes, ...facts }: VectorCodes,
    name: string | undefined,
    matrix: Float32Array | undefined,
  ): Promise<LoadedVectors> {
    const { worker, threads } = runtime;
    const { dim, contentKeys } = facts;
    const { session } = await worker.load({ bytes: encodeModel(quantizedProductModel(dim)) }, { threads });
    const tensor = { type: 'int8', dims: [dim, contentKeys.length], data: codes } as const;
    await worker.setConstant(session, 'vectors', tensor, [codes.buffer]);
    return new LoadedVectors(store, encoderKey, runtime, session, facts, name, matrix);
  }

  /** Of the similarities of a vector of length 1 to all columns. */
  async bounds(vector: Float32Array): Promise<Bounds> {
    const query = quantizeQuery(vector);
    const feed = { type: 'uint8', dims: [1, vector.length], data: query.codes } as const;
    const { products } = await this.#runtime.worker.run(this.#session, { query: feed });
    return boundsOf(this.#precision, query, products!.data as Int32Array);
  }

  /** `contents × dim`, a row for each column; undefined where the vectors haven't been loaded. */
  get matrix(): Float32Array | undefined {
    return this.#matrix;
  }

  /** Reads the vectors in a while, if nobody does so before. */
  loadMatrixSoon(): void {
    if (this.#matrix || this.#loading) return;
    const epoch = this.#epoch;
    const later = async () => {
      await sleep(MATRIX_DELAY_MS, undefined, { ref: false });
      if (epoch === this.#epoch) await this.loadMatrix();
    };
    // Searches work without them, and say what is wrong with the index.
    later().catch(() => undefined);
  }

  /** Reads the vectors. Rejects with the store's codes. */
  async loadMatrix(): Promise<Float32Array> {
    while (!this.#matrix) {
      this.#loading ??= this.#readMatrix().finally(() => (this.#loading = undefined));
      await this.#loading;
    }
    return this.#matrix;
  }

  /** Lets go of the vectors: codes are enough for whoever comes back. */
  release(): void {
    this.#epoch++;
    this.#matrix = undefined;
  }

  async close(): Promise<void> {
    this.release();
    await this.#runtime.worker.unload(this.#session);
  }

  async #readMatrix(): Promise<void> {
    const { contentKeys } = this;
    const dim = this.#dim;
    const epoch = this.#epoch;
    const matrix = new Float32Array(contentKeys.length * dim);
    let [column, after] = [0, -1];
    for (;;) {
      const block = this.store.readVectorBlock(this.#encoderKey, after, BLOCK);
      block.contentKeys.forEach((key, i) => {
        while (contentKeys[column]! < key) column++;
        // Contents that came later have no column.
        if (contentKeys[column] === key) matrix.set(block.vectors.subarray(i * dim, (i + 1) * dim), column * dim);
      });
      if (block.contentKeys.length < BLOCK) break;
      after = block.contentKeys.at(-1)!;
      await breathe();
      if (epoch !== this.#epoch) return;
    }
    this.#matrix = matrix;
  }
}
