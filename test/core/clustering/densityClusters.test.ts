import assert from 'node:assert/strict';
import { test } from 'node:test';
import { condensedTree } from '../../../src/core/clustering/condensedTree.ts';
import { densityClusters, usualClustering } from '../../../src/core/clustering/densityClusters.ts';
import { ascendingOrder, coreDistances, spanningForest } from '../../../src/core/clustering/spanningForest.ts';
import { planeNeighbors } from '../../../src/core/neighbors/planeNeighbors.ts';
import type { NeighborGraph } from '../../../src/core/projection/neighborGraph.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Points on a line, each with all others as neighbours. */
function line(...places: number[]): NeighborGraph {
  return planeNeighbors(Float32Array.from(places.flatMap((place) => [place, 0])), places.length - 1);
}

const options = { minimumSize: 3, minimumSamples: 2, largestShare: 1 };

/** 0, 1, 2 and 10, 11, 13: worked out by hand. */
const twoTriples = line(0, 1, 2, 10, 11, 13);

test('core distances reach the second neighbour', () => {
  assert.deepEqual([...coreDistances(twoTriples, 2)], [2, 1, 2, 3, 2, 3]);
});

test('the spanning tree is that of the mutual reachability distances', () => {
  // 0–1, 0–2 and 1–2: 2, since the ends reach that far; the three of 10, 11 and 13: 3; 2–10: 8. Equal ones in their order.
  const { left, right, lengths } = spanningForest(twoTriples, 2);
  assert.deepEqual([...lengths], [2, 2, 3, 3, 8]);
  const ends = Array.from(left, (point, i) => [point, right[i]!].sort((a, b) => a - b).join('–'));
  assert.deepEqual(ends, ['0–1', '0–2', '3–4', '3–5', '2–3']);
});

test('the condensed tree keeps the split into threes, and when points leave', () => {
  const tree = condensedTree(spanningForest(twoTriples, 2), 3);
  assert.deepEqual([...tree.parents], [-1, 0, 0]);
  assert.deepEqual([...tree.births], [0, 1 / 8, 1 / 8]);
  assert.deepEqual([...tree.sizes].sort(), [3, 3, 6]);
  const densities = [...tree.leftAt].map((density) => density.toFixed(3));
  assert.deepEqual(densities, ['0.500', '0.500', '0.500', '0.333', '0.333', '0.333']);
});

test('two groups are two clusters, and a point far from both belongs to none', () => {
  assert.deepEqual([...densityClusters(line(0, 1, 2, 10, 11, 13, 40), options).clusterOf], [0, 0, 0, 1, 1, 1, -1]);
});

test('the more stable of parent and children is chosen', () => {
  // Two tight triples near each other, and a third one far away: splitting the first pair pays.
  const nested = line(0, 0.1, 0.2, 3, 3.1, 3.2, 50, 50.1, 50.2);
  assert.deepEqual([...densityClusters(nested, options).clusterOf], [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  // Loose triples that hardly part from each other: it doesn't.
  const loose = line(0, 1, 2, 3.2, 4.2, 5.2, 50, 51, 52, 53, 54, 55);
  assert.deepEqual([...densityClusters(loose, options).clusterOf], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
});

test('groups that are not joined by neighbours are apart', () => {
  const graph: NeighborGraph = {
    rows: 6,
    count: 2,
    neighbors: Int32Array.of(1, 2, 0, 2, 0, 1, 4, 5, 3, 5, 3, 4),
    distances: new Float32Array(12).fill(1),
  };
  assert.deepEqual([...densityClusters(graph, options).clusterOf], [0, 0, 0, 1, 1, 1]);
});

test('where nothing splits there is no cluster', () => {
  assert.equal(densityClusters(line(0, 1, 2, 3, 4), options).count, 0);
  assert.equal(densityClusters(line(0, 1), options).count, 0);
  assert.equal(
    densityClusters({ rows: 0, count: 0, neighbors: new Int32Array(), distances: new Float32Array() }, options).count,
    0,
  );
});

test('copies are a cluster like others', () => {
  const { clusterOf } = densityClusters(line(0, 0, 0, 0, 9, 9, 9, 20), options);
  assert.deepEqual([...clusterOf], [0, 0, 0, 0, 1, 1, 1, -1]);
});

const random = new RandomStream(5);
const blob = (x: number, y: number, count: number) =>
  Array.from({ length: count }, () => [x + random.normal(), y + random.normal()]).flat();

test('round clumps are found as they are, the largest first', () => {
  const positions = Float32Array.from([...blob(0, 0, 300), ...blob(15, 0, 200), ...blob(0, 15, 100)]);
  const { count, clusterOf, sizes } = densityClusters(planeNeighbors(positions, 20), usualClustering(600));
  assert.equal(count, 3);
  assert.deepEqual(
    [...sizes].map((size) => Math.round(size / 100)),
    [3, 2, 1],
  );
  const wrong = clusterOf.filter((cluster, i) => cluster >= 0 && cluster !== (i < 300 ? 0 : i < 500 ? 1 : 2));
  assert.equal(wrong.length, 0);
  assert.ok(clusterOf.filter((cluster) => cluster < 0).length < 60);
});

test('two halves stay whole although each is larger than clusters should be', () => {
  const positions = Float32Array.from([...blob(0, 0, 500), ...blob(20, 0, 500)]);
  const { count } = densityClusters(planeNeighbors(positions, 20), usualClustering(1000));
  assert.equal(count, 2);
});

test('nearly everything is no cluster where it falls into several', () => {
  const crowd = [...blob(0, 0, 200), ...blob(7, 0, 200), ...blob(0, 7, 200), ...blob(7, 7, 200)];
  const positions = Float32Array.from([...crowd, ...blob(300, 0, 60)]);
  const graph = planeNeighbors(positions, 20);
  assert.equal(densityClusters(graph, usualClustering(860)).count, 5);
  assert.ok(densityClusters(graph, { ...usualClustering(860), largestShare: 1 }).count <= 5);
});

test('numbers are sorted as by comparison', () => {
  const values = Float32Array.from({ length: 3_000 }, (_, i) => (i % 7 === 0 ? i % 5 : random.uniform(0, 1e6)));
  values[5] = Infinity;
  const expected = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
  assert.deepEqual([...ascendingOrder(values)], expected);
});
