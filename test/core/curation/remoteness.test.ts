import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remoteness } from '../../../src/core/curation/remoteness.ts';

test('remoteness is the cosine distance where much is alike, and has an end where nothing is', () => {
  assert.equal(remoteness(1), 0);
  assert.equal(remoteness(1.0000001), 0, 'similarities are rounded');
  assert.ok(Math.abs(remoteness(0.95) - 0.05) < 0.002);
  assert.ok(Math.abs(remoteness(Math.exp(-2)) - 2) < 1e-12);
  assert.equal(remoteness(-0.4), remoteness(0.01));
  assert.ok(Math.abs(remoteness(0) - Math.log(100)) < 1e-12);
  assert.ok(Number.isNaN(remoteness(Number.NaN)));
});
