/**
 * Embedding map: neighbours, layout and clusters of generated vectors, phase by phase.
 *
 *     npm run bench -- map [--images 20000] [--dim 576] [--classes 200] [--threads 2] [--reference]
 *
 * Neighbours are also looked for by descent, as in maps of more than 50,000 images, and it is told how many it finds.
 * Budgets on two quiet cores, for 20,000 × 576: neighbours ≤ 4 s, neighbours and layout together ≤ 7 s. `--reference` lays
 * the same neighbours out with umap-js too, which takes a minute or so.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { UMAP } from 'umap-js';
import { densityClusters, usualClustering } from '../../src/core/clustering/densityClusters.ts';
import { allNeighbors } from '../../src/core/neighbors/allNeighbors.ts';
import { planeNeighbors } from '../../src/core/neighbors/planeNeighbors.ts';
import { fitCurve } from '../../src/core/projection/curve.ts';
import { fuzzyGraph } from '../../src/core/projection/fuzzyGraph.ts';
import { planLayout, usualEpochs } from '../../src/core/projection/layout.ts';
import { mapQuality, samplePoints } from '../../src/core/projection/mapQuality.ts';
import { cosineGraph } from '../../src/core/projection/neighborGraph.ts';
import { principalPlane, startOf } from '../../src/core/projection/principalPlane.ts';
import { RandomStream } from '../../src/core/random.ts';
import { OnnxWorker } from '../../src/engine/encoders/onnxRuntime.ts';
import { OnnxProducts } from '../../src/engine/evaluation/onnxProducts.ts';
import { descendOnThreads } from '../../src/engine/maps/descentThreads.ts';
import { layOutOnThreads } from '../../src/engine/maps/layoutThreads.ts';
import { classVectors } from '../core/projection/generated.ts';
import { printTable } from './report.ts';

const NEIGHBORS = 15;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    dim: { type: 'string', default: '576' },
    classes: { type: 'string', default: '200' },
    threads: { type: 'string', default: String(availableParallelism()) },
    reference: { type: 'boolean', default: false },
  },
});
const [rows, dim, classes, threads] = [values.images, values.dim, values.classes, values.threads].map(Number) as [
  number,
  number,
  number,
  number,
];
const data = classVectors({ rows, dim, classes, seed: 1, noise: 1.2 });
const worker = new OnnxWorker();
const products = new OnnxProducts(worker, threads);
const table: (readonly [string, string])[] = [];
const nothing = () => undefined;

async function timed<T>(name: string, work: () => T | Promise<T>): Promise<readonly [result: T, seconds: number]> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  // On a machine that is busy with something else, only this can be compared.
  table.push([name, `${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processors`]);
  return [result, seconds];
}

// The first session of a process loads the library.
await allNeighbors({ ...data, rows: 100 }, 5, products, nothing);
const [near, searching] = await timed('neighbours', () => allNeighbors(data, NEIGHBORS, products, nothing));
const job = { signal: new AbortController().signal, report: nothing };
const [descended] = await timed('neighbours by descent', () => descendOnThreads(data, NEIGHBORS, 0, threads, job));
let found = 0;
descended.rows.forEach((other, i) => {
  const start = i - (i % NEIGHBORS);
  if (near.rows.subarray(start, start + NEIGHBORS).includes(other)) found++;
});
table.push(['found by descent', `${((100 * found) / descended.rows.length).toFixed(1)} %`]);
const [plane, projecting] = await timed('principal plane', () => principalPlane(data, products, nothing));
const [graph, joining] = await timed('neighbour graph', () => fuzzyGraph(cosineGraph(near, NEIGHBORS - 1)));
const curve = fitCurve(0.1);
const epochs = usualEpochs(rows);
const [positions, moving] = await timed(`${epochs} epochs, ${graph.targets.length} edges, ${threads} threads`, () =>
  layOutOnThreads(planLayout(graph, { curve, epochs, seed: 0 }), startOf(plane, 0), threads, job),
);
const sample = samplePoints(rows, 1_000, 0);
const judge = (map: Float32Array) =>
  mapQuality({ ...data, positions: map, graph: cosineGraph(near), neighbors: NEIGHBORS, sample }, products, nothing);
const [quality] = await timed('checking the map', () => judge(positions));
const [clusters] = await timed('clusters', () => densityClusters(planeNeighbors(positions, 20), usualClustering(rows)));
const all = searching + projecting + joining + moving;
table.push(['neighbours and layout together', `${all.toFixed(2)} s (budget ≤ 7 s, neighbours ≤ 4 s)`]);
const figures = ({ trustworthiness, neighborsKept }: typeof quality) =>
  `${trustworthiness.toFixed(3)}, ${(100 * neighborsKept).toFixed(1)} %`;
table.push(['trustworthiness, neighbours kept', figures(quality)]);
table.push(['clusters found', `${clusters.count} (${classes} classes)`]);

if (values.reference) {
  const random = new RandomStream(0);
  const umap = new UMAP({ nNeighbors: NEIGHBORS, minDist: 0.1, nEpochs: epochs, random: () => random.uniform() });
  const graphRows = cosineGraph(near, NEIGHBORS - 1);
  // It wants each point first among its own neighbours.
  const withSelf = <T>(row: number, own: T, others: ArrayLike<T>) => [
    own,
    ...Array.from({ length: NEIGHBORS - 1 }, (_, rank) => others[row * (NEIGHBORS - 1) + rank]!),
  ];
  const indices = Array.from({ length: rows }, (_, row) => withSelf(row, row, graphRows.neighbors));
  const distances = Array.from({ length: rows }, (_, row) => withSelf(row, 0, graphRows.distances));
  umap.setPrecomputedKNN(indices, distances);
  // What it lays out is told by the neighbours alone.
  const placeholders = Array.from({ length: rows }, (_, row) => [row]);
  const [map] = await timed('umap-js, neighbours given', () => umap.fit(placeholders));
  table.push(['its trustworthiness, neighbours kept', figures(await judge(Float32Array.from(map.flat())))]);
}
await worker.dispose();
table.push([
  'load of the machine',
  loadavg()
    .map((load) => load.toFixed(1))
    .join(', '),
]);
printTable(`Embedding map of ${rows} × ${dim}`, table);
