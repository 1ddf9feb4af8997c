import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedQueue } from '../../../src/engine/jobs/keyedQueue.ts';

describe('KeyedQueue', () => {
  it('runs the jobs of one key in order, also after one failed, and other keys meanwhile', async () => {
    const queue = new KeyedQueue();
    const events: string[] = [];
    const job = (name: string, ms: number) => async () => {
      events.push(`${name} starts`);
      await sleep(ms);
      events.push(`${name} ends`);
      if (name === 'a1') throw new Error('broken');
    };
    const results = await Promise.allSettled([
      queue.run('a', job('a1', 20)),
      queue.run('a', job('a2', 1)),
      queue.run('b', job('b1', 1)),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
    assert.ok(events.indexOf('a2 starts') > events.indexOf('a1 ends'));
    assert.ok(events.indexOf('b1 ends') < events.indexOf('a1 ends'));
    assert.equal(queue.isBusy('a'), false);
  });
});
