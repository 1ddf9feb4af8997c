/**
 * The safetensors format: the length of the header as a 64-bit little-endian integer, a JSON header that gives each
 * tensor's type, shape and place, then the tensors' bytes. https://github.com/huggingface/safetensors#format
 *
 * Only `F32` is read and written. Every platform that this runs on is little-endian, as the format is.
 */

/** A tensor in row-major order; `data` has as many numbers as `shape` multiplies to, one where it is empty. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Texts that travel with the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/** The reference implementation refuses longer ones, so that a damaged length doesn't ask for all memory. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';

/**
 * The file in pieces, to be written one after another. The tensors' bytes are views of their data, so that a big file isn't
 * held twice: the data must not change until the pieces are written.
 */
export function safetensorsChunks({ tensors, metadata }: SafetensorsContent): Uint8Array[] {
  let offset = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    if (name === METADATA) throw new Error(`a tensor can't be called ${METADATA}`);
    if (elementsOf(shape) !== data.length) {
      throw new Error(`the tensor "${name}" has ${data.length} numbers and the shape [${shape.join(', ')}]`);
    }
    const begin = offset;
    offset += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }] as const;
  });
  // From entries, as a plain assignment to `__proto__` would be lost.
  const header = JSON.stringify(Object.fromEntries<unknown>([[METADATA, metadata], ...entries]));
  const text = new TextEncoder().encode(header);
  const padded = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  if (padded > MAX_HEADER_BYTES) throw new Error(`the header would take ${padded} bytes`);
  const head = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(text, LENGTH_BYTES);
  const views = [...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return [head, ...views];
}

/** The file as a whole. */
export function encodeSafetensors(content: SafetensorsContent): Uint8Array {
  const chunks = safetensorsChunks(content);
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Reads a file; the tensors' data are copies. Throws an `Error` that says what is wrong with it. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const { header, data } = splitFile(bytes);
  const metadata = metadataOf(header[METADATA]);
  const places = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => placeOf(name, entry, data.length));
  assertComplete(places, data.length);
  const tensors = places.map(({ name, shape, begin, end }) => {
    // Not `slice`, which is a view where the bytes are a Node buffer, and not aligned.
    const values = new Float32Array((end - begin) / Float32Array.BYTES_PER_ELEMENT);
    new Uint8Array(values.buffer).set(data.subarray(begin, end));
    return [name, { shape, data: values }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function splitFile(bytes: Uint8Array): { readonly header: Record<string, unknown>; readonly data: Uint8Array } {
  if (bytes.length < LENGTH_BYTES) throw new Error(`it has ${bytes.length} bytes, fewer than the length of a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > MAX_HEADER_BYTES) throw new Error(`its header would have ${headerBytes.toString()} bytes`);
  const dataStart = LENGTH_BYTES + Number(headerBytes);
  if (dataStart > bytes.length) throw new Error('it ends within its header');
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart));
  if (!isRecord(header)) throw new Error('its header is not a JSON object');
  return { header, data: bytes.subarray(dataStart) };
}

function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown;
  } catch {
    throw new Error('its header is not JSON');
  }
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw new Error(`its ${METADATA} is not an object of texts`);
  }
  return value as Record<string, string>;
}

function placeOf(name: string, entry: unknown, dataBytes: number): Place {
  if (!isRecord(entry)) throw new Error(`the entry of "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32') throw new Error(`the tensor "${name}" is of type ${JSON.stringify(dtype)}, only F32 is read`);
  if (!isCounts(shape)) throw new Error(`the shape of "${name}" is not a list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new Error(`the data_offsets of "${name}" are not two numbers`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw new Error(`the tensor "${name}" ends before it begins`);
  if (end > dataBytes) throw new Error(`it ends within the tensor "${name}", or earlier`);
  const elements = elementsOf(shape);
  if (end - begin !== elements * Float32Array.BYTES_PER_ELEMENT) {
    throw new Error(`the tensor "${name}" has ${end - begin} bytes and the shape [${shape.join(', ')}]`);
  }
  return { name, shape, begin, end };
}

/** The format allows neither gaps nor overlaps: every byte belongs to exactly one tensor. */
function assertComplete(places: readonly Place[], dataBytes: number): void {
  const sorted = places.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of sorted) {
    if (begin < covered) throw new Error(`the tensor "${name}" overlaps another one`);
    if (begin > covered) throw new Error(`the ${begin - covered} bytes before the tensor "${name}" belong to none`);
    covered = end;
  }
  if (covered !== dataBytes) throw new Error(`the last ${dataBytes - covered} bytes belong to no tensor`);
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
