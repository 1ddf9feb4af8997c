import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled } from '../../core/errors.ts';
import { innerProduct } from '../../core/linearAlgebra/innerProduct.ts';
import { topK, type TopK } from '../../core/neighbors/topK.ts';
import type { IndexStore } from '../store/indexStore.ts';
import type { CaptionKeys } from './captionVectors.ts';
import type { KnownCaptions } from './knownCaptions.ts';

/**
 * Bytes of vectors that stay in memory from one question to the next; further ones are read from the index each time, which takes a
 * second of 100,000. So many fit with 640 numbers each.
 */
const MEMORY = 256 << 20;
/** Captions whose vectors are read before other requests get their turn. */
const BLOCK = 512;

type Store = Pick<IndexStore, 'captions'>;

export interface GalleryOptions {
  readonly known: KnownCaptions;
  readonly store: Store;
  readonly reader: CaptionKeys;
  /** Another number of bytes than the usual one is for tests. */
  readonly memory?: number;
}

/** The captions of a dataset that the index has vectors of, to be compared with images. Nothing is embedded. */
export class CaptionGallery {
  readonly captions: readonly string[];
  /** An image of each. */
  readonly paths: readonly string[];
  readonly #known: KnownCaptions;
  readonly #store: Store;
  readonly #reader: CaptionKeys;
  /** Of the index's captions when this was made of them. */
  readonly #version: string | undefined;
  readonly #keys: readonly string[];
  /** Vectors of the first captions, as far as they have been read. */
  readonly #vectors: Float32Array;
  #read = 0;

  constructor({ known, store, reader, memory = MEMORY }: GalleryOptions) {
    this.#known = known;
    this.#store = store;
    this.#reader = reader;
    this.#version = store.captions.version(reader.key);
    const pathOf = new Map<string, string>();
    for (const [path, written] of known.captions) {
      for (const caption of written) if (caption !== '' && !pathOf.has(caption)) pathOf.set(caption, path);
    }
    const stored = new Set(store.captions.list(reader.key).map(([key]) => key));
    const found = [...pathOf]
      .map(([caption, path]) => ({ caption, path, key: reader.keyOf(caption) }))
      .filter(({ key }) => stored.has(key));
    this.captions = found.map(({ caption }) => caption);
    this.paths = found.map(({ path }) => path);
    this.#keys = found.map(({ key }) => key);
    const rows = Math.floor(memory / (reader.dim * Float32Array.BYTES_PER_ELEMENT));
    this.#vectors = new Float32Array(Math.min(rows, found.length) * reader.dim);
  }

  /** Whether all that it was made of is as it was. */
  isOf({ known, store, reader }: GalleryOptions): boolean {
    return (
      this.#known === known &&
      this.#store === store &&
      this.#reader.key === reader.key &&
      this.#reader.sha256 === reader.sha256 &&
      this.#version === store.captions.version(reader.key)
    );
  }

  /** Bytes of vectors that it may hold. */
  get memory(): number {
    return this.#vectors.byteLength;
  }

  /** The `count` captions most similar to an L2-normalised vector among those that are accepted. Rejects with `cancelled`. */
  async nearest(
    vector: Float32Array,
    count: number,
    accept: (caption: string) => boolean,
    signal: AbortSignal,
  ): Promise<TopK> {
    // What was forgotten meanwhile stays NaN, and is none of them.
    const { dim } = this.#reader;
    const similarities = new Float32Array(this.#keys.length).fill(Number.NaN);
    for (let start = 0; start < this.#keys.length; start += BLOCK) {
      if (signal.aborted) throw cancelled();
      const end = Math.min(start + BLOCK, this.#keys.length);
      const rows = this.#inMemory(start, end) ?? this.#fromIndex(start, end);
      for (let row = start; row < end; row++) similarities[row] = innerProduct(rows, vector, (row - start) * dim);
      await breathe();
    }
    return topK(similarities, count, (row) => accept(this.captions[row]!));
  }

  #inMemory(start: number, end: number): Float32Array | undefined {
    const { dim } = this.#reader;
    return end <= this.#read ? this.#vectors.subarray(start * dim, end * dim) : undefined;
  }

  #fromIndex(start: number, end: number): Float32Array {
    const { key, dim } = this.#reader;
    const keys = this.#keys.slice(start, end);
    const found = this.#store.captions.read(key, dim, keys);
    const rows = new Float32Array(keys.length * dim).fill(Number.NaN);
    keys.forEach((caption, row) => {
      const one = found.get(caption);
      if (one !== undefined) rows.set(one.vector, row * dim);
    });
    const isNext = start === this.#read && end * dim <= this.#vectors.length;
    if (isNext) {
      this.#vectors.set(rows, start * dim);
      this.#read = end;
    }
    return rows;
  }
}
