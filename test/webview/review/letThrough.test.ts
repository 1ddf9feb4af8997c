import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signal } from '@preact/signals';
import { letThroughOf } from '../../../webview/review/letThrough.ts';

/** A host that answers when it is told to. */
function fixture() {
  const [filter, version, decisions] = [signal(''), signal<number | undefined>(1), signal(0)];
  const asked: string[] = [];
  const waiting: { resolve: (found: readonly string[] | string) => void; reject: (error: Error) => void }[] = [];
  const found = letThroughOf({ filter, version, decisions }, (text) => {
    asked.push(text);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const answer = async (ids: readonly string[] | string) => {
    waiting.shift()!.resolve(ids);
    await settled();
  };
  const fail = async (error: Error) => {
    waiting.shift()!.reject(error);
    await settled();
  };
  const ids = () => (typeof found.value === 'object' ? [...found.value] : found.value);
  return { filter, version, decisions, asked, answer, fail, ids };
}

describe('what a filter of the review lets through', () => {
  it('is not known before the host has answered, nor by what it answered to another filter or of another check', async () => {
    const { filter, version, asked, answer, ids } = fixture();
    filter.value = 'class:cat';
    assert.equal(ids(), undefined);
    await answer(['f1', 'f2']);
    assert.deepEqual(ids(), ['f1', 'f2']);
    filter.value = 'class:dog';
    assert.equal(ids(), undefined);
    filter.value = 'class:cow';
    await answer(['f3']);
    assert.equal(ids(), undefined, 'the answer is about the dog');
    await answer(['f4']);
    assert.deepEqual(ids(), ['f4']);
    version.value = 2;
    assert.equal(ids(), undefined);
    await answer(['f5']);
    assert.deepEqual([ids(), asked], [['f5'], ['class:cat', 'class:dog', 'class:cow', 'class:cow']]);
  });

  it('is asked anew after decisions, once for those that come while the host answers', async () => {
    const { filter, decisions, asked, answer, ids } = fixture();
    filter.value = '-tag:done';
    await answer(['f1', 'f2']);
    for (let i = 0; i < 5; i++) decisions.value++;
    assert.deepEqual(ids(), ['f1', 'f2'], 'what is listed stays until then');
    await answer(['f1', 'f2']);
    await answer(['f2']);
    assert.deepEqual([ids(), asked.length], [['f2'], 3]);
  });

  it('is a sentence where the host cannot tell, or fails, and can be asked for again', async () => {
    const { filter, answer, fail, ids } = fixture();
    filter.value = 'colour:red';
    await answer('“colour” is no field.');
    assert.equal(ids(), '“colour” is no field.');
    filter.value = 'class:cat';
    await fail(new Error('The engine has stopped.'));
    assert.equal(ids(), 'The engine has stopped.');
    filter.value = '';
    filter.value = 'class:cat';
    await answer(['f1']);
    assert.deepEqual(ids(), ['f1']);
  });
});
