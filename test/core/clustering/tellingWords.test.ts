import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesByWords } from '../../../src/core/clustering/tellingWords.ts';

test('groups of texts are named by the words that only they have, in the order in which they have them', () => {
  const texts = [
    'A black cat on a sofa.',
    'a cat sleeps on the SOFA',
    'two dogs run in a park',
    'a dog in the park',
    'one dog, one park',
    undefined,
    'a bird',
  ];
  assert.deepEqual(namesByWords([[0, 1], [2, 3, 4, 5], [5], []], texts), ['black cat sofa', 'dog dogs park', '', '']);
});

test('words that all texts have name nothing, and no spaces are needed between words', () => {
  assert.deepEqual(namesByWords([[0, 1]], ['a photo', 'a photo']), ['']);
  const texts = ['一只黑猫在沙发上', '猫在沙发上睡觉', '公园里的狗', '狗在公园里跑'];
  const [cats, dogs] = namesByWords(
    [
      [0, 1],
      [2, 3],
    ],
    texts,
  );
  assert.match(cats!, /沙发/);
  assert.match(dogs!, /公园/);
});
