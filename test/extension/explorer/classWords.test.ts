import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClassWords } from '../../../src/extension/explorer/classWords.ts';
import type { Row } from '../../../src/extension/explorer/treeModel.ts';

const row = { id: 'cats', label: 'cats', folder: '/data', tooltip: 'cats: 7 images' } as Row;
const ofClass: Row = { ...row, ofClass: 'cats' };

/** An engine that answers in turn, with the last answer from then on. */
function answering(...answers: (Readonly<Record<string, string>> | Error)[]) {
  const calls: unknown[] = [];
  const call = (_: string, { root }: { readonly root: string }) => {
    calls.push(root);
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { words: new ClassWords({ call }), calls };
}

test('rows of classes say the nearest word once they are pointed at, and others are left as they are', async () => {
  const { words, calls } = answering({ cats: 'tabby' });
  const item = { tooltip: undefined };
  assert.deepEqual(await words.resolved(item, row), { tooltip: undefined });
  assert.deepEqual(calls, []);
  assert.deepEqual(await words.resolved({}, ofClass), { tooltip: 'cats: 7 images\nNearest word: tabby' });
  await words.resolved({}, ofClass);
  assert.deepEqual(calls, ['/data']);
  assert.deepEqual([words.forget(), words.forget()], [true, false], 'rows that were told are to be told again');
  await words.resolved({}, ofClass);
  assert.equal(calls.length, 2);
});

test('where there were no words, or none could be had, they are asked for again', async () => {
  const { words, calls } = answering({}, new Error('busy'), { cats: 'tabby' });
  assert.deepEqual(await Promise.all([words.of('/data'), words.of('/data')]), [{}, {}]);
  assert.equal(calls.length, 1);
  assert.deepEqual(await words.resolved({}, ofClass), { tooltip: 'cats: 7 images' });
  assert.deepEqual(await words.of('/data'), { cats: 'tabby' });
  await words.of('/data');
  assert.equal(calls.length, 3);
});
