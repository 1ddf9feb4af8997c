import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';

test('products in plain arithmetic follow the definition and keep the type', async () => {
  const held = await plainProducts.hold(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 2);
  const transposed = await held.timesTransposed(Float32Array.of(1, -1, 0.5, 2), 2);
  assert.deepEqual(transposed, Float32Array.of(-1, -1, -1, 4.5, 9.5, 14.5));
  assert.deepEqual(await held.times(Float32Array.of(1, 0, -1), 1), Float32Array.of(-4, -4));
  const double = await plainProducts.hold(Float64Array.of(0.1), 1, 1);
  assert.deepEqual(await double.times(Float64Array.of(3), 1), Float64Array.of(0.1 * 3));
  const values = Float64Array.of(1, 2);
  const copy = double.convert(values);
  assert.deepEqual(copy, values);
  assert.notEqual(copy.buffer, values.buffer);
});
