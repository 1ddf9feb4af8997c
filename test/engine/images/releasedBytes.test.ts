import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseBytes } from '../../../src/engine/images/releasedBytes.ts';

describe('bytes that nobody reads any more', () => {
  it('give back a buffer of their own', () => {
    const bytes = new Uint8Array(100).fill(7);
    releaseBytes(bytes);
    assert.equal(bytes.length, 0);
  });

  it('leave one that others use', () => {
    const shared = new Uint8Array(100).fill(7);
    const part = shared.subarray(0, 50);
    releaseBytes(part);
    assert.deepEqual([part.length, shared[0], shared[99]], [50, 7, 7]);
  });
});
