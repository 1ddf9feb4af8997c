import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  joinColumns,
  joinHistograms,
  noColumns,
  noHistograms,
  seriesOf,
  smoothed,
  thinnedHistograms,
  type HistogramRows,
  type MetricColumns,
} from '../../../src/core/training/runCurves.ts';

const columns = (first: number, metrics: Record<string, number[]>): MetricColumns => {
  const count = Object.values(metrics)[0]!.length;
  const steps = Float64Array.from({ length: count }, (_, i) => first + i);
  return {
    steps,
    epochs: steps.map((step) => Math.ceil(step / 2)),
    seconds: steps.map((step) => 3 * step),
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, Float64Array.from(values)])),
  };
};

describe('curves of a run', () => {
  test('what has come since follows what was there, whichever metrics either has', () => {
    const joined = joinColumns(columns(1, { loss: [4, 3] }), columns(3, { loss: [2], knn: [0.5] }));
    assert.deepEqual([...joined.steps], [1, 2, 3]);
    assert.deepEqual(joined.metrics, { loss: Float64Array.of(4, 3, 2), knn: Float64Array.of(NaN, NaN, 0.5) });
    assert.equal(joinColumns(noColumns, joined), joined);
  });

  test('a series has the points where the metric was measured', () => {
    const { steps, epochs, seconds, values } = seriesOf(columns(1, { knn: [NaN, 0.25, NaN, 0.5] }), 'knn', 4, 100);
    assert.deepEqual(
      [[...steps], [...epochs], [...seconds], [...values]],
      [
        [2, 4],
        [0.5, 1],
        [6, 12],
        [0.25, 0.5],
      ],
    );
    assert.equal(seriesOf(noColumns, 'knn', 4, 100).values.length, 0);
  });

  test('too many points become means of stretches, in which no point counts twice or not at all', () => {
    const values = Array.from({ length: 1003 }, (_, i) => (i % 7) + i);
    const series = seriesOf(columns(1, { loss: values }), 'loss', 10, 100);
    assert.equal(series.values.length, 100);
    const sizes = Array.from(
      { length: 100 },
      (_, i) => Math.floor((1003 * (i + 1)) / 100) - Math.floor((1003 * i) / 100),
    );
    const total = series.values.reduce((sum, value, i) => sum + value * sizes[i]!, 0);
    const expected = values.reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(total - expected) < 1e-6 * expected);
    assert.ok(series.steps.every((step, i) => i === 0 || step > series.steps[i - 1]!));
  });

  test('smoothing keeps a constant, and weighs as the sum says', () => {
    assert.deepEqual(
      [...smoothed(Float64Array.of(3, 3, 3), 0.9)].map((value) => value.toFixed(12)),
      Array(3).fill('3.000000000000'),
    );
    assert.deepEqual(smoothed(Float64Array.of(1, 5, 2), 0), Float64Array.of(1, 5, 2));
    const [w, values] = [0.7, [4, -1, 2, 8]];
    // The weighted mean that it is, written out.
    const last = values.map((_, i) => w ** (values.length - 1 - i));
    const expected =
      values.reduce((sum, value, i) => sum + value * last[i]!, 0) / last.reduce((sum, weight) => sum + weight);
    assert.ok(Math.abs(smoothed(Float64Array.from(values), w).at(-1)! - expected) < 1e-12);
  });
});

describe('histograms of a run', () => {
  const rows = (epochs: number[], low = -1): HistogramRows => ({
    epochs: Float64Array.from(epochs),
    ...{ low, high: 1, bins: 2 },
    positives: Uint32Array.from(epochs.flatMap((epoch) => [epoch, 2 * epoch])),
    negatives: Uint32Array.from(epochs.flatMap((epoch) => [3 * epoch, 4 * epoch])),
  });

  test('later ones follow, those of other bins are left out', () => {
    assert.deepEqual(joinHistograms(rows([1, 2]), rows([3])), rows([1, 2, 3]));
    assert.deepEqual(joinHistograms(rows([1]), rows([2], 0)), rows([1]));
    assert.deepEqual(joinHistograms(noHistograms, rows([1])), rows([1]));
  });

  test('of many the first, the last and some between stay', () => {
    const all = rows(Array.from({ length: 101 }, (_, i) => i + 1));
    assert.deepEqual(thinnedHistograms(all, 5), rows([1, 26, 51, 76, 101]));
    assert.equal(thinnedHistograms(all, 200), all);
  });
});
