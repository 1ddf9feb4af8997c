import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitCurve } from '../../../src/core/projection/curve.ts';
import { placePoints } from '../../../src/core/projection/placing.ts';
import type { NeighborGraph } from '../../../src/core/projection/neighborGraph.ts';
import { RandomStream } from '../../../src/core/random.ts';

const curve = fitCurve(0.1);
const random = new RandomStream(8);
/** Two clumps, far from each other. */
const map = Float32Array.from({ length: 120 }, (_, i) => (i < 60 && i % 2 === 0 ? -20 : 0) + random.normal());

function near(first: number): NeighborGraph {
  return {
    rows: 1,
    count: 5,
    neighbors: Int32Array.from({ length: 5 }, (_, i) => first + i),
    distances: Float32Array.of(0.1, 0.12, 0.15, 0.15, 0.2),
  };
}

test('a new point lies where its neighbours lie, and the old ones stay', () => {
  const before = map.slice();
  for (const [first, expected] of [
    [3, -20],
    [40, 0],
  ] as const) {
    const [x, y] = placePoints(map, near(first), { curve, seed: 0 });
    assert.ok(Math.abs(x! - expected) < 4 && Math.abs(y!) < 4, `${x}, ${y}`);
  }
  assert.deepEqual(map, before);
});

test('without epochs it is the weighted mean of its neighbours', () => {
  const graph = { rows: 1, count: 2, neighbors: Int32Array.of(0, 1), distances: Float32Array.of(0.2, 0.2) };
  const [x] = placePoints(Float32Array.of(1, 0, 3, 0), graph, { curve, seed: 0, epochs: 0 });
  assert.equal(x, 2);
});

test('a point without neighbours has a place too', () => {
  const graph = { rows: 1, count: 1, neighbors: Int32Array.of(-1), distances: Float32Array.of(Infinity) };
  assert.ok(placePoints(map, graph, { curve, seed: 0 }).every(Number.isFinite));
});
