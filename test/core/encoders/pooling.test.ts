import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poolOutput } from '../../../src/core/encoders/pooling.ts';
import type { EncoderOutput } from '../../../src/core/encoders/card.ts';

function pool(
  dims: readonly number[],
  data: readonly number[],
  pooling: EncoderOutput['pooling'],
  dim: number,
  options: { readonly layout?: 'NCHW' | 'NHWC'; readonly count?: number } = {},
) {
  const { layout = 'NCHW', count = dims[0]! } = options;
  const vectors = new Float32Array(count * dim);
  const card = { output: { name: 'out', pooling, dim }, layout };
  const invalid = poolOutput({ dims, data }, dims[0]!, count, card, vectors);
  return { vectors: [...vectors].map((value) => Number(value.toFixed(6))), invalid };
}

test('normalises plain rows', () => {
  const { vectors } = pool([2, 2], [3, 4, 0, -2], 'none', 2);
  assert.deepEqual(vectors, [0.6, 0.8, 0, -1]);
});

test('takes [N, D, 1, 1] as plain rows', () => {
  assert.deepEqual(pool([1, 2, 1, 1], [3, 4], 'none', 2).vectors, [0.6, 0.8]);
});

test('averages feature maps over space, channels first or last', () => {
  // Means 3 and 4.
  assert.deepEqual(pool([1, 2, 1, 2], [2, 4, 3, 5], 'gap', 2).vectors, [0.6, 0.8]);
  assert.deepEqual(pool([1, 2, 2, 2], [2, 3, 4, 5, 2, 3, 4, 5], 'gap', 2, { layout: 'NHWC' }).vectors, [0.6, 0.8]);
});

test('tells channels-last feature maps by their square shape, whatever the input', () => {
  const map = [3, 4, 0, 3, 4, 0, 3, 4, 0, 3, 4, 0];
  assert.deepEqual(pool([1, 2, 2, 3], map, 'gap', 3, { layout: 'NCHW' }).vectors, [0.6, 0.8, 0]);
});

test('takes the first token, or the mean of all', () => {
  const tokens = [3, 4, 100, 0];
  assert.deepEqual(pool([1, 2, 2], tokens, 'cls', 2).vectors, [0.6, 0.8]);
  assert.deepEqual(pool([1, 2, 2], [1, 2, 5, 6], 'mean', 2).vectors, [0.6, 0.8]);
});

test('leaves out the images that only fill the batch up', () => {
  assert.deepEqual(pool([3, 2], [3, 4, 0, 5, 9, 9], 'none', 2, { count: 2 }).vectors, [0.6, 0.8, 0, 1]);
});

test('lists rows that are zero, NaN or infinite and leaves them zero', () => {
  const { vectors, invalid } = pool([4, 2], [0, 0, NaN, 1, Infinity, 1, 0, 7], 'none', 2);
  assert.deepEqual(invalid, [0, 1, 2]);
  assert.deepEqual(vectors, [0, 0, 0, 0, 0, 0, 0, 1]);
});

test('keeps very large and very small numbers', () => {
  assert.deepEqual(pool([2, 2], [3e37, 4e37, 3e-38, 4e-38], 'none', 2).vectors, [0.6, 0.8, 0.6, 0.8]);
});

test('refuses a shape that does not fit the card', () => {
  assert.throws(() => pool([2, 3], [1, 2, 3, 4, 5, 6], 'none', 2), /"out" has the shape \[2, 3\] for 2 images/);
  assert.throws(() => pool([1, 2, 2], [1, 2, 3, 4], 'gap', 2), /expected 2 numbers each/);
});
