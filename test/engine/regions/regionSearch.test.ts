import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import { nearestRegions } from '../../../src/engine/regions/regionSearch.ts';
import type { IndexStore } from '../../../src/engine/store/indexStore.ts';
import { encoderCard } from '../../cards.ts';
import { newStore, putImage } from '../store/storeFixtures.ts';

const DIM = 12;
const IMAGES = 300;
const PER_IMAGE = 9;

function randomVector(random: RandomStream): Float32Array {
  const values = Float32Array.from({ length: DIM }, () => random.uniform() - 0.5);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** More regions than are in memory at once. */
function fill(store: IndexStore, encoder: number) {
  const random = new RandomStream(7);
  return Array.from({ length: IMAGES }, (_, image) => {
    const contentKey = putImage(store, `${image}`, `${image}.png`);
    const regions = Array.from({ length: PER_IMAGE }, (_, x) => ({
      box: { x, y: image, width: 8, height: 8 },
      vector: randomVector(random),
    }));
    store.regions.put(contentKey, encoder, 1, regions);
    return { contentKey, regions };
  });
}

describe('nearestRegions', () => {
  it('finds exactly what comparing everything finds, of the contents that may be results', async (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', DIM));
    const images = fill(store, encoder);
    const query = randomVector(new RandomStream(99));
    const allowed = images.filter((_, i) => i % 3 !== 0);
    const expected = allowed
      .map(({ contentKey, regions }) => {
        const scores = regions.map(({ vector }) => dot(query, vector));
        const best = scores.indexOf(Math.max(...scores));
        return { contentKey, similarity: scores[best]!, box: regions[best]!.box };
      })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 10);
    const contentKeys = allowed.map(({ contentKey }) => contentKey);
    const found = await nearestRegions(store, { encoderKey: encoder, vector: query, contentKeys, count: 10 });
    assert.equal(found.compared, allowed.length * PER_IMAGE);
    assert.deepEqual(
      found.contents.map(({ contentKey, region }) => [contentKey, region.box]),
      expected.map(({ contentKey, box }) => [contentKey, box]),
    );
    found.contents.forEach(({ similarity }, i) => {
      assert.ok(Math.abs(similarity - expected[i]!.similarity) < 1e-6);
    });
  });

  it('stops between two blocks when nobody waits any more', async (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', DIM));
    const contentKeys = fill(store, encoder).map(({ contentKey }) => contentKey);
    const vector = randomVector(new RandomStream(3));
    const abort = new AbortController();
    const search = nearestRegions(store, { encoderKey: encoder, vector, contentKeys, count: 3, signal: abort.signal });
    abort.abort();
    await assert.rejects(search, { code: 'cancelled' });
  });

  it('finds nothing where there are no regions, and refuses vectors of another length', async (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', DIM));
    const contentKey = putImage(store, 'a', 'a.png');
    const query = {
      encoderKey: encoder,
      vector: randomVector(new RandomStream(1)),
      contentKeys: [contentKey],
      count: 3,
    };
    assert.deepEqual(await nearestRegions(store, query), { contents: [], compared: 0 });
    const short = { box: { x: 0, y: 0, width: 8, height: 8 }, vector: new Float32Array(4) };
    store.regions.put(contentKey, encoder, 1, [short]);
    await assert.rejects(nearestRegions(store, query), { code: 'index-corrupt' });
  });
});
