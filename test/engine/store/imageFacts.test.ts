import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encoderCard } from '../../cards.ts';
import { newStore, putImage } from './storeFixtures.ts';

test('what files are like is read at once, and images without their vectors', (context) => {
  const store = newStore(context);
  const encoder = store.putEncoder('e', encoderCard('e', 2));
  const key = putImage(store, 'a', 'b.jpg', 'a.jpg');
  putImage(store, 'c', 'c.jpg');
  const facts = { bytes: 10, width: 4, height: 3, format: 'png' };
  assert.deepEqual(store.readImageFacts().get('c.jpg'), { ...facts, content: 'c', quality: undefined });
  const quality = { dark: 0.5, light: 0.25, blurry: 1, lowInformation: 0, grayscale: true };
  const grey = new Uint8Array(1024).fill(9);
  assert.deepEqual(
    store.contentsWithoutMeasures(2).map(({ path }) => path),
    ['a.jpg', 'c.jpg'],
  );
  store.putMeasures(key, 2, { quality, grey });
  assert.deepEqual(store.readImageFacts().get('b.jpg'), { ...facts, content: 'a', quality });
  assert.deepEqual([...store.readGreys()], [[key, grey]]);
  assert.deepEqual([store.hasMeasures(key, 2), store.hasMeasures(key, 3)], [true, false]);
  assert.deepEqual(
    store.contentsWithoutMeasures(2).map(({ path }) => path),
    ['c.jpg'],
  );
  assert.deepEqual(store.readEmbeddedImages(encoder), []);
  store.putVector(key, encoder, Float32Array.of(1, 0));
  assert.deepEqual(
    store.readEmbeddedImages(encoder),
    ['a.jpg', 'b.jpg'].map((path) => ({ path, contentKey: key })),
  );
});
