import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeness, fitCurve } from '../../../src/core/projection/curve.ts';

// umap-learn's find_ab_params, to four digits.
const published = [
  { minimumDistance: 0.1, spread: 1, a: 1.5769, b: 0.8951 },
  { minimumDistance: 0.001, spread: 1, a: 1.9291, b: 0.7915 },
  { minimumDistance: 0.5, spread: 1, a: 0.583, b: 1.3342 },
];

for (const { minimumDistance, spread, a, b } of published) {
  test(`the curve for a minimum distance of ${minimumDistance} is the published one`, () => {
    const curve = fitCurve(minimumDistance, spread);
    assert.ok(Math.abs(curve.a - a) < 1e-3, `a = ${curve.a}`);
    assert.ok(Math.abs(curve.b - b) < 1e-3, `b = ${curve.b}`);
  });
}

test('no other curve nearby fits better', () => {
  const { a, b } = fitCurve(0.25, 1.5);
  const squares = (curve: { a: number; b: number }) => {
    let sum = 0;
    for (let i = 0; i < 300; i++) {
      const d = (4.5 * i) / 299;
      sum += (closeness(curve, d * d) - (d < 0.25 ? 1 : Math.exp(-(d - 0.25) / 1.5))) ** 2;
    }
    return sum;
  };
  const best = squares({ a, b });
  for (const [da, db] of [
    [1e-3, 0],
    [-1e-3, 0],
    [0, 1e-3],
    [0, -1e-3],
    [1e-3, -1e-3],
  ] as const) {
    assert.ok(squares({ a: a + da, b: b + db }) > best);
  }
});

test('distances that no curve has are refused', () => {
  for (const [distance, spread] of [
    [-1, 1],
    [3, 1],
    [Number.NaN, 1],
    [0.1, 0],
  ] as const) {
    assert.throws(() => fitCurve(distance, spread), RangeError);
  }
});
