/**
 * The quantised vectors of an encoder by content, and the file beside the index that keeps them: reading the vectors of 100,000
 * images from the index takes a second, reading their codes a thirtieth of that. Derived, safe to delete.
 */
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { LikenessError, systemCodeOf } from '../../core/errors.ts';
import { QuantizedVectors, type QuantizationPrecision } from '../../core/neighbors/quantizedVectors.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { replaceFile } from '../training/replaceFile.ts';

/** Raised when the form of the file or the rule of the codes changes. */
const VERSION = 1;
/** Contents whose vectors are read before other requests get their turn. */
const BLOCK = 1024;
/** Of fewer contents the vectors are read from the index as fast. */
const FEWEST_IN_FILE = 10_000;
const FILE = /^vectors-(\d+)\.codes$/;

/** What the search needs of an index. */
export type VectorStore = Pick<
  IndexStore,
  | 'location'
  | 'revision'
  | 'readEmbeddedImages'
  | 'readVector'
  | 'readVectorBlock'
  | 'countVectors'
  | 'vectorsName'
  | 'readEncoders'
>;

export interface VectorCodes extends QuantizationPrecision {
  /** One for each column of the codes, ascending; infinite at the end for contents that were removed while they were read. */
  readonly contentKeys: Float64Array<ArrayBuffer>;
  readonly dim: number;
  /** `dim × contents`. */
  readonly codes: Int8Array<ArrayBuffer>;
}

interface Header {
  readonly version: number;
  /** `IndexStore.vectorsName`. */
  readonly vectors: string;
  readonly dim: number;
  readonly contents: number;
}

/** Beside the index, wherever that lies. */
export function codesFile({ location }: Pick<IndexStore, 'location'>, encoderKey: number): string {
  return join(dirname(location), `vectors-${encoderKey}.codes`);
}

/**
 * Reads all vectors of an encoder and quantises them.
 *
 * @param visit takes the vectors of the columns from `start` on
 */
export async function makeCodes(
  store: VectorStore,
  encoderKey: number,
  dim: number,
  visit: (vectors: Float32Array, start: number) => void = () => undefined,
): Promise<VectorCodes> {
  const contents = store.countVectors(encoderKey);
  const quantized = new QuantizedVectors(contents, dim);
  const contentKeys = new Float64Array(contents).fill(Infinity);
  let done = 0;
  let after = -1;
  while (done < contents) {
    const block = store.readVectorBlock(encoderKey, after, Math.min(BLOCK, contents - done));
    // Some have been removed meanwhile.
    if (block.contentKeys.length === 0) break;
    quantized.put(block.vectors, done);
    contentKeys.set(block.contentKeys, done);
    visit(block.vectors, done);
    done += block.contentKeys.length;
    after = contentKeys[done - 1]!;
    await breathe();
  }
  const { codes, scales, errors } = quantized;
  return { contentKeys, dim, codes, scales, errors };
}

/** Undefined where there is no file of these vectors, or it can't be read. @param name of the vectors */
export async function readCodes(
  store: VectorStore,
  encoderKey: number,
  dim: number,
  name: string,
): Promise<VectorCodes | undefined> {
  try {
    const handle = await open(codesFile(store, encoderKey));
    try {
      const head = Buffer.alloc(512);
      await handle.read(head, 0, head.length, 0);
      const end = head.indexOf('\n');
      const header = JSON.parse(head.toString('utf8', 0, Math.max(0, end))) as Header;
      const { contents } = header;
      if (header.version !== VERSION || header.vectors !== name || header.dim !== dim) return undefined;
      const arrays = {
        contentKeys: new Float64Array(contents),
        scales: new Float32Array(contents),
        errors: new Float32Array(contents),
        codes: new Int8Array(contents * dim),
      };
      let at = end + 1;
      for (const array of Object.values(arrays)) {
        const { bytesRead } = await handle.read(new Uint8Array(array.buffer), 0, array.byteLength, at);
        if (bytesRead !== array.byteLength) return undefined;
        at += bytesRead;
      }
      const codes = { ...arrays, dim };
      return agrees(store, encoderKey, codes) ? codes : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || systemCodeOf(error) !== undefined) {
      return undefined;
    }
    throw error;
  }
}

