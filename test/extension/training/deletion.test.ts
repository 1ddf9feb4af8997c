import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletionText } from '../../../src/extension/training/deletion.ts';
import { runExample } from './runExamples.ts';

test('a run with an encoder asks whether that goes too, and tells what is freed', () => {
  const { message, detail, answers } = deletionText(runExample(), 'handcrafted');
  assert.match(message, /resnet10 at 64 px/);
  assert.match(detail, /12\.3 MB/);
  assert.deepEqual(
    answers.map(({ encoder }) => encoder),
    [true, false],
  );
});

test('the encoder that the dataset uses is not offered', () => {
  const { detail, answers } = deletionText(runExample(), 'pets-1');
  assert.match(detail, /pets-1 stays/);
  assert.deepEqual(
    answers.map(({ encoder }) => encoder),
    [false],
  );
});

test('a run without one can no longer be resumed', () => {
  const { detail, answers } = deletionText(runExample({ encoder: undefined, state: 'stopped' }), 'pets-1');
  assert.match(detail, /no longer be resumed/);
  assert.deepEqual(answers, [{ title: 'Delete', encoder: false }]);
});
