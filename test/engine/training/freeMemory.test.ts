import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { freeMemory } from '../../../src/engine/training/freeMemory.ts';

test('a container that has less than its machine sets the limit', () => {
  assert.equal(freeMemory({ free: 64e9, limit: 1e8, used: 3e7 }), 7e7);
  assert.equal(freeMemory({ free: 5e7, limit: 1e8, used: 3e7 }), 5e7);
  assert.equal(freeMemory({ free: 5e7, limit: 1e8, used: 2e8 }), 0);
});

test('no limit, or one beyond the machine, changes nothing', () => {
  for (const limit of [0, totalmem(), 2 ** 63]) assert.equal(freeMemory({ free: 5e7, limit, used: 3e7 }), 5e7);
});
