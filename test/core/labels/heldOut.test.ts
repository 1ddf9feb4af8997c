import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldOutImages } from '../../../src/core/labels/heldOut.ts';

test('what was seen is not held out, nor is any duplicate of it', () => {
  const groups = Int32Array.of(0, 1, 2, 1, 0, 5);
  assert.deepEqual([...heldOutImages(groups, Uint8Array.of(0, 0, 0, 1, 0, 1))], [1, 0, 1, 0, 1, 0]);
  assert.deepEqual([...heldOutImages(groups, new Uint8Array(6))], [1, 1, 1, 1, 1, 1]);
});
