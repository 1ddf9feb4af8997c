import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { histogram, median, separation } from '../../../src/core/evaluation/separation.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Every positive against every negative. */
function plainSeparation(positives: Float32Array, negatives: Float32Array): number {
  let sum = 0;
  for (const positive of positives) {
    for (const negative of negatives) sum += positive > negative ? 1 : positive === negative ? 0.5 : 0;
  }
  return sum / (positives.length * negatives.length);
}

describe('how well similarities are told apart', () => {
  it('is the share of pairs in which the positive wins, ties counting half', () => {
    const random = new RandomStream(1);
    for (let round = 0; round < 20; round++) {
      // Few different values, so that there are ties.
      const draw = (count: number) => Float32Array.from({ length: count }, () => random.integer(12) / 8 - 0.5);
      const [positives, negatives] = [draw(1 + random.integer(30)), draw(1 + random.integer(50))];
      assert.ok(Math.abs(separation(positives, negatives) - plainSeparation(positives, negatives)) < 1e-12);
    }
  });

  it('is 1 or 0 where they do not overlap, and unknown where there are none', () => {
    const [low, high] = [Float32Array.of(0.1, 0.2), Float32Array.of(0.3, 0.9)];
    assert.equal(separation(high, low), 1);
    assert.equal(separation(low, high), 0);
    assert.equal(separation(low, low.slice()), 0.5);
    assert.ok(Number.isNaN(separation(low, new Float32Array())));
  });
});

describe('histogram', () => {
  it('counts every number once, those outside at the ends, and none that is no number', () => {
    const { counts } = histogram(Float32Array.of(-2, 0, 0.24, 0.25, 0.5, 1, 3, Number.NaN), 0, 1, 4);
    assert.deepEqual([...counts], [3, 1, 1, 2]);
  });
});

describe('median', () => {
  it('is the middle, or between the two in the middle', () => {
    assert.equal(median(Float32Array.of(3, 1, Number.NaN, 2)), 2);
    assert.equal(median(Float32Array.of(4, 1, 2, 3)), 2.5);
    assert.ok(Number.isNaN(median(Float32Array.of(Number.NaN))));
  });
});
