import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import { imageNeighbors } from '../../../src/engine/curation/imageNeighbors.ts';
import { job } from '../training/job.ts';

const DIM = 40;

/** Images of a few kinds, some of which are the same as others. */
function imagesOf(keys: readonly number[]) {
  const vectors = new Float32Array(keys.length * DIM);
  keys.forEach((key, row) => {
    const kind = new RandomStream(1, key % 7);
    // One in five has the vector of another one.
    const own = new RandomStream(2, key % 5 === 0 ? key % 50 : key);
    const vector = Array.from({ length: DIM }, () => kind.normal() + own.normal());
    const length = Math.hypot(...vector);
    vectors.set(
      vector.map((value) => value / length),
      row * DIM,
    );
  });
  const paths = keys.map((key) => `${String(key).padStart(6, '0')}.jpg`);
  return { vectors, rows: keys.length, dim: DIM, paths, contentKeys: Float64Array.from(keys) };
}

describe('the neighbours of images', () => {
  it('are to the bit those from scratch after random changes', async () => {
    const random = new RandomStream(3, 3);
    let keys = Array.from({ length: 1300 }, (_, i) => 3 * i);
    let images = imagesOf(keys);
    let found = await imageNeighbors(images, 2, job());
    for (let round = 0; round < 6; round++) {
      const gone = new Set(Array.from({ length: 12 }, () => keys[Math.floor(random.uniform() * keys.length)]!));
      const came = Array.from({ length: round === 5 ? 400 : 25 }, () => Math.floor(random.uniform() * 4000));
      keys = [...new Set([...keys.filter((key) => !gone.has(key)), ...came])].sort((a, b) => a - b);
      const { paths, contentKeys } = images;
      images = imagesOf(keys);
      const updated = await imageNeighbors(images, 2, job(), { paths, contentKeys, ...found });
      found = await imageNeighbors(images, 2, job());
      assert.deepEqual(updated.neighbors.rows, found.neighbors.rows, `round ${round}`);
      assert.deepEqual(updated.neighbors.similarities, found.neighbors.similarities, `round ${round}`);
    }
  });

  it('of very many are found approximately, and it is said how well', async () => {
    const images = imagesOf(Array.from({ length: 3000 }, (_, i) => i));
    const exact = await imageNeighbors(images, 2, job());
    const { neighbors, recall } = await imageNeighbors(images, 2, job(), undefined, 1000);
    assert.equal(exact.recall, 1);
    let hits = 0;
    for (let i = 0; i < neighbors.rows.length; i += 20) {
      const right = new Set(exact.neighbors.rows.subarray(i, i + 20));
      for (let j = i; j < i + 20; j++) if (right.has(neighbors.rows[j]!)) hits++;
    }
    assert.ok(recall > 0.9 && Math.abs(hits / neighbors.rows.length - recall) < 0.03, `${recall}`);
  });
});
