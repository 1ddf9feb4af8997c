import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCancellation } from '../../../src/core/errors.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { allNeighbors } from '../../../src/core/neighbors/allNeighbors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { descendOnThreads } from '../../../src/engine/maps/descentThreads.ts';
import { layOutImages } from '../../../src/engine/maps/mapLayout.ts';
import { usualMapSettings } from '../../../src/protocol/embeddingMap.ts';
import { classVectors } from '../../core/projection/generated.ts';

const data = classVectors({ rows: 2_000, dim: 20, classes: 10, seed: 3 });
const images = {
  ...data,
  paths: Array.from({ length: data.rows }, (_, row) => `${row}.png`),
  contentKeys: new Float64Array(data.rows),
  labels: Array.from({ length: data.rows }, () => undefined),
  splits: Array.from({ length: data.rows }, () => undefined),
  notices: [],
};
const job = { signal: new AbortController().signal, report: () => undefined };

test('one, two and three threads find the same neighbours, nearly all that there are', async () => {
  const exact = await allNeighbors(data, 12, plainProducts, () => undefined);
  const found = await Promise.all([1, 2, 3].map((threads) => descendOnThreads(data, 12, 0, threads, job)));
  assert.deepEqual(found[0], found[1]);
  assert.deepEqual(found[0], found[2]);
  const { rows, similarities } = found[0]!;
  const hits = rows.reduce((sum, other, i) => {
    const row = Math.floor(i / 12);
    return sum + (exact.rows.subarray(12 * row, 12 * (row + 1)).includes(other) ? 1 : 0);
  }, 0);
  assert.ok(hits / rows.length > 0.97, String(hits / rows.length));
  assert.ok(similarities.every((value) => value > -1.01 && value < 1.01));
  assert.notDeepEqual((await descendOnThreads(data, 12, 1, 2, job)).rows, rows);
});

test('it stops when it is told to, and says what it does', async () => {
  const abort = new AbortController();
  const phases = new Set<string>();
  const report = ({ phase }: Progress) => {
    phases.add(phase);
    if (phase.endsWith('round 1')) abort.abort();
  };
  await assert.rejects(descendOnThreads(data, 12, 0, 2, { signal: abort.signal, report }), isCancellation);
  assert.deepEqual([...phases], ['Grouping images', 'Comparing images', 'Comparing neighbours of neighbours, round 1']);
});

test('a map of many images is made from approximate neighbours, and tells how many of them are right', async () => {
  const work = { images, choice: { ...usualMapSettings, layout: 'likeness' }, threads: 2 } as const;
  const [near, exact] = [await layOutImages({ ...work, mostExact: 100 }, job), await layOutImages(work, job)];
  assert.equal(exact.recall, 1);
  assert.ok(near.recall > 0.97 && near.recall < 1, String(near.recall));
  assert.ok(Math.abs(near.quality.trustworthiness - exact.quality.trustworthiness) < 0.02);
});
