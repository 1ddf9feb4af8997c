import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextHistory } from '../../../src/extension/similar/textHistory.ts';

test('the last search comes first, and each comes once', () => {
  const history = new TextHistory(['a cat', 'a dog']);
  assert.deepEqual(history.add('a dog'), ['a dog', 'a cat']);
  assert.deepEqual(history.add('a car'), ['a car', 'a dog', 'a cat']);
  assert.deepEqual(history.lines, ['a car', 'a dog', 'a cat']);
});

test('old searches are forgotten in the end', () => {
  const history = new TextHistory([]);
  for (let i = 0; i < 100; i++) history.add(`${i}`);
  assert.equal(history.lines.length, 30);
  assert.equal(history.lines[0], '99');
});
