import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessonChoices, settingsOfStudent, teachersInOrder } from '../../../src/extension/training/distillChoices.ts';
import { cardExample, runExample } from './runExamples.ts';

test('the newest fine-tuned encoder is the likeliest teacher, then the one in use, then other trained ones', () => {
  const cards = ['handcrafted', 'pixels', 'imported', 'pretrained', 'old', 'tuned'].map((id) =>
    cardExample({ id, source: ['handcrafted', 'pixels'].includes(id) ? 'built-in' : 'somewhere' }),
  );
  const runs = [
    runExample({ encoder: 'old', kind: 'finetune', startedAt: 1 }),
    runExample({ encoder: 'tuned', kind: 'finetune', startedAt: 2 }),
    runExample({ encoder: 'pretrained', startedAt: 3 }),
  ];
  assert.deepEqual(
    teachersInOrder(cards, runs, 'imported').map(({ id }) => id),
    ['tuned', 'imported', 'pretrained', 'old', 'handcrafted', 'pixels'],
  );
});

test('classes are taught by those that may know some', () => {
  assert.deepEqual(
    lessonChoices(false).map(({ value }) => value),
    ['auto', 'similarities', 'embeddings'],
  );
  assert.ok(lessonChoices(true).some(({ value }) => value === 'classes'));
});

test('what is left to the engine is left out of the settings', () => {
  const answers = { teacher: 'tuned', network: 'resnet10-light', size: 32, lesson: 'auto', epochs: 0 } as const;
  assert.deepEqual(settingsOfStudent(answers), { teacher: 'tuned', network: 'resnet10-light', size: 32 });
  assert.deepEqual(settingsOfStudent({ ...answers, lesson: 'embeddings', epochs: 9 }), {
    ...{ teacher: 'tuned', network: 'resnet10-light', size: 32, lesson: 'embeddings', epochs: 9 },
  });
});
