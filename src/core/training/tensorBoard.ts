/**
 * Event files for TensorBoard: records as in TFRecord files (https://www.tensorflow.org/tutorials/load_data/tfrecord),
 * each an `Event` of https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto in the
 * wire format of https://protobuf.dev/programming-guides/encoding/. A file only ever grows.
 */

const CASTAGNOLI_REVERSED = 0x82f63b78;
const CRC_MASK_DELTA = 0xa282ead8;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI_REVERSED : crc >>> 1;
  return crc;
});

/** CRC-32C (Castagnoli), RFC 3720, as an unsigned integer. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Checksums in records are masked, since the data may hold checksums itself. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + CRC_MASK_DELTA) >>> 0;
}

/** What TensorBoard finds as an event file. @param wallTime seconds since 1970 */
export function eventFileName(wallTime: number, suffix: string): string {
  return `events.out.tfevents.${Math.floor(wallTime).toString().padStart(10, '0')}.${suffix}`;
}

/** The record a file begins with. @param wallTime seconds since 1970 */
export function eventFileHeader(wallTime: number): Uint8Array<ArrayBuffer> {
  return record([...eventStart(wallTime, 0), ...lengthDelimited(3, utf8('brain.Event:2'))]);
}

/**
 * Tells that a run was taken up again: what other files say of this step and later ones is void.
 *
 * @param wallTime seconds since 1970
 * @param step the first that is done again
 */
export function restartRecord(wallTime: number, step: number): Uint8Array<ArrayBuffer> {
  // `session_log { status: START }`
  return record([...eventStart(wallTime, step), ...lengthDelimited(7, [...fieldTag(1, 0), 1])]);
}

/**
 * A record with one number per curve.
 *
 * @param wallTime seconds since 1970
 * @param step an integer from 0
 * @param scalars by tag; a slash in a tag groups curves, NaN and infinities are kept
 */
export function scalarRecord(
  wallTime: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const values = Object.entries(scalars).flatMap(([tag, value]) =>
    lengthDelimited(1, [...lengthDelimited(1, utf8(tag)), ...float32(2, value)]),
  );
  return record([...eventStart(wallTime, step), ...lengthDelimited(5, values)]);
}

/** Length as uint64, its checksum, the data, its checksum; all little-endian. */
function record(data: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(bytes.subarray(12, 12 + data.length)), true);
  return bytes;
}

/** `wall_time` and `step`; like any default value, a step of 0 isn't written. */
function eventStart(wallTime: number, step: number): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, wallTime, true);
  return [...fieldTag(1, 1), ...bytes, ...(step === 0 ? [] : [...fieldTag(2, 0), ...varint(step)])];
}

/** Wire types: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
function fieldTag(field: number, wireType: 0 | 1 | 2 | 5): number[] {
  return varint(field * 8 + wireType);
}

function float32(field: number, value: number): number[] {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [...fieldTag(field, 5), ...bytes];
}

function lengthDelimited(field: number, content: Iterable<number>): number[] {
  const bytes = [...content];
  return [...fieldTag(field, 2), ...varint(bytes.length), ...bytes];
}

/** Seven bits a byte, lowest first; divides, since shifts would cut integers to 32 bits. */
function varint(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
