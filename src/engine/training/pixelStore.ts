import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EncoderInput } from '../../core/encoders/card.ts';
import { asLikenessError, diskFull, systemCodeOf } from '../../core/errors.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { freeMemory } from './freeMemory.ts';

const CHUNK_BYTES = 64 * 2 ** 20;
/** Share of the free memory that decoded pictures may take, and the most they take. */
const MEMORY_SHARE = 0.25;
const MAX_MEMORY_BYTES = 4 * 2 ** 30;
/** The pictures in memory are this much larger than a view, so that crops of them are not enlarged much. */
const SOURCE_SCALE = 2;

/** How pictures are decoded that views for an encoder are made of. @param atLeast height and width that another one takes */
export function sourceInput(
  input: EncoderInput,
  [otherHeight, otherWidth]: EncoderInput['size'] = [0, 0],
): EncoderInput {
  const [height, width] = input.size;
  const size = [Math.max(height * SOURCE_SCALE, otherHeight), Math.max(width * SOURCE_SCALE, otherWidth)] as const;
  return { ...input, size, crop: 1, resize: 'shortest-edge' };
}

/** For the pictures of a run, as many in memory as are no burden. @param folder for what doesn't fit into it */
export function newPixelStore(folder: string): PixelStoreWriter {
  const memory = Math.min(MAX_MEMORY_BYTES, freeMemory() * MEMORY_SHARE);
  return new PixelStoreWriter(join(folder, 'pixels.tmp'), memory);
}

/** Decoded pictures as another thread can read them. All arrays have one entry per picture. */
export interface SharedPixels {
  /** Memory that the pictures lie in, or the file, one after another. */
  readonly source: { readonly chunks: readonly SharedArrayBuffer[] } | { readonly file: string };
  /** In memory: chunk; in a file: unused. */
  readonly chunk: Uint32Array;
  /** In bytes, within the chunk or the file. */
  readonly offset: Float64Array;
  readonly width: Uint32Array;
  readonly height: Uint32Array;
}

/**
 * Takes decoded pictures in, in memory as long as they fit, else in a temporary file: an epoch then reads small raw pixels
 * instead of decoding every file again.
 */
export class PixelStoreWriter {
  readonly #file: string;
  readonly #memoryBytes: number;
  #chunks: Uint8Array<SharedArrayBuffer>[] = [];
  #used = 0;
  #fileHandle: number | undefined;
  #fileLength = 0;
  readonly #entries: { chunk: number; offset: number; width: number; height: number }[] = [];

  /**
   * @param file created once memory is used up
   * @param memoryBytes what may be held in memory
   */
  constructor(file: string, memoryBytes: number) {
    this.#file = file;
    this.#memoryBytes = memoryBytes;
  }

  get count(): number {
    return this.#entries.length;
  }

  add({ data, width, height }: RgbImage): void {
    if (this.#fileHandle === undefined && !this.#reserve(data.length)) this.#moveToFile();
    if (this.#fileHandle !== undefined) {
      this.#entries.push({ chunk: 0, offset: this.#append(data), width, height });
      return;
    }
    this.#chunks.at(-1)!.set(data, this.#used);
    this.#entries.push({ chunk: this.#chunks.length - 1, offset: this.#used, width, height });
    this.#used += data.length;
  }

  finish(): SharedPixels {
    if (this.#fileHandle !== undefined) closeSync(this.#fileHandle);
    const entries = this.#entries;
    return {
      source:
        this.#fileHandle === undefined ? { chunks: this.#chunks.map(({ buffer }) => buffer) } : { file: this.#file },
      chunk: Uint32Array.from(entries, ({ chunk }) => chunk),
      offset: Float64Array.from(entries, ({ offset }) => offset),
      width: Uint32Array.from(entries, ({ width }) => width),
      height: Uint32Array.from(entries, ({ height }) => height),
    };
  }

  /** Removes what has been written. */
  discard(): void {
    if (this.#fileHandle === undefined) return;
    closeSync(this.#fileHandle);
    rmSync(this.#file, { force: true });
  }

  /** Makes room for so many bytes in the last chunk; false where memory is used up. */
  #reserve(bytes: number): boolean {
    const last = this.#chunks.at(-1);
    if (last !== undefined && this.#used + bytes <= last.length) return true;
    const size = Math.max(CHUNK_BYTES, bytes);
    const held = this.#chunks.reduce((sum, { length }) => sum + length, 0);
    if (held + size > this.#memoryBytes) return false;
    this.#chunks.push(new Uint8Array(new SharedArrayBuffer(size)));
    this.#used = 0;
    return true;
  }

  #moveToFile(): void {
    this.#fileHandle = openSync(this.#file, 'w');
    for (const entry of this.#entries) {
      const { chunk, offset, width, height } = entry;
      entry.offset = this.#append(this.#chunks[chunk]!.subarray(offset, offset + width * height * 3));
    }
    this.#chunks = [];
  }

  #append(data: Uint8Array): number {
    const offset = this.#fileLength;
    try {
      for (let written = 0; written < data.length;) written += writeSync(this.#fileHandle!, data, written);
    } catch (error) {
      throw systemCodeOf(error) === 'ENOSPC' ? diskFull(dirname(this.#file), error) : asLikenessError(error);
    }
    this.#fileLength += data.length;
    return offset;
  }
}

/** Removes the file of a store, if it has one. */
export function removePixels({ source }: SharedPixels): void {
  if ('file' in source) rmSync(source.file, { force: true });
}

/** Reads pictures of a store; for one thread. */
export class PixelReader {
  readonly #pixels: SharedPixels;
  readonly #chunks: Uint8Array[];
  readonly #file: number | undefined;
  #scratch = new Uint8Array();

  constructor(pixels: SharedPixels) {
    this.#pixels = pixels;
    const { source } = pixels;
    this.#chunks = 'chunks' in source ? source.chunks.map((chunk) => new Uint8Array(chunk)) : [];
    this.#file = 'file' in source ? openSync(source.file, 'r') : undefined;
  }

  /** The picture's memory is valid until the next call. */
  read(index: number): RgbImage {
    const width = this.#pixels.width[index]!;
    const height = this.#pixels.height[index]!;
    const offset = this.#pixels.offset[index]!;
    const length = width * height * 3;
    if (this.#file === undefined) {
      const chunk = this.#chunks[this.#pixels.chunk[index]!]!;
      return { width, height, data: chunk.subarray(offset, offset + length) };
    }
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    for (let read = 0; read < length;) {
      const count = readSync(this.#file, this.#scratch, read, length - read, offset + read);
      if (count === 0) throw new Error('the file of decoded pictures is shorter than it was');
      read += count;
    }
    return { width, height, data: this.#scratch.subarray(0, length) };
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
