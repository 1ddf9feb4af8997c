import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAgo } from '../../src/core/timeText.ts';

const now = new Date(2026, 4, 20, 15, 30).getTime();
const at = (day: number, hour: number, minute = 0) => formatAgo(new Date(2026, 4, day, hour, minute).getTime(), now);

test('a time is told as people tell it', () => {
  assert.equal(formatAgo(now - 20_000, now), 'just now');
  assert.equal(formatAgo(now + 5000, now), 'just now', 'of a clock that is ahead');
  assert.equal(at(20, 15, 29), '1 minute ago');
  assert.equal(at(20, 14, 40), '50 minutes ago');
  assert.equal(at(20, 3), '12 hours ago');
  assert.equal(at(19, 20), 'yesterday', 'by the calendar, not by hours');
  assert.equal(at(16, 20), '4 days ago');
  assert.equal(at(2, 9), 'on 2 May 2026');
});
