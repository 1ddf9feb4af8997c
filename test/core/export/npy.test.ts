import assert from 'node:assert/strict';
import { it } from 'node:test';
import { littleEndian, npyHeader } from '../../../src/core/export/npy.ts';
import { readNpy } from './readNpy.ts';

it('a header of NPY is read by its specification, for any number of digits', () => {
  for (const [rows, columns] of [
    [0, 1],
    [7, 3],
    [123_456_789, 2048],
    [99_999_999_999, 100_000],
  ] as const) {
    const header = npyHeader(rows, columns);
    assert.equal(header.length % 64, 0);
    const { shape: read, data } = readNpy(header);
    assert.deepEqual(read, [rows, columns]);
    assert.equal(data.length, 0);
  }
});

it('values are little-endian whatever the machine', () => {
  assert.deepEqual([...littleEndian(Float32Array.of(1, -2))], [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
});
