/**
 * NumPy's file format, version 1.0: `\x93NUMPY`, the version, the length of the header as a little-endian uint16, and
 * the header, a Python dictionary padded with spaces and ended by a line feed so that the data begins at a multiple of
 * 64 bytes. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0] as const;
const ALIGNMENT = 64;

/** What stands before the little-endian float32 values of a matrix, row by row. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const prefix = MAGIC.length + 2;
  const size = Math.ceil((prefix + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(size).fill(0x20);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint16(MAGIC.length, size - prefix, true);
  for (let i = 0; i < text.length; i++) bytes[prefix + i] = text.charCodeAt(i);
  bytes[size - 1] = 0x0a;
  return bytes;
}

/** Values as little-endian float32, whatever the machine's own order. */
export function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return bytes;
}
