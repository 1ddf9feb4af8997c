import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthChoices, pretrainChoices } from '../../../src/extension/training/pretrainCosts.ts';
import { NEW_NETWORK, pretrainStarts } from '../../../src/extension/training/pretrainStarts.ts';
import { cardExample, runExample } from './runExamples.ts';

test('pretraining starts with a new network, or goes on with an encoder, the newest first and those of others last', () => {
  assert.deepEqual(pretrainStarts([], []), [NEW_NETWORK]);
  const cards = [
    cardExample({ id: 'mobilenet', source: '/models/mobilenet.onnx' }),
    cardExample({ id: 'further', source: 'run further', ofOthers: true }),
    cardExample({ id: 'old', source: 'run old' }),
    cardExample({ id: 'new', source: 'run new' }),
  ];
  const runs = ['further', 'old', 'new'].map((encoder, startedAt) => runExample({ encoder, startedAt }));
  assert.deepEqual(
    pretrainStarts(cards, runs).map(({ value, isImported }) => [value, isImported]),
    [
      ['scratch', false],
      ['new', false],
      ['old', false],
      ['further', true],
      ['mobilenet', true],
    ],
  );
});

test('what others have made goes on for fewer epochs', () => {
  assert.equal(lengthChoices(false), pretrainChoices);
  assert.deepEqual(
    lengthChoices(true).map(({ title, epochs }) => `${title}: ${epochs}`),
    ['Quick: 4', 'Standard: 20', 'Thorough: 80'],
  );
});
