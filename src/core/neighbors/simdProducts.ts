/**
 * Products of vectors by the processor's vector unit: six times as fast as the same loop in JavaScript, which has no way to
 * ask for it. A function of a dozen instructions in WebAssembly, written out below, since a tool chain for that would weigh
 * more than it.
 */

/** Numbers that one turn of the loop takes; vectors are padded with zeros to a multiple of it. */
const STEP = 8;
const PAGE = 65_536;
/** 2 GiB: the most pages that the module says its memory may have. */
const MOST_PAGES = 32_768;

/** What is used of WebAssembly, whose types come with those of a browser only. */
interface WebAssemblyApi {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => WebAssemblyMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly host: { readonly memory: WebAssemblyMemory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}
export interface WebAssemblyMemory {
  readonly buffer: SharedArrayBuffer;
}
const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

/** Vectors in memory that threads share. */
export interface SharedVectors {
  readonly memory: WebAssemblyMemory;
  readonly rows: number;
  /** Numbers from the beginning of one vector to that of the next. */
  readonly stride: number;
}

/** Whether so many vectors fit. */
export function fitsSharedVectors(rows: number, dim: number): boolean {
  return rows * strideOf(dim) * Float32Array.BYTES_PER_ELEMENT <= MOST_PAGES * PAGE;
}

/** The memories that `shareableMatrix` gave matrices of. */
const memories = new WeakMap<object, WebAssemblyMemory>();

/**
 * Zeros, `rows × dim`, which `shareVectors` takes as they lie once they are filled: a second copy of many vectors would be half
 * of all memory. An ordinary matrix where vectors of that length are padded, or don't fit.
 */
export function shareableMatrix(rows: number, dim: number): Float32Array {
  if (strideOf(dim) !== dim || !fitsSharedVectors(rows, dim)) return new Float32Array(rows * dim);
  const memory = memoryFor(rows, dim);
  memories.set(memory.buffer, memory);
  return new Float32Array(memory.buffer, 0, rows * dim);
}

/** Copies `rows × dim` numbers, unless they are a whole `shareableMatrix`. Throws a RangeError where they don't fit. */
export function shareVectors(vectors: Float32Array, rows: number, dim: number): SharedVectors {
  const stride = strideOf(dim);
  const own = memories.get(vectors.buffer);
  if (own !== undefined && stride === dim && vectors.byteOffset === 0) return { memory: own, rows, stride };
  const memory = memoryFor(rows, stride);
  const values = new Float32Array(memory.buffer);
  for (let row = 0; row < rows; row++) values.set(vectors.subarray(row * dim, (row + 1) * dim), row * stride);
  return { memory, rows, stride };
}

/** What multiplies two of the vectors, on whichever thread. */
export function productsOf({ memory, stride }: SharedVectors): (row: number, other: number) => number {
  const module = new Module(moduleBytes());
  const { exports } = new Instance(module, { host: { memory } });
  const multiply = exports['product'] as (a: number, b: number, bytes: number) => number;
  const bytes = stride * Float32Array.BYTES_PER_ELEMENT;
  return (row, other) => multiply(row * bytes, other * bytes, bytes);
}

function memoryFor(rows: number, stride: number): WebAssemblyMemory {
  const pages = Math.max(1, Math.ceil((rows * stride * Float32Array.BYTES_PER_ELEMENT) / PAGE));
  return new Memory({ initial: pages, maximum: MOST_PAGES, shared: true });
}

function strideOf(dim: number): number {
  return Math.max(STEP, Math.ceil(dim / STEP) * STEP);
}

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const local = { get: 0x20, set: 0x21, tee: 0x22 } as const;
const I32_CONST = 0x41;
const I32_ADD = 0x6a;
const I32_LESS_UNSIGNED = 0x49;
const F32_ADD = 0x92;
const LOOP = [0x03, 0x40] as const;
const BRANCH_IF = [0x0d, 0] as const;
const END = 0x0b;
/** Followed by alignment and offset in bytes. */
const V128_LOAD = [0xfd, 0x00, 2] as const;
const F32X4_ADD = [0xfd, 0xe4, 0x01] as const;
const F32X4_MULTIPLY = [0xfd, 0xe6, 0x01] as const;
/** Followed by the lane. */
const F32X4_LANE = [0xfd, 0x1f] as const;

/**
 *     (func (export "product") (param $a i32) (param $b i32) (param $bytes i32) (result f32)
 *       (local $one v128) (local $two v128) (local $end i32)
 *       end = a + bytes
 *       do
 *         one += load(a) * load(b)
 *         two += load(a + 16) * load(b + 16)
 *         b += 32
 *         a += 32
 *       while a < end
 *       one += two
 *       return the sum of its four lanes)
 */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [a, b, bytes, one, two, end] = [0, 1, 2, 3, 4, 5];
  const sumUp = (sum: number, offset: number) => [
    ...[local.get, sum],
    ...[local.get, a, ...V128_LOAD, offset],
    ...[local.get, b, ...V128_LOAD, offset],
    ...F32X4_MULTIPLY,
    ...F32X4_ADD,
    ...[local.set, sum],
  ];
  const lane = (number: number) => [local.get, one, ...F32X4_LANE, number];
  const width = STEP * Float32Array.BYTES_PER_ELEMENT;
  const body = [
    ...[2, 2, V128, 1, I32],
    ...[local.get, a, local.get, bytes, I32_ADD, local.set, end],
    ...LOOP,
    ...sumUp(one, 0),
    ...sumUp(two, width / 2),
    ...[local.get, b, I32_CONST, width, I32_ADD, local.set, b],
    ...[local.get, a, I32_CONST, width, I32_ADD, local.tee, a],
    ...[local.get, end, I32_LESS_UNSIGNED, ...BRANCH_IF],
    END,
    ...[local.get, one, local.get, two, ...F32X4_ADD, local.set, one],
    ...[...lane(0), ...lane(1), F32_ADD, ...lane(2), F32_ADD, ...lane(3), F32_ADD],
    END,
  ];
  const text = (word: string) => [word.length, ...new TextEncoder().encode(word)];
  const section = (id: number, content: readonly number[]) => [id, ...lengthOf(content), ...content];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, I32, I32, 1, F32]),
    // A memory that is shared (3), of one page at least.
    ...section(2, [1, ...text('host'), ...text('memory'), 2, 3, 1, ...unsigned(MOST_PAGES)]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('product'), 0, 0]),
    ...section(10, [1, ...lengthOf(body), ...body]),
  ]);
}

function lengthOf(content: readonly number[]): number[] {
  return unsigned(content.length);
}

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