/** Columns whose vectors are looked at. */
const LOOKED_AT = 32;

/**
 * Whether codes are those of the index's vectors, by the last of them and some others. An index that was put back, or that lost
 * its last writes with the power, gives keys anew, and from the last one on they then stand for other contents.
 */
function agrees(store: VectorStore, encoderKey: number, { contentKeys, dim, codes }: VectorCodes): boolean {
  const contents = contentKeys.length;
  const last = contentKeys.findLastIndex(Number.isFinite);
  const step = Math.max(1, Math.floor(last / LOOKED_AT));
  for (let column = last; column >= 0; column -= step) {
    const vector = store.readVector(contentKeys[column]!, encoderKey);
    // Others may have been removed since.
    if (vector === undefined && column === last) return false;
    if (vector === undefined) continue;
    const expected = new QuantizedVectors(1, dim);
    expected.put(vector, 0);
    if (expected.codes.some((code, i) => code !== codes[i * contents + column])) return false;
  }
  return true;
}

/** Keeps codes for the next time, unless they are few. That they can't be kept stops nobody. */
export async function keepCodes(
  store: VectorStore,
  encoderKey: number,
  name: string,
  { contentKeys, dim, codes, scales, errors }: VectorCodes,
): Promise<void> {
  const contents = contentKeys.length;
  if (contents < FEWEST_IN_FILE) return;
  const header: Header = { version: VERSION, vectors: name, dim, contents };
  const bytes = [contentKeys, scales, errors, codes].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  try {
    await replaceFile(codesFile(store, encoderKey), [`${JSON.stringify(header)}\n`, ...bytes]);
    await removeOrphans(store);
  } catch (error) {
    if (!(error instanceof LikenessError) && systemCodeOf(error) === undefined) throw error;
  }
}

/** Brings the file of an encoder up to date after indexing, so that the first search with it needn't. */
export async function refreshCodesFile(store: VectorStore, encoderKey: number, dim: number): Promise<void> {
  if (store.countVectors(encoderKey) < FEWEST_IN_FILE) return;
  const name = nameOf(store, encoderKey);
  if (name === undefined) return;
  const known = await readCodes(store, encoderKey, dim, name);
  if (known !== undefined) {
    const images = Float64Array.from(store.readEmbeddedImages(encoderKey), ({ contentKey }) => contentKey);
    if (isEnough(columnsOf(known.contentKeys, images), known.contentKeys.length)) return;
  }
  await keepCodes(store, encoderKey, name, await makeCodes(store, encoderKey, dim));
}

/** Undefined where the index can't be written, so that nothing can be kept of it either. */
export function nameOf(store: VectorStore, encoderKey: number): string | undefined {
  try {
    return store.vectorsName(encoderKey);
  } catch (error) {
    if (error instanceof LikenessError) return undefined;
    throw error;
  }
}

/** Images without a code that a search compares one by one. */
const MOST_MISSING = 500;

/**
 * For each image the column of its content, −1 where it has none.
 *
 * @param columns the contents of the columns, ascending
 * @param images their contents
 */
export function columnsOf(columns: Float64Array, images: Float64Array): Int32Array {
  const columnOf = new Int32Array(images.length).fill(-1);
  for (let image = 0; image < images.length; image++) {
    const key = images[image]!;
    let [low, high] = [0, columns.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (columns[middle]! < key) low = middle + 1;
      else high = middle;
    }
    if (columns[low] === key) columnOf[image] = low;
  }
  return columnOf;
}

/**
 * Whether so few images lack a column, and so few columns an image, that making all codes anew would cost more than it saves.
 *
 * @param contents that have a column
 */
export function isEnough(columns: Int32Array, contents: number): boolean {
  const missing = columns.reduce((count, column) => count + Number(column < 0), 0);
  return missing <= MOST_MISSING && contents <= 2 * columns.length + MOST_MISSING;
}

/** Files of encoders that the index doesn't have any more. */
async function removeOrphans(store: VectorStore): Promise<void> {
  const folder = dirname(store.location);
  const keys = new Set(store.readEncoders().map(({ key }) => key));
  for (const name of await readdir(folder)) {
    const key = FILE.exec(basename(name))?.[1];
    if (key !== undefined && !keys.has(Number(key))) await rm(join(folder, name), { force: true });
  }
}
