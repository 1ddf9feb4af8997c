import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCancellation } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { fitCurve } from '../../../src/core/projection/curve.ts';
import type { FuzzyGraph } from '../../../src/core/projection/fuzzyGraph.ts';
import { layOut, planLayout } from '../../../src/core/projection/layout.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { layOutOnThreads } from '../../../src/engine/maps/layoutThreads.ts';

const POINTS = 2_500;
const random = new RandomStream(1);
const curve = fitCurve(0.1);
/** Each point is joined with those before and after it, with different weights. */
const ring: FuzzyGraph = {
  points: POINTS,
  offsets: Uint32Array.from({ length: POINTS + 1 }, (_, i) => 2 * i),
  targets: Uint32Array.from({ length: 2 * POINTS }, (_, i) => ((i >> 1) + (i % 2 === 0 ? 1 : POINTS - 1)) % POINTS),
  weights: Float32Array.from({ length: 2 * POINTS }, () => random.uniform(0.05, 1)),
};
const start = Float32Array.from({ length: 2 * POINTS }, () => random.uniform(-10, 10));

test('one, two and three threads give the same bytes as none', async () => {
  for (const epochs of [30, 31]) {
    const plan = planLayout(ring, { curve, epochs, seed: 5 });
    const expected = layOut(plan, start);
    for (const threads of [1, 2, 3]) {
      const reports: Progress[] = [];
      const job = { signal: new AbortController().signal, report: (progress: Progress) => void reports.push(progress) };
      assert.deepEqual(await layOutOnThreads(plan, start, threads, job), expected, `${threads} threads`);
      assert.deepEqual([reports.at(-1)!.done, reports.at(-1)!.total], [POINTS, POINTS]);
      assert.equal(reports[0]!.phase, 'Laying out');
    }
  }
});

test('it stops within an epoch when it is told to', async () => {
  const abort = new AbortController();
  const plan = planLayout(ring, { curve, epochs: 1_000_000, seed: 0 });
  const seen: number[] = [];
  const done = layOutOnThreads(plan, start, 2, {
    signal: abort.signal,
    report: ({ done: count }) => void seen.push(count),
  });
  setTimeout(() => {
    abort.abort();
  }, 150);
  await assert.rejects(done, isCancellation);
  await assert.rejects(
    layOutOnThreads(plan, start, 2, { signal: abort.signal, report: () => undefined }),
    isCancellation,
  );
});

test('a thread that fails ends the others', { timeout: 20_000 }, async () => {
  const plan = { ...planLayout(ring, { curve, epochs: 1_000_000, seed: 0 }), targets: undefined as never };
  const job = { signal: new AbortController().signal, report: () => undefined };
  await assert.rejects(layOutOnThreads(plan, start, 3, job));
});
