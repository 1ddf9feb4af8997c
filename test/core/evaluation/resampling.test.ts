import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { resampledEstimate, studentQuantile } from '../../../src/core/evaluation/resampling.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose } from './matrices.ts';

suite('figures over resamples', () => {
  test("Student's quantiles are those of the tables", () => {
    for (const [degrees, quantile] of [
      [4, 2.776],
      [9, 2.262],
      [30, 2.042],
      [1000, 1.962],
    ] as const) {
      assertClose(studentQuantile(degrees), quantile, 0.004);
    }
  });

  test('the error is that of the mean, widened for overlaps and for other chance', () => {
    const figures = [0.7, 0.8, 0.75, 0.72, 0.78];
    const deviation = Math.sqrt(figures.reduce((sum, figure) => sum + (figure - 0.75) ** 2, 0) / 4);
    const { mean, error } = resampledEstimate(figures, 0.25);
    assertClose(mean, 0.75, 1e-12);
    assertClose(error, 2.776 * deviation * Math.sqrt(1 / 5 + 0.25), 0.004);
    assertClose(resampledEstimate(figures, 0.25, 0.1).error, Math.hypot(error, 0.1), 1e-12);
  });

  test('covers the truth about 95 times in 100 where trials are independent', () => {
    const random = new RandomStream(1);
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const { mean, error } = resampledEstimate(
        Array.from({ length: 5 }, () => random.normal()),
        0,
      );
      if (Math.abs(mean) <= error) covered++;
    }
    assert.ok(covered > 3720 && covered < 3880, `${covered}`);
  });
});
