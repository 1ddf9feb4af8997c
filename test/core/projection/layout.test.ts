import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeness, fitCurve } from '../../../src/core/projection/curve.ts';
import { attractionOf, FARTHEST, forceTables, repulsionOf, TABLE_SIZE } from '../../../src/core/projection/forces.ts';
import { fuzzyGraph, type FuzzyGraph } from '../../../src/core/projection/fuzzyGraph.ts';
import { advancePoints, layOut, planLayout, type LayoutPlan } from '../../../src/core/projection/layout.ts';
import { cosineGraph } from '../../../src/core/projection/neighborGraph.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classVectors } from './generated.ts';
import { plainNeighbors } from './plain.ts';

const curve = fitCurve(0.1);

test('forces are the gradients of the loss', () => {
  // The one on log(1 − φ) has ε added to its denominator.
  const epsilon = 1e-3;
  for (const d of [0.05, 0.3, 1, 2.5, 7]) {
    const step = 1e-6 * d;
    const slope = (loss: (distance: number) => number) => (loss(d + step) - loss(d - step)) / (2 * step);
    const attraction = slope((x) => -Math.log(closeness(curve, x * x)));
    const repulsion = slope((x) => -Math.log(1 - closeness(curve, x * x)));
    const isLimited = Math.abs(repulsion) > FARTHEST;
    assert.ok(Math.abs(attractionOf(curve, d * d) * d - attraction) < 1e-6 * attraction);
    if (isLimited) continue;
    const exact = (repulsionOf(curve, d * d) * d * (epsilon + d * d)) / (d * d);
    assert.ok(Math.abs(exact + repulsion) < 1e-6 * exact, `${exact} against ${-repulsion} at ${d}`);
  }
});

test('tables are near the forces, and finite everywhere', () => {
  const { attraction, repulsion } = forceTables(curve);
  assert.ok(attraction.every(Number.isFinite) && repulsion.every(Number.isFinite));
  assert.equal(attraction.length, TABLE_SIZE);
  const bits = new Uint32Array(new Float32Array(1).buffer);
  const number = new Float32Array(bits.buffer);
  for (const squared of [1e-8, 3.3e-4, 0.011, 0.7, 1, 13.7, 420]) {
    number[0] = squared;
    const entry = bits[0]! >>> 16;
    assert.ok(Math.abs(attraction[entry]! / attractionOf(curve, squared) - 1) < 0.008);
    assert.ok(Math.abs(repulsion[entry]! / repulsionOf(curve, squared) - 1) < 0.008);
  }
});

/** Six points of which each is joined with two. */
const ring: FuzzyGraph = {
  points: 6,
  offsets: Uint32Array.of(0, 2, 4, 6, 8, 10, 12),
  targets: Uint32Array.of(1, 5, 0, 2, 1, 3, 2, 4, 3, 5, 4, 0),
  weights: new Float32Array(12).fill(1),
};

test('on average a point moves down the gradient of the loss of its graph', () => {
  const random = new RandomStream(4);
  const positions = Float32Array.from({ length: 12 }, () => random.uniform(-3, 3));
  const epochs = 40_000;
  const rate = 1e-4;
  // So many more epochs to come that the rate hardly falls.
  const plan = planLayout(ring, { curve, epochs: 1_000 * epochs, seed: 1, learningRate: rate });
  const moved = new Float64Array(12);
  const to = new Float32Array(12);
  for (let epoch = 0; epoch < epochs; epoch++) {
    advancePoints(plan, epoch, 0, 6, positions, to);
    for (let i = 0; i < 12; i++) moved[i]! += (to[i]! - positions[i]!) / (rate * epochs);
  }
  // Two edges pull in each epoch, and five of six points are pushed away by each.
  const loss = (point: number, x: number, y: number) => {
    const squared = (other: number) => (x - positions[2 * other]!) ** 2 + (y - positions[2 * other + 1]!) ** 2;
    let sum = 0;
    for (const other of [(point + 1) % 6, (point + 5) % 6]) sum -= Math.log(closeness(curve, squared(other)));
    for (let other = 0; other < 6; other++) {
      if (other !== point) sum -= ((2 * 5) / 6) * Math.log(1 - closeness(curve, squared(other)));
    }
    return sum;
  };
  const h = 1e-5;
  for (let point = 0; point < 6; point++) {
    const [x, y] = [positions[2 * point]!, positions[2 * point + 1]!];
    const gradient = [
      (loss(point, x + h, y) - loss(point, x - h, y)) / (2 * h),
      (loss(point, x, y + h) - loss(point, x, y - h)) / (2 * h),
    ];
    const length = Math.hypot(...gradient);
    const off = Math.hypot(moved[2 * point]! + gradient[0]!, moved[2 * point + 1]! + gradient[1]!);
    assert.ok(off < 0.03 * length + 0.02, `point ${point}: ${off} of ${length}`);
  }
});

function someLayout(seed: number): { readonly plan: LayoutPlan; readonly start: Float32Array } {
  const graph = fuzzyGraph(cosineGraph(plainNeighbors(classVectors({ rows: 150, dim: 12, classes: 5, seed: 2 }), 10)));
  const random = new RandomStream(9);
  const start = Float32Array.from({ length: 300 }, () => random.uniform(-10, 10));
  return { plan: planLayout(graph, { curve, epochs: 40, seed }), start };
}

test('in whatever order points are moved, they end in the same places', () => {
  const { plan, start } = someLayout(0);
  const expected = layOut(plan, start);
  let [from, to] = [start.slice(), start.slice()];
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    for (const [first, last] of [
      [110, 150],
      [0, 37],
      [37, 110],
    ] as const) {
      advancePoints(plan, epoch, first, last, from, to);
    }
    [from, to] = [to, from];
  }
  assert.deepEqual(from, expected);
  assert.ok(expected.every(Number.isFinite));
});

test('another seed gives another map', () => {
  const [one, other] = [someLayout(0), someLayout(1)];
  assert.notDeepEqual(layOut(one.plan, one.start), layOut(other.plan, other.start));
});

test('edges pull as often as they weigh, and those that would never pull are dropped', () => {
  const graph: FuzzyGraph = {
    points: 2,
    offsets: Uint32Array.of(0, 3, 3),
    targets: Uint32Array.of(1, 1, 1),
    weights: Float32Array.of(1, 0.25, 0.001),
  };
  const plan = planLayout(graph, { curve, epochs: 200, seed: 0 });
  assert.deepEqual([...plan.rates], [2 ** 32 - 1, 2 ** 30]);
  assert.deepEqual([...plan.offsets], [0, 2, 2]);
  // Only the lighter edge: the point moves in every fourth epoch.
  const light = {
    ...plan,
    rates: plan.rates.slice(1),
    targets: plan.targets.slice(1),
    offsets: Uint32Array.of(0, 1, 1),
  };
  let pulls = 0;
  for (let epoch = 0; epoch < 200; epoch++) {
    const from = Float32Array.of(0, 0, 1, 1);
    const to = from.slice();
    advancePoints(light, epoch, 0, 2, from, to);
    if (to[0] !== 0) pulls++;
  }
  assert.equal(pulls, 50);
});
