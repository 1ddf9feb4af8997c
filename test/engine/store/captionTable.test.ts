import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { migrations } from '../../../src/engine/store/schema.ts';
import { Database } from '../../../src/engine/store/sqlite.ts';
import { encoderCard } from '../../cards.ts';
import { newStore, putImage } from './storeFixtures.ts';

describe('captions of an index', () => {
  const [a, b] = [Float32Array.of(0.6, 0.8), Float32Array.of(1, 0)];

  it('are kept by encoder and key, without altering the revision', (context) => {
    const store = newStore(context);
    const [first, second] = ['e', 'f'].map((id) => store.putEncoder(id, encoderCard(id, 2)));
    const revision = store.revision();
    store.captions.put(
      first!,
      new Map([
        ['x', { vector: a, tokens: undefined }],
        ['y', { vector: b, tokens: 90 }],
      ]),
    );
    assert.equal(store.revision(), revision);
    assert.deepEqual(
      store.captions.read(first!, 2, ['x', 'y', 'z']),
      new Map([
        ['x', { vector: a, tokens: undefined }],
        ['y', { vector: b, tokens: 90 }],
      ]),
    );
    assert.equal(store.captions.read(second!, 2, ['x']).size, 0);
    store.captions.put(first!, new Map([['x', { vector: b, tokens: 3 }]]));
    store.captions.retain(first!, new Set(['x']));
    assert.deepEqual([...store.captions.read(first!, 2, ['x', 'y'])], [['x', { vector: b, tokens: 3 }]]);
  });

  it('go with their encoder', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    store.captions.put(encoder, new Map([['x', { vector: a, tokens: undefined }]]));
    store.removeEncoder(encoder);
    assert.equal(store.captions.read(encoder, 2, ['x']).size, 0);
  });

  it('that begin alike are forgotten together, and each write is told of', (context) => {
    const store = newStore(context);
    const [first, second] = ['e', 'f'].map((id) => store.putEncoder(id, encoderCard(id, 2)));
    assert.equal(store.captions.version(first!), undefined);
    const put = (encoder: number, ...keys: string[]) => {
      store.captions.put(encoder, new Map(keys.map((key) => [key, { vector: a, tokens: undefined }])));
    };
    put(first!, 'words/1', 'words/2', 'words', 'wordy/1', 'a');
    put(second!, 'words/1');
    const [before, other] = [store.captions.version(first!), store.captions.version(second!)];
    store.captions.forget(first!, 'words/');
    assert.deepEqual(
      store.captions
        .list(first!)
        .map(([key]) => key)
        .sort(),
      ['a', 'words', 'wordy/1'],
    );
    assert.equal(store.captions.list(second!).length, 1);
    assert.notEqual(store.captions.version(first!), before);
    assert.equal(store.captions.version(second!), other);
  });

  it('leave no note behind when their encoder goes', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    store.captions.put(encoder, new Map([['x', { vector: a, tokens: undefined }]]));
    store.writeMeta(`captions/${encoder}`, 'all are there');
    store.writeMeta(`captions/1${encoder}`, 'of another');
    store.removeEncoder(encoder);
    assert.equal(store.captions.version(encoder), undefined);
    assert.equal(store.readMeta(`captions/${encoder}`), undefined);
    assert.equal(store.readMeta(`captions/1${encoder}`), 'of another');
  });

  it('come to an index of before there were any, which keeps its vectors', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    store.putVector(putImage(store, 'a', 'a.jpg'), encoder, a);
    store.close();
    const database = new Database(store.location);
    database.exec('DROP TABLE captions');
    database.exec(`PRAGMA user_version = ${migrations.findIndex((step) => step.includes('CREATE TABLE captions'))}`);
    database.close();
    const migrated = openStore(store.root, { cacheFolder: `${store.root}/cache`, mode: 'write' });
    context.after(() => {
      migrated.close();
    });
    assert.deepEqual([...migrated.readVectors(encoder).matrix], [...a]);
    migrated.captions.put(encoder, new Map([['x', { vector: b, tokens: undefined }]]));
    assert.equal(migrated.captions.read(encoder, 2, ['x']).size, 1);
  });
});
