import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataType } from '../../../src/core/onnx/model.ts';
import {
  floatTensor,
  integerTensor,
  numbersOfTensor,
  numericTensor,
  type NumericType,
} from '../../../src/core/onnx/tensors.ts';

const samples: Readonly<Record<NumericType, readonly number[]>> = {
  float32: [0.5, -3, 2 ** 40],
  float64: [0.1, -1e300],
  float16: [0.25, -65504, 2 ** -24],
  int64: [2 ** 53, -(2 ** 53), -1],
  uint64: [2 ** 53, 0],
  int32: [2 ** 31 - 1, -(2 ** 31)],
  uint32: [2 ** 32 - 1, 0],
  int16: [32767, -32768],
  uint16: [65535, 0],
  int8: [127, -128],
  uint8: [255, 0],
  bool: [1, 0],
};

for (const [type, values] of Object.entries(samples) as [NumericType, readonly number[]][]) {
  test(`numbers of type ${type} are written and read`, () => {
    const tensor = numericTensor(type, [values.length], values);
    assert.equal(tensor.dataType, DataType[type]);
    assert.deepEqual([...numbersOfTensor(tensor)!], values);
    // Bytes may begin anywhere in a file.
    const shifted = new Uint8Array(tensor.rawData!.length + 1);
    shifted.set(tensor.rawData!, 1);
    assert.deepEqual([...numbersOfTensor({ ...tensor, rawData: shifted.subarray(1) })!], values);
  });
}

test('the ends of the 64-bit integers stay at their end', () => {
  const { rawData } = integerTensor([2 ** 63, -(2 ** 63)]);
  const view = new DataView(rawData!.buffer);
  assert.deepEqual([view.getBigInt64(0, true), view.getBigInt64(8, true)], [2n ** 63n - 1n, -(2n ** 63n)]);
});

test('numbers in typed fields are read, half precision as bits', () => {
  const { rawData: _, ...bare } = floatTensor([], [2]);
  assert.deepEqual([...numbersOfTensor({ ...bare, floatData: [1, 2] })!], [1, 2]);
  const half = { ...bare, dataType: DataType.float16, int32Data: [0x3c00, 0xc000] };
  assert.deepEqual([...numbersOfTensor(half)!], [1, -2]);
});

test('texts and values in other files are no numbers', () => {
  const tensor = floatTensor([1], [1]);
  assert.equal(numbersOfTensor({ ...tensor, dataType: DataType.string }), undefined);
  assert.equal(numbersOfTensor({ ...tensor, externalData: [{ key: 'location', value: 'x' }] }), undefined);
});
