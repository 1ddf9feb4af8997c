import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellingWord } from '../../../src/core/clustering/tellingWord.ts';

test('a word says something where a class isn’t called so already', () => {
  assert.equal(tellingWord('n02123045', 'cat'), 'cat');
  assert.equal(tellingWord('7', 'shoe, bag'), 'shoe, bag');
  assert.equal(tellingWord('catalogue', 'cat'), 'cat');
  for (const [name, word] of [
    ['Cat', 'cat'],
    ['tabby_cat', 'cat'],
    ['cat', 'tabby cat'],
    ['traffic-light', 'traffic light'],
    ['7', ''],
    ['кошка', 'Кошка'],
  ] as const) {
    assert.equal(tellingWord(name, word), undefined, name);
  }
});
