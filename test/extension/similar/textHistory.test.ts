import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextHistory } from '../../../src/extension/similar/textHistory.ts';

const inImages = (line: string) => ({ line, captions: false });

test('the last search comes first, and each comes once', () => {
  const history = new TextHistory(['a cat', 'a dog']);
  assert.deepEqual(history.add(inImages('a dog')), [inImages('a dog'), inImages('a cat')]);
  assert.deepEqual(history.add(inImages('a car')), ['a car', 'a dog', 'a cat'].map(inImages));
  assert.deepEqual(history.searched, ['a car', 'a dog', 'a cat'].map(inImages));
});

test('the same words are another search in captions', () => {
  const history = new TextHistory(['a cat']);
  const kept = history.add({ line: 'a cat', captions: true });
  assert.deepEqual(kept, [{ line: 'a cat', captions: true }, inImages('a cat')]);
  assert.deepEqual(new TextHistory(kept).searched, kept);
});

test('old searches are forgotten in the end', () => {
  const history = new TextHistory([]);
  for (let i = 0; i < 100; i++) history.add(inImages(`${i}`));
  assert.equal(history.searched.length, 30);
  assert.equal(history.searched[0]?.line, '99');
});
