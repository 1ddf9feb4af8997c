import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centredRows } from '../../../src/core/linearAlgebra/centredRows.ts';

test('rows lose their mean and have length 1 again; what is the mean stays zero', () => {
  const rows = Float32Array.of(3, 0, 1, 4, 2, 2);
  assert.equal(centredRows(rows, 2), rows);
  // The mean is (2, 2).
  const expected = [1 / Math.sqrt(5), -2 / Math.sqrt(5), -1 / Math.sqrt(5), 2 / Math.sqrt(5), 0, 0];
  rows.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${i}: ${value}`);
  });
  assert.deepEqual(centredRows(new Float32Array(), 4), new Float32Array());
});
