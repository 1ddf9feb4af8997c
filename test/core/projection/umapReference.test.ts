import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UMAP } from 'umap-js';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { fitCurve } from '../../../src/core/projection/curve.ts';
import { fuzzyGraph } from '../../../src/core/projection/fuzzyGraph.ts';
import { layOut, planLayout } from '../../../src/core/projection/layout.ts';
import { mapQuality, samplePoints } from '../../../src/core/projection/mapQuality.ts';
import { cosineGraph, type NeighborGraph } from '../../../src/core/projection/neighborGraph.ts';
import { principalPlane, startOf } from '../../../src/core/projection/principalPlane.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classVectors, curveVectors, type GeneratedVectors } from './generated.ts';
import { plainNeighbors } from './plain.ts';

const NEIGHBORS = 15;
const EPOCHS = 300;
const nothing = () => undefined;

const sets: Readonly<Record<string, GeneratedVectors>> = {
  'well separated classes': classVectors({ rows: 500, dim: 32, classes: 8, seed: 1, noise: 0.5 }),
  'overlapping classes': classVectors({ rows: 600, dim: 64, classes: 12, seed: 2, noise: 1.2 }),
  'two classes of many dimensions': classVectors({ rows: 400, dim: 128, classes: 2, seed: 3 }),
  'a curve': curveVectors(500, 40, 4),
};

/** As umap-js lays out the same neighbours. */
function reference({ rows, count, neighbors, distances }: NeighborGraph): Float32Array {
  const random = new RandomStream(0);
  const umap = new UMAP({ nNeighbors: NEIGHBORS, minDist: 0.1, nEpochs: EPOCHS, random: () => random.uniform() });
  // It wants each point first among its own neighbours.
  const withSelf = (row: number, own: number, others: ArrayLike<number>) => [
    own,
    ...Array.from({ length: count }, (_, rank) => others[row * count + rank]!),
  ];
  const points = Array.from({ length: rows }, (_, row) => row);
  umap.setPrecomputedKNN(
    points.map((row) => withSelf(row, row, neighbors)),
    points.map((row) => withSelf(row, 0, distances)),
  );
  // What it lays out is told by the neighbours alone.
  return Float32Array.from(umap.fit(points.map((row) => [row])).flat());
}

for (const [name, data] of Object.entries(sets)) {
  test(`maps of ${name} are as trustworthy as those of umap-js`, async () => {
    const near = plainNeighbors(data, NEIGHBORS);
    const graph = cosineGraph(near, NEIGHBORS - 1);
    const plane = await principalPlane(data, plainProducts, nothing);
    const plan = planLayout(fuzzyGraph(graph), { curve: fitCurve(0.1), epochs: EPOCHS, seed: 0 });
    const sample = samplePoints(data.rows, data.rows, 0);
    const judge = async (positions: Float32Array) => {
      const input = { ...data, positions, graph: cosineGraph(near), neighbors: NEIGHBORS, sample };
      return (await mapQuality(input, plainProducts, nothing)).trustworthiness;
    };
    const own = await judge(layOut(plan, startOf(plane, 0)));
    const other = await judge(reference(graph));
    assert.ok(own > other - 0.01, `${own.toFixed(4)} against ${other.toFixed(4)}`);
  });
}
