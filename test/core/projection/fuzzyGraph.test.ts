import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzyGraph, membership, smoothDistances } from '../../../src/core/projection/fuzzyGraph.ts';
import { cosineGraph, type NeighborGraph } from '../../../src/core/projection/neighborGraph.ts';
import { classVectors } from './generated.ts';
import { plainNeighbors } from './plain.ts';

const graph = cosineGraph(plainNeighbors(classVectors({ rows: 120, dim: 16, classes: 4, seed: 3 }), 9));

test('every neighbourhood holds the same amount', () => {
  const { nearest, bandwidths } = smoothDistances(graph);
  for (let row = 0; row < graph.rows; row++) {
    const own = graph.distances.subarray(row * graph.count, (row + 1) * graph.count);
    assert.equal(nearest[row], own[0]);
    const amount = own.reduce((sum, distance) => sum + membership(distance, nearest[row]!, bandwidths[row]!), 0);
    assert.ok(Math.abs(amount - Math.log2(10)) < 1e-4, `row ${row}: ${amount}`);
  }
});

test('the union of neighbourhoods is symmetric, and that of the definition', () => {
  const { nearest, bandwidths } = smoothDistances(graph);
  const directed = new Map<string, number>();
  for (let i = 0; i < graph.neighbors.length; i++) {
    const row = Math.floor(i / graph.count);
    const weight = membership(graph.distances[i]!, nearest[row]!, bandwidths[row]!);
    directed.set(`${row} ${graph.neighbors[i]}`, Math.fround(weight));
  }
  const fuzzy = fuzzyGraph(graph);
  let edges = 0;
  for (let row = 0; row < fuzzy.points; row++) {
    for (let edge = fuzzy.offsets[row]!; edge < fuzzy.offsets[row + 1]!; edge++) {
      const other = fuzzy.targets[edge]!;
      const there = directed.get(`${row} ${other}`) ?? 0;
      const back = directed.get(`${other} ${row}`) ?? 0;
      assert.ok(Math.abs(fuzzy.weights[edge]! - (there + back - there * back)) < 1e-6);
      edges++;
    }
  }
  const pairs = new Set([...directed.keys()].flatMap((key) => [key, key.split(' ').reverse().join(' ')]));
  assert.equal(edges, pairs.size);
});

test('copies and missing neighbours give finite weights', () => {
  const odd: NeighborGraph = {
    rows: 4,
    count: 2,
    neighbors: Int32Array.of(1, 2, 0, 2, 0, 1, 0, -1),
    distances: Float32Array.of(0, 0, 0, 0, 0, 0, 0.5, Infinity),
  };
  const { offsets, weights } = fuzzyGraph(odd);
  assert.equal(offsets[4], 8);
  for (const weight of weights) assert.ok(weight > 0 && weight <= 1);
});

test('distances that are nothing but rounding are none', () => {
  const { distances } = cosineGraph({
    queries: 1,
    count: 3,
    rows: Int32Array.of(1, 2, -1),
    similarities: Float64Array.of(1 - 1e-7, 0.5, Number.NaN),
  });
  assert.deepEqual([...distances], [0, 0.5, Infinity]);
});
