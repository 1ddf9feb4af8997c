import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { judgedNeighbors, mapQuality, samplePoints } from '../../../src/core/projection/mapQuality.ts';
import { cosineGraph } from '../../../src/core/projection/neighborGraph.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classVectors } from './generated.ts';
import { plainNeighbors, plainQuality } from './plain.ts';

const nothing = () => undefined;

for (const [rows, neighbors] of [
  [40, 5],
  [300, 15],
  [9, 4],
] as const) {
  test(`the figures of ${rows} points and ${neighbors} neighbours are those of the definition`, async () => {
    const data = classVectors({ rows, dim: 8, classes: 3, seed: rows });
    const random = new RandomStream(7);
    // Two of the true coordinates with noise: neither perfect nor meaningless.
    const positions = Float32Array.from({ length: rows * 2 }, (_, i) => {
      return data.vectors[(i >> 1) * 8 + (i % 2)]! + 0.2 * random.normal();
    });
    const input = {
      ...data,
      positions,
      neighbors,
      graph: cosineGraph(plainNeighbors(data, neighbors)),
      sample: samplePoints(rows, rows, 0),
    };
    const { trustworthiness, neighborsKept, points } = await mapQuality(input, plainProducts, nothing);
    const expected = plainQuality(data, positions, neighbors);
    assert.ok(Math.abs(trustworthiness - expected.trustworthiness) < 1e-9, `${trustworthiness}`);
    assert.ok(Math.abs(neighborsKept - expected.neighborsKept) < 1e-12);
    assert.equal(points, rows);
    assert.ok(trustworthiness > 0.4 && trustworthiness < 0.99);
  });
}

test('a sample is near the whole, the same for the same seed', async () => {
  const data = classVectors({ rows: 800, dim: 8, classes: 4, seed: 1 });
  const positions = Float32Array.from({ length: 1600 }, (_, i) => data.vectors[(i >> 1) * 8 + (i % 2)]!);
  const graph = cosineGraph(plainNeighbors(data, 15));
  const judge = (sample: Uint32Array) =>
    mapQuality({ ...data, positions, graph, neighbors: 15, sample }, plainProducts, nothing);
  const all = await judge(samplePoints(800, 800, 0));
  const some = await judge(samplePoints(800, 300, 5));
  assert.deepEqual(samplePoints(800, 300, 5), samplePoints(800, 300, 5));
  assert.ok(Math.abs(all.trustworthiness - some.trustworthiness) < 0.02);
});

test('a map that is the data keeps all neighbours', async () => {
  const random = new RandomStream(2);
  const angles = Float64Array.from({ length: 60 }, () => random.uniform(0, 6));
  const vectors = Float32Array.from({ length: 120 }, (_, i) => {
    return i % 2 === 0 ? Math.cos(angles[i >> 1]!) : Math.sin(angles[i >> 1]!);
  });
  const data = { vectors, rows: 60, dim: 2 };
  const graph = cosineGraph(plainNeighbors(data, 10));
  const sample = samplePoints(60, 60, 0);
  const quality = await mapQuality(
    { ...data, positions: vectors, graph, neighbors: 10, sample },
    plainProducts,
    nothing,
  );
  assert.deepEqual([quality.trustworthiness, quality.neighborsKept], [1, 1]);
});

test('a map of few points is judged by fewer than half of them', () => {
  assert.deepEqual(
    [4, 5, 6, 30, 31, 32, 100].map((points) => judgedNeighbors(points, 15)),
    [1, 2, 2, 14, 15, 15, 15],
  );
});
