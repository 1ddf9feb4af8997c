import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { untilAborted } from '../../../src/engine/jobs/untilAborted.ts';

test('a work is waited for until it is done, or nobody wants it any more', async () => {
  const { signal } = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(7), signal), 7);
  await assert.rejects(untilAborted(Promise.reject(new Error('broken')), signal), /broken/);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  const stopping = new AbortController();
  const waiting = untilAborted(new Promise(() => undefined), stopping.signal);
  stopping.abort();
  await assert.rejects(waiting, { code: ErrorCode.Cancelled });
  await assert.rejects(untilAborted(Promise.resolve(7), stopping.signal), { code: ErrorCode.Cancelled });
});
