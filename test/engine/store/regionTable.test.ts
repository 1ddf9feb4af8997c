import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { migrations } from '../../../src/engine/store/schema.ts';
import { Database } from '../../../src/engine/store/sqlite.ts';
import { encoderCard } from '../../cards.ts';
import { newStore, putImage } from './storeFixtures.ts';

const box = { x: 1, y: 0, width: 2, height: 3 };
const vector = Float32Array.of(0.6, 0.8);
const LAYOUT = 1;

suite('regions of images', () => {
  test('are missing of readable images that have a vector, until they are put', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    const [a, b] = [putImage(store, 'a', 'a.jpg', 'copy of a.jpg'), putImage(store, 'b', 'b.jpg')];
    putImage(store, 'c', 'without vector.jpg');
    for (const key of [a, b]) store.putVector(key, encoder, vector);
    assert.equal(store.regions.has(encoder), false);
    assert.deepEqual(
      store.regions.missing(encoder, LAYOUT).map(({ path }) => path),
      ['a.jpg', 'b.jpg'],
    );
    const revision = store.revision();
    store.regions.put(a, encoder, LAYOUT, [{ box, vector }]);
    // A picture that is too small for any has none, and is done with all the same.
    store.regions.put(b, encoder, LAYOUT, []);
    assert.deepEqual(store.regions.missing(encoder, LAYOUT), []);
    assert.equal(store.regions.missing(encoder, LAYOUT + 1).length, 2);
    assert.deepEqual(store.regions.counts(encoder), { images: 3, regions: 1 });
    assert.equal(store.regions.has(encoder), true);
    assert.equal(store.revision(), revision, 'what was read of vectors stays good');
  });

  test('are read block by block, with the size of their picture', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    const other = store.putEncoder('o', encoderCard('o', 2));
    const keys = ['a', 'b', 'c'].map((id) => putImage(store, id, `${id}.jpg`));
    for (const key of keys) {
      for (const each of [encoder, other]) {
        store.regions.put(key, each, LAYOUT, [
          { box, vector: Float32Array.of(key, 0) },
          { box: { ...box, x: 0 }, vector: Float32Array.of(key, 1) },
        ]);
      }
    }
    const first = store.regions.block(encoder, 0, 4);
    const rest = store.regions.block(encoder, first.at(-1)![0], 4);
    const read = [...first, ...rest].map(([, content, bytes]) => [content, new Float32Array(bytes.slice().buffer)[1]]);
    assert.deepEqual(
      read,
      keys.flatMap((key) => [
        [key, 0],
        [key, 1],
      ]),
    );
    assert.deepEqual(store.regions.box(first[0]![0]), { box, picture: { width: 4, height: 3 } });
    assert.equal(store.regions.box(9999), undefined);
  });

  test('go with the contents and with the encoder they belong to', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    const other = store.putEncoder('o', encoderCard('o', 2));
    const [a, b] = [putImage(store, 'a', 'a.jpg'), putImage(store, 'b', 'b.jpg')];
    for (const key of [a, b]) {
      for (const each of [encoder, other]) store.regions.put(key, each, LAYOUT, [{ box, vector }]);
    }
    store.removeFiles(['a.jpg']);
    assert.equal(store.prune(-1), 1);
    assert.deepEqual(store.regions.counts(encoder), { images: 1, regions: 1 });
    store.removeEncoder(encoder);
    assert.deepEqual(store.regions.counts(encoder), { images: 0, regions: 0 });
    assert.deepEqual(store.regions.counts(other), { images: 1, regions: 1 });
  });

  test('come to an index of before there were any, which keeps its vectors', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    const key = putImage(store, 'a', 'a.jpg');
    store.putVector(key, encoder, vector);
    store.close();
    const before = migrations.findIndex((step) => step.includes('CREATE TABLE regions'));
    const database = new Database(store.location);
    database.exec('DROP TABLE regions; DROP TABLE region_sets; DROP TABLE captions');
    database.exec(`PRAGMA user_version = ${before}`);
    database.close();
    const migrated = openStore(store.root, { cacheFolder: `${store.root}/cache`, mode: 'write' });
    context.after(() => {
      migrated.close();
    });
    assert.deepEqual([...migrated.readVectors(encoder).matrix], [...vector]);
    migrated.regions.put(key, encoder, LAYOUT, [{ box, vector }]);
    assert.deepEqual(migrated.regions.counts(encoder), { images: 1, regions: 1 });
  });
});
