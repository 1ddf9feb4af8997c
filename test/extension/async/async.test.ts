import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Debounced } from '../../../src/extension/async/debounce.ts';
import { Latest } from '../../../src/extension/async/latest.ts';
import { Throttled } from '../../../src/extension/async/throttle.ts';
import { WhenVisible } from '../../../src/extension/async/whenVisible.ts';

/** Counts calls, on a clock that the test moves. */
function withClock(context: { after: (done: () => void) => void }): { work: () => void; calls: () => number } {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => {
    mock.timers.reset();
  });
  let calls = 0;
  return { work: () => calls++, calls: () => calls };
}

test('a debounced function runs once, after the last trigger', (t) => {
  const { work, calls } = withClock(t);
  const debounced = new Debounced(100, work);
  debounced.trigger();
  mock.timers.tick(99);
  debounced.trigger();
  mock.timers.tick(99);
  assert.equal(calls(), 0);
  mock.timers.tick(1);
  assert.equal(calls(), 1);
});

test('a disposed debounced function never runs', (t) => {
  const { work, calls } = withClock(t);
  const debounced = new Debounced(100, work);
  debounced.trigger();
  debounced.dispose();
  mock.timers.tick(1000);
  assert.equal(calls(), 0);
});

test('a throttled function runs at once, at the interval while triggered, and once more for the last trigger', (t) => {
  const { work, calls } = withClock(t);
  const throttled = new Throttled(100, work);
  for (let time = 0; time < 250; time += 10) {
    throttled.trigger();
    mock.timers.tick(10);
  }
  assert.equal(calls(), 3);
  mock.timers.tick(100);
  assert.equal(calls(), 4);
  mock.timers.tick(1000);
  assert.equal(calls(), 4);
});

test('the newest run wins: the older one is aborted and its outcome is dropped', async () => {
  const latest = new Latest();
  let finishOld: (value: string) => void = () => undefined;
  let oldSignal: AbortSignal | undefined;
  const old = latest.run((signal) => {
    oldSignal = signal;
    return new Promise<string>((resolve) => (finishOld = resolve));
  });
  const failing = latest.run(() => Promise.reject(new Error('late failure of an aborted run')));
  const newest = latest.run(() => Promise.resolve('new'));
  finishOld('old');
  assert.equal(oldSignal?.aborted, true);
  assert.deepEqual(await Promise.all([old, failing, newest]), [undefined, undefined, 'new']);
});

test('a failure of the newest run is its own', async () => {
  await assert.rejects(
    new Latest().run(() => Promise.reject(new Error('broken'))),
    /broken/,
  );
});

test('work for what is hidden waits until it is seen, and is done once then', () => {
  let isVisible = false;
  let calls = 0;
  const work = new WhenVisible(
    () => isVisible,
    () => calls++,
  );
  work.look();
  work.trigger();
  work.trigger();
  assert.equal(calls, 0);
  isVisible = true;
  work.look();
  work.look();
  assert.equal(calls, 1);
  work.trigger();
  assert.equal(calls, 2);
});
