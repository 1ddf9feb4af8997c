import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../../src/core/progress.ts';
import {
  formatBytes,
  formatDuration,
  formatQuantity,
  progressCount,
  progressPace,
  progressPercent,
  progressStatus,
} from '../../src/core/progressText.ts';

const half: Progress = { phase: 'Indexing', done: 1200, total: 2400, rate: 85.4, secondsLeft: 14.05 };

test('durations are as coarse as a person needs them', () => {
  const texts = [0.2, 4.4, 59.4, 59.6, 95, 3599, 3600, 4800, 90_000].map(formatDuration);
  assert.deepEqual(texts, ['1 s', '4 s', '59 s', '1 min', '2 min', '1 h', '1 h', '1 h 20 min', '25 h']);
});

test('one is singular', () => {
  assert.deepEqual(
    [0, 1, 12345].map((count) => formatQuantity(count, 'image')),
    ['0 images', '1 image', '12,345 images'],
  );
});

test('progress tells count, pace and time left', () => {
  assert.equal(progressCount(half), '1,200 of 2,400');
  assert.equal(progressPace(half), '85 images/s · 14 s left');
  assert.equal(progressPace({ ...half, unit: 'texts' }), '85 texts/s · 14 s left');
  assert.equal(progressPercent(half), 50);
  assert.equal(progressStatus(half), 'Likeness: 50 % · 14 s left');
});

test('what is not known is not told', () => {
  const scanning: Progress = { phase: 'Scanning', done: 300, total: undefined, rate: 0, secondsLeft: undefined };
  assert.equal(progressCount(scanning), '300');
  assert.equal(progressPace(scanning), '');
  assert.equal(progressPercent(scanning), undefined);
  assert.equal(progressStatus(scanning), 'Likeness: scanning 300');
  assert.equal(progressStatus(undefined), 'Likeness: starting');
  assert.equal(progressPercent({ ...scanning, total: 0 }), undefined);
});

test('slow rates keep a digit, and a finished job has no time left', () => {
  assert.equal(progressPace({ ...half, rate: 2.345, secondsLeft: 0 }), '2.3 images/s');
});

test('a hundred percent is not told before all is done', () => {
  assert.equal(progressPercent({ ...half, done: 2399 }), 99);
});

test('sizes are in the units of file managers', () => {
  assert.deepEqual([0, 1, 999, 1000, 999_949, 1_234_567, 12_345_678, 5.5e9, 2e15].map(formatBytes), [
    ...['0 bytes', '1 byte', '999 bytes', '1 kB', '1 MB', '1.23 MB', '12.3 MB', '5.5 GB', '2,000 TB'],
  ]);
});

test('what is counted in bytes is told in their units', () => {
  const download: Progress = { ...half, done: 1_234_567, total: 88_500_000, rate: 3_210_000, unit: 'bytes' };
  assert.equal(progressCount(download), '1.23 MB of 88.5 MB');
  assert.equal(progressPace(download), '3.21 MB/s · 14 s left');
});
