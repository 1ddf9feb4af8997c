import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captionCopies } from '../../../src/core/curation/captionCopies.ts';
import { nearestNeighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { runInSteps } from '../../../src/core/evaluation/steps.ts';
import { RandomStream } from '../../../src/core/random.ts';

const DIM = 64;

/** Captions around a common direction; those of a group are a little beside each other. @param spread of all of them */
async function captions(groups: readonly number[], spread: number) {
  const random = new RandomStream(3);
  const rows = groups.flatMap((size) => {
    const centre = Array.from({ length: DIM }, (_, k) => (k === 0 ? 1 : 0) + spread * random.normal());
    return Array.from({ length: size }, () => centre.map((value) => value + 0.1 * spread * random.normal()));
  });
  const vectors = Float32Array.from(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))));
  const texts = { vectors, rows: rows.length, dim: DIM, identities: Int32Array.from(rows.keys()) };
  const count = Math.min(20, rows.length - 1);
  return runInSteps(nearestNeighbors({ bank: texts, queries: texts, count }), () => Promise.resolve());
}

test('captions that say the same are found whatever an encoder calls similar', async () => {
  for (const spread of [0.5, 0.05]) {
    const neighbors = await captions([2, 3, ...new Array<number>(40).fill(1)], spread);
    const pairs = captionCopies(neighbors).map(({ first, second }) => `${first} ${second}`);
    assert.deepEqual(pairs.sort(), ['0 1', '2 3', '2 4', '3 4']);
    const [nearest, ...others] = captionCopies(neighbors);
    assert.ok(others.every(({ ratio }) => ratio >= nearest!.ratio));
    assert.equal(captionCopies(neighbors, 0).length, 0);
  }
});

test('a caption in many phrasings is found, and few captions tell nothing', async () => {
  const neighbors = await captions([30, ...new Array<number>(200).fill(1)], 0.3);
  const found = captionCopies(neighbors);
  assert.ok(found.length > 100 && found.every(({ second }) => second < 30), String(found.length));
  assert.deepEqual(captionCopies(await captions([2, ...new Array<number>(20).fill(1)], 0.3)), []);
});
