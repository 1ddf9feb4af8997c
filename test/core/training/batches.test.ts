import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchOrder, stepsPerEpoch } from '../../../src/core/training/batches.ts';
import { BatchTargets } from '../../../src/core/training/batchTargets.ts';
import { ntXentTargets, supervisedTargets } from '../../../src/core/training/losses/contrastiveLoss.ts';

describe('the order of batches', () => {
  test('an epoch holds every picture once, as far as batches are full', () => {
    const order = new BatchOrder(23, 5, 1);
    assert.equal(order.stepsPerEpoch, 4);
    for (const epoch of [0, 1, 7]) {
      const seen = [0, 1, 2, 3].flatMap((step) => {
        const batch = order.batch(epoch * 4 + step);
        assert.equal(batch.epoch, epoch);
        assert.equal(batch.samples.length, 5);
        return [...batch.samples];
      });
      assert.equal(new Set(seen).size, 20);
      assert.ok(seen.every((sample) => sample < 23));
    }
  });

  test('is a function of seed and step, whatever was asked for before', () => {
    const order = new BatchOrder(40, 8, 5);
    const late = order.batch(33);
    order.batch(2);
    assert.deepEqual(order.batch(33), late);
    assert.deepEqual(new BatchOrder(40, 8, 5).batch(33), late);
    assert.notDeepEqual(new BatchOrder(40, 8, 6).batch(33).samples, late.samples);
    assert.notDeepEqual(order.batch(33 - 5).samples, late.samples);
  });

  test('too few pictures for a batch give no steps', () => {
    assert.equal(stepsPerEpoch(7, 8), 0);
  });
});

describe('targets of a batch', () => {
  const samples = Uint32Array.of(4, 9, 2);
  const none = new Int32Array(10).fill(-1);

  test('without labels and decisions are those of the loss', () => {
    const targets = new BatchTargets({ loss: 'nt-xent', labels: none, decisions: [] });
    assert.ok(!targets.vary);
    assert.deepEqual(targets.of(samples), ntXentTargets(6));
  });

  test('follow the labels of the batch’s pictures', () => {
    const labels = none.slice();
    labels[4] = labels[2] = 3;
    const targets = new BatchTargets({ loss: 'supervised', labels, decisions: [] });
    assert.ok(targets.vary);
    assert.deepEqual(targets.of(samples), supervisedTargets(Int32Array.of(3, -1, 3, 3, -1, 3)));
  });

  test('a decision concerns all views of both pictures, and only where both are in the batch', () => {
    const decisions = [
      { first: 2, second: 4, kind: 'same' },
      { first: 9, second: 7, kind: 'same' },
    ] as const;
    const { positives } = new BatchTargets({ loss: 'nt-xent', labels: none, decisions }).of(samples);
    const attracted = (row: number) => [0, 1, 2, 3, 4, 5].filter((other) => positives[row * 6 + other]! > 0);
    // Rows 0 and 3 are picture 4, rows 2 and 5 picture 2, rows 1 and 4 picture 9.
    assert.deepEqual(attracted(0), [2, 3, 5]);
    assert.deepEqual(attracted(5), [0, 2, 3]);
    assert.deepEqual(attracted(1), [4]);
  });
});
