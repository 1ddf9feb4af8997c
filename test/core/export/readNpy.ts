import assert from 'node:assert/strict';

/** Reads a file of NPY 1.0 with float32 by the specification, independently of what writes it. */
export function readNpy(bytes: Uint8Array): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const buffer = Buffer.from(bytes);
  assert.equal(buffer.subarray(0, 6).toString('latin1'), '\x93NUMPY');
  assert.deepEqual([buffer[6], buffer[7]], [1, 0]);
  const end = 10 + buffer.readUInt16LE(8);
  assert.equal(end % 64, 0, 'the data is aligned');
  const header = buffer.subarray(10, end).toString('latin1');
  const [, order, shape] =
    /^\{'descr': '<f4', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \} *\n$/.exec(header) ?? [];
  assert.equal(order, 'False', header);
  const values = buffer.subarray(end);
  return {
    shape: shape!.split(',').map(Number),
    data: Float32Array.from({ length: values.length / 4 }, (_, i) => values.readFloatLE(4 * i)),
  };
}
