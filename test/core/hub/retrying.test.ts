import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffSeconds, isPassing, retryAfterSeconds } from '../../../src/core/hub/retrying.ts';

test('pauses grow, to half a minute', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 20].map(backoffSeconds), [1, 2, 4, 8, 16, 30, 30]);
});

test('a server asks for time in seconds or by a date', () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(retryAfterSeconds('7', now), 7);
  assert.equal(retryAfterSeconds('Thu, 01 Jan 2026 00:00:30 GMT', now), 30);
  assert.equal(retryAfterSeconds('Wed, 31 Dec 2025 23:00:00 GMT', now), 0);
  assert.deepEqual(
    [undefined, '', 'soon'].map((text) => retryAfterSeconds(text, now)),
    Array(3).fill(undefined),
  );
});

test('overload and failures pass, refusals do not', () => {
  assert.deepEqual([408, 429, 500, 503].map(isPassing), [true, true, true, true]);
  assert.deepEqual([200, 400, 401, 403, 404, 416].some(isPassing), false);
});
