import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Progress } from '../../src/core/progress.ts';
import { ProgressMeter } from '../../src/core/progressMeter.ts';
import { formatProgress } from '../../src/core/progressText.ts';

function meterWithClock() {
  const reports: Progress[] = [];
  let time = 0;
  const meter = new ProgressMeter(
    (progress) => reports.push(progress),
    () => time,
  );
  return { meter, reports, advance: (ms: number) => (time += ms) };
}

describe('ProgressMeter', () => {
  it('tells rate and time left once it has seen enough', () => {
    const { meter, reports, advance } = meterWithClock();
    meter.start('Indexing', 1000);
    for (let i = 0; i < 20; i++) {
      advance(100);
      meter.add(10);
    }
    const last = reports.at(-1)!;
    assert.equal(Math.round(last.rate), 100);
    assert.ok(Math.abs(last.secondsLeft! - (1000 - last.done) / 100) < 0.01);
    assert.equal(reports[1]!.secondsLeft, undefined, 'no estimate from the first fraction of a second');
  });

  it('follows a change of speed instead of averaging over the whole job', () => {
    const { meter, reports, advance } = meterWithClock();
    meter.start('Indexing', 100_000);
    for (let i = 0; i < 60; i++) meter.add((advance(1000), 1000));
    for (let i = 0; i < 30; i++) meter.add((advance(1000), 10));
    assert.ok(reports.at(-1)!.rate < 12, `rate ${reports.at(-1)!.rate}`);
  });

  it('counts what comes up now and then in a long job', () => {
    const { meter, reports, advance } = meterWithClock();
    meter.start('Training', 1_000_000);
    // A hundred a second, and after each ten seconds of it ten for something else.
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 10; i++) meter.add((advance(1000), 100));
      advance(10_000);
    }
    meter.finish();
    const { rate, secondsLeft, done } = reports.at(-1)!;
    assert.ok(Math.abs(rate - 50) < 3, `rate ${rate}`);
    assert.ok(Math.abs(secondsLeft! / ((1_000_000 - done) / 50) - 1) < 0.06, `${secondsLeft} s`);
  });

  it('does not take the sleep of the computer for slowness', () => {
    const { meter, reports, advance } = meterWithClock();
    meter.start('Training', 1_000_000);
    for (let i = 0; i < 3600; i++) meter.add((advance(1000), 100));
    meter.add((advance(8 * 3_600_000), 0));
    for (let i = 0; i < 60; i++) meter.add((advance(1000), 100));
    assert.ok(Math.abs(reports.at(-1)!.rate - 100) < 20, `rate ${reports.at(-1)!.rate}`);
  });

  it('reports at a human pace and always the end', () => {
    const { meter, reports, advance } = meterWithClock();
    meter.start('Indexing', 5000);
    for (let i = 0; i < 5000; i++) meter.add((advance(1), 1));
    meter.finish();
    assert.ok(reports.length <= 5000 / 250 + 3, `${reports.length} reports`);
    assert.deepEqual([reports.at(-1)!.done, reports.at(-1)!.secondsLeft], [5000, 0]);
  });
});

describe('formatProgress', () => {
  it('reads as a sentence, with only what is known', () => {
    const progress = { phase: 'Indexing', done: 1200, total: 1988, rate: 188.4, secondsLeft: 4.2 };
    assert.equal(formatProgress(progress), 'Indexing 1,200 of 1,988 · 188 images/s · 4 s left');
    assert.equal(
      formatProgress({ phase: 'Scanning', done: 0, total: undefined, rate: 0, secondsLeft: undefined }),
      'Scanning',
    );
    assert.equal(
      formatProgress({ ...progress, rate: 0.25, secondsLeft: 5400 }),
      'Indexing 1,200 of 1,988 · 0.3 images/s · 1 h 30 min left',
    );
  });
});
