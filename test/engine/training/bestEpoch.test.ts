import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BestEpoch } from '../../../src/engine/training/bestEpoch.ts';

const NAMES = new Set(['weights']);
const state = (value: number) =>
  new Map([
    ['weights', Float32Array.of(value)],
    ['moments', Float32Array.of(9)],
  ]);
const weightsOf = (best: BestEpoch) => best.state?.get('weights')?.[0];

test('what a checkpoint holds goes with its score, whatever was measured after it was written', () => {
  const first = new BestEpoch({ state: new Map() });
  first.offer(0, { score: 0.1 }, state(0), NAMES);
  const checkpoint = first.kept();
  // Measured before the process was killed, and not in the checkpoint.
  first.offer(1, { score: 0.7 }, state(1), NAMES);
  assert.deepEqual([first.epoch, weightsOf(first)], [1, 1]);

  const resumed = new BestEpoch({ state: checkpoint });
  assert.deepEqual([resumed.epoch, resumed.score, weightsOf(resumed)], [0, Math.fround(0.1), 0]);
  resumed.offer(0, { score: 0.1 }, state(5), NAMES);
  assert.equal(weightsOf(resumed), 0, 'the same epoch is no better the second time');
  resumed.offer(1, { score: 0.7 }, state(1), NAMES);
  assert.deepEqual([resumed.epoch, weightsOf(resumed), resumed.state!.has('moments')], [1, 1, false]);
  assert.ok(resumed.isPast(4, 3) && !resumed.isPast(3, 3) && !resumed.isPast(100, 0));
});

test('nothing is best before anything was offered', () => {
  const none = new BestEpoch({ state: state(1) });
  assert.deepEqual([none.state, none.kept().size, none.isPast(50, 1)], [undefined, 0, false]);
});

test('the beginning gives way to what is as good and surer, a later epoch to nothing but what is better', () => {
  const best = new BestEpoch({ state: new Map() });
  best.offer(0, { score: 0.6, loss: 1.2 }, state(0), NAMES);
  best.offer(1, { score: 0.6, loss: 1.3 }, state(1), NAMES);
  assert.equal(best.epoch, 0);
  best.offer(2, { score: 0.6, loss: 1.1 }, state(2), NAMES);
  best.offer(3, { score: 0.6, loss: 0.5 }, state(3), NAMES);
  assert.deepEqual([best.epoch, weightsOf(best)], [2, 2]);
});
