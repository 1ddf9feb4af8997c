import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usualWords } from '../../../src/core/clustering/usualWords.ts';
import { isMeaningless, wordNames, type GroupSample } from '../../../src/core/clustering/wordNames.ts';

const DIM = 4;

function unit(...values: number[]): number[] {
  return values.map((value) => value / Math.hypot(...values));
}

const group = (size: number, ...rows: readonly number[][]): GroupSample => ({
  size,
  vectors: Float32Array.from(rows.flat()),
});

/** The last number is what all images have and no word: the gap between them. The first word is near to everything. */
const words = {
  names: ['picture', 'red', 'blue', 'large'],
  vectors: Float32Array.from([
    ...unit(0.6, 0.6, 0, 0.5),
    ...unit(1, 0, 0, 0),
    ...unit(0, 1, 0, 0),
    ...unit(0, 0, 1, 0),
  ]),
};
const red = unit(0.5, 0.1, 0, 3);
const blue = unit(0.1, 0.5, 0, 3);
const largeRed = unit(0.5, 0.1, 0.3, 3);

test('groups are named by what tells them from all images', () => {
  assert.deepEqual(wordNames([group(10, red, red), group(10, blue)], words, DIM), ['red', 'blue']);
});

test('groups of one word are told apart by their second one', () => {
  const names = wordNames([group(5, red), group(5, largeRed), group(20, blue)], words, DIM);
  assert.deepEqual(names, ['red, picture', 'red, large', 'blue']);
  const twice = wordNames([group(5, red), group(5, red), group(20, blue)], words, DIM);
  assert.equal(twice[0], twice[1]);
  assert.match(twice[0]!, /^red, \w+$/);
});

test('one group alone goes by its own mean, and one without images by nothing', () => {
  assert.deepEqual(wordNames([group(3, unit(0, 0, 1, 0)), group(0)], words, DIM), ['large', '']);
});

test('numbers and codes are no names', () => {
  for (const name of ['7', '012', 'class_3', 'Cluster 12', 'label-4', 'n02123045'])
    assert.ok(isMeaningless(name), name);
  for (const name of ['cat', 'boeing 747-400', 'cat 2', 'red + blue', 'Route 66 sign', ''])
    assert.ok(!isMeaningless(name), name);
});

test('the usual words are different ones', () => {
  assert.equal(new Set(usualWords).size, usualWords.length);
  assert.ok(usualWords.length >= 150 && usualWords.every((word) => word === word.trim() && word !== ''));
});
