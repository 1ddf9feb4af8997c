import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  couldShowPrecision,
  missesPrecision,
  pointOfPrecision,
  precisionCurve,
  thinned,
  type CheckedGuess,
} from '../../../src/core/labels/precisionCurve.ts';
import { assertClose } from '../evaluation/matrices.ts';

const guess = (confidence: number, isRight = true): CheckedGuess => ({ confidence, isRight });

/** The precision at which so many right guesses lie 1.645 standard deviations above the mean, by bisection. */
function boundOf(right: number, count: number): number {
  let [low, high] = [0, right / count];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    const deviation = Math.sqrt((middle * (1 - middle)) / count);
    if (right / count - middle > 1.6448536269514722 * deviation) low = middle;
    else high = middle;
  }
  return low;
}

suite('precisionCurve', () => {
  test('goes from the strictest threshold to none, guesses of one confidence together', () => {
    const curve = precisionCurve([guess(0.5, false), guess(0.9), guess(0.7), guess(0.7, false), guess(0.95)], 10);
    assert.deepEqual(
      curve.map(({ threshold, coverage, precision, count }) => [threshold, coverage, precision, count]),
      [
        [0.95, 0.1, 1, 1],
        [0.9, 0.2, 1, 2],
        [0.7, 0.4, 0.75, 4],
        [0.5, 0.5, 0.6, 5],
      ],
    );
    for (const { precision, count, precisionBound } of curve) {
      assertClose(precisionBound, boundOf(Math.round(precision * count), count), 1e-9);
    }
  });

  test('the precision has to be shown, not only reached', () => {
    const right = (count: number) => Array.from({ length: count }, (_, i) => guess(1 - i / 1000));
    // n of n show n / (n + 1.645²).
    assert.equal(pointOfPrecision(precisionCurve(right(51), 51), 0.95), undefined);
    assert.equal(pointOfPrecision(precisionCurve(right(52), 52), 0.95)?.count, 52);
    const worse = [...right(100), ...Array.from({ length: 50 }, (_, i) => guess(0.5 - i / 1000, i % 2 === 0))];
    const point = pointOfPrecision(precisionCurve(worse, 150), 0.9)!;
    assert.ok(point.count > 100 && point.count < 150);
    assert.ok(boundOf(Math.round(point.precision * point.count), point.count) >= 0.9);
  });

  test('a precision is missed where that is shown', () => {
    const of = (right: number, count: number) => Array.from({ length: count }, (_, i) => guess(0.9, i < right));
    assert.equal(missesPrecision(of(1, 2), 0.9), false, 'two guesses show nothing');
    // P(X ≤ 8) of ten with probability .95 is 1 − .95¹⁰ − 10 · .05 · .95⁹ = .086, of nineteen P(X ≤ 16) = .067 and P(X ≤ 15) = .013.
    assert.deepEqual([missesPrecision(of(8, 10), 0.95), missesPrecision(of(7, 10), 0.95)], [false, true]);
    assert.deepEqual([missesPrecision(of(16, 19), 0.95), missesPrecision(of(15, 19), 0.95)], [false, true]);
    assert.equal(missesPrecision(of(500, 1000), 0.9), true);
    assert.equal(missesPrecision(of(2000, 2000), 0.9), false);
    assert.equal(missesPrecision([], 0.9), false);
  });

  test('95 % can be shown by 52 guesses, if all are right, and not by fewer', () => {
    assert.deepEqual(
      [0, 51, 52].map((count) => couldShowPrecision(count, 0.95)),
      [false, false, true],
    );
    assert.ok(boundOf(52, 52) >= 0.95 && boundOf(51, 51) < 0.95);
  });

  test('thinned keeps the ends', () => {
    const curve = precisionCurve(
      Array.from({ length: 1000 }, (_, i) => guess(i / 1000)),
      1000,
    );
    const points = thinned(curve, 20);
    assert.equal(points.length, 20);
    assert.deepEqual([points[0], points.at(-1)], [curve[0], curve.at(-1)]);
    assert.equal(thinned(curve.slice(0, 5), 20).length, 5);
  });
});
