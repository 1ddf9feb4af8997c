import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode } from '../../../src/core/errors.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { Database } from '../../../src/engine/store/sqlite.ts';
import type { StoredMap } from '../../../src/engine/store/indexStore.ts';
import { content, file, newStore, putImage } from './storeFixtures.ts';
import { encoderCard } from '../../cards.ts';

const broken = { code: ErrorCode.CorruptImage, message: 'broken.' };

suite('files in the index', () => {
  test('come back as they were stored', (context) => {
    const store = newStore(context);
    const key = store.putContent(content('a'));
    const records = [
      file('b/1.jpg', key, { size: 2 ** 40, modifiedAt: 1_795_476_968_318.0793 }),
      file('b/2.jpg', undefined, { problem: { code: ErrorCode.UnreadableFile, message: 'no.' } }),
    ];
    for (const record of records) store.putFile(record);
    assert.deepEqual([...store.readFiles().values()], records);
    store.putFile({ ...records[1]!, contentKey: key, problem: undefined });
    assert.deepEqual(store.readFiles().get('b/2.jpg'), { ...records[1], contentKey: key, problem: undefined });
  });

  test('are found below paths, not beside them', (context) => {
    const store = newStore(context);
    for (const path of ['a', 'a/1', 'a/b/2', 'a.jpg', 'ab/3', 'a-/4', 'a0/5', 'c/6'])
      store.putFile(file(path, undefined));
    assert.deepEqual([...store.readFiles(['a']).keys()].sort(), ['a', 'a/1', 'a/b/2']);
    assert.deepEqual([...store.readFiles(['a/b', 'c', 'none']).keys()].sort(), ['a/b/2', 'c/6']);
    assert.equal(store.readFiles(['']).size, 8);
    assert.equal(store.readFiles([]).size, 0);
  });

  test('names are compared exactly, whatever is in them', (context) => {
    const store = newStore(context);
    const paths = ['e\u0301.jpg', '\u00e9.jpg', 'A.jpg', 'a.jpg', 'new\nline.jpg', "o'hara%_.jpg", '😀.jpg'];
    for (const path of paths) store.putFile(file(path, undefined));
    assert.deepEqual([...store.readFiles().keys()].sort(), [...paths].sort());
    assert.deepEqual([...store.readFiles(["o'hara%_.jpg"]).keys()], ["o'hara%_.jpg"]);
  });
});

suite('contents in the index', () => {
  test('are found by id and replaced under the same key', (context) => {
    const store = newStore(context);
    const first = content('a', { thumbnail: Uint8Array.of(1, 2, 3) });
    const key = store.putContent(first);
    assert.deepEqual(store.findContent('a'), { key, record: first });
    const second = content('a', { width: 0, height: 0, format: '', problem: broken });
    assert.equal(store.putContent(second), key);
    assert.deepEqual(store.findContent('a'), { key, record: second });
    assert.equal(store.findContent('b'), undefined);
  });

  test('thumbnails are read by path', (context) => {
    const store = newStore(context);
    const key = store.putContent(content('a', { thumbnail: Uint8Array.of(7) }));
    store.putFile(file('x.jpg', key));
    store.putFile(file('copy.jpg', key));
    putImage(store, 'b', 'plain.jpg');
    assert.deepEqual(
      store.readThumbnails(['x.jpg', 'plain.jpg', 'copy.jpg', 'none.jpg']),
      new Map([
        ['x.jpg', Uint8Array.of(7)],
        ['copy.jpg', Uint8Array.of(7)],
      ]),
    );
  });

  test('stay for a while when no file has them, and then go with all that hangs on them', async (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    const gone = putImage(store, 'gone', 'a.jpg', 'copy.jpg');
    const moved = putImage(store, 'moved', 'b.jpg');
    const kept = putImage(store, 'kept', 'c.jpg');
    for (const key of [gone, moved, kept]) store.putVector(key, encoder, Float32Array.of(1, 0));
    store.removeFiles(['a.jpg']);
    assert.equal(store.prune(0), 0);
    store.removeFiles(['copy.jpg', 'b.jpg']);
    store.putFile(file('elsewhere/b.jpg', moved));
    await sleep(5);
    assert.equal(store.prune(60_000), 0);
    assert.equal(store.findContent('gone')?.key, gone);
    assert.equal(store.prune(1), 1);
    assert.equal(store.findContent('gone'), undefined);
    assert.equal(store.hasVector(gone, encoder), false);
    assert.deepEqual(store.readVectors(encoder).paths, ['c.jpg', 'elsewhere/b.jpg']);
    assert.ok(putImage(store, 'new', 'd.jpg') > kept, 'a key is never given to another content');
  });

  test('a file that changes leaves its old content behind', async (context) => {
    const store = newStore(context);
    putImage(store, 'old', 'a.jpg');
    putImage(store, 'new', 'a.jpg');
    await sleep(5);
    assert.equal(store.prune(1), 1);
    assert.equal(store.findContent('old'), undefined);
    assert.ok(store.findContent('new'));
  });
});

suite('vectors in the index', () => {
  test('of readable images come as one matrix, equal contents with a row for each path', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 3));
    const a = putImage(store, 'a', 'z.jpg', 'a.jpg');
    const b = putImage(store, 'b', 'm.jpg');
    putImage(store, 'c', 'without.jpg');
    const bad = putImage(store, 'd', 'bad.jpg');
    store.putVector(bad, encoder, Float32Array.of(9, 9, 9));
    store.putContent(content('d', { problem: broken }));
    store.putVector(b, encoder, new Float32Array([7, 0.25, -1, 0.5, 7]).subarray(1, 4));
    store.putVector(a, encoder, Float32Array.of(1, 2, 3));
    const table = store.readVectors(encoder);
    assert.deepEqual(table.paths, ['a.jpg', 'm.jpg', 'z.jpg']);
    assert.deepEqual(table.contentKeys, Float64Array.of(a, b, a));
    assert.deepEqual(table.matrix, Float32Array.of(1, 2, 3, 0.25, -1, 0.5, 1, 2, 3));
    assert.equal(table.dim, 3);
    assert.equal(table.revision, store.revision());
    assert.equal(store.countEmbedded(encoder), 3);
  });

  test('of one encoder never meet those of another', (context) => {
    const store = newStore(context);
    const [first, second] = [store.putEncoder('e1', encoderCard('e', 2)), store.putEncoder('e2', encoderCard('e', 2))];
    const key = putImage(store, 'a', 'a.jpg');
    store.putVector(key, first, Float32Array.of(1, 0));
    assert.equal(store.readVectors(second).paths.length, 0);
    assert.equal(store.hasVector(key, second), false);
    store.putVector(key, second, Float32Array.of(0, 1));
    assert.deepEqual(store.readVectors(first).matrix, Float32Array.of(1, 0));
    assert.deepEqual(store.readVectors(second).matrix, Float32Array.of(0, 1));
  });

  test('of another length than the encoder gives are refused', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    const key = putImage(store, 'a', 'a.jpg');
    assert.throws(
      () => {
        store.putVector(key, encoder, Float32Array.of(1, 2, 3));
      },
      { code: ErrorCode.EncoderMismatch },
    );
    assert.throws(() => store.readVectors(encoder + 1), { code: ErrorCode.EncoderMismatch });
  });

  test('that are missing are listed once per readable content', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 1));
    const a = putImage(store, 'a', 'z.jpg', 'a.jpg');
    store.putVector(putImage(store, 'b', 'b.jpg'), encoder, Float32Array.of(1));
    store.putVector(putImage(store, 'c', 'c.jpg'), encoder, { code: ErrorCode.EmbeddingInvalid, message: 'NaN.' });
    putImage(store, 'd', 'd.jpg');
    store.putContent(content('d', { problem: broken }));
    store.putContent(content('nobody'));
    assert.deepEqual(store.contentsWithoutVector(encoder), [{ contentKey: a, path: 'a.jpg' }]);
  });

  test('an encoder is known by its identity and keeps its card', (context) => {
    const store = newStore(context);
    const key = store.putEncoder('e1', encoderCard('one', 2));
    const other = store.putEncoder('e2', encoderCard('one', 2));
    assert.equal(store.putEncoder('e1', encoderCard('changed', 2)), key);
    assert.deepEqual(store.readEncoders(), [
      { key, identity: 'e1', card: encoderCard('one', 2) },
      { key: other, identity: 'e2', card: encoderCard('one', 2) },
    ]);
  });
});

suite('problems in the index', () => {
  test('of the file, its content or its embedding, by path', (context) => {
    const store = newStore(context);
    const [encoder, other] = [store.putEncoder('e', encoderCard('e', 1)), store.putEncoder('o', encoderCard('o', 1))];
    const unreadable = { code: ErrorCode.UnreadableFile, message: 'unreadable.' };
    const invalid = { code: ErrorCode.EmbeddingInvalid, message: 'NaN.' };
    store.putFile(file('z.jpg', undefined, { problem: unreadable }));
    putImage(store, 'bad', 'y.jpg', 'copy.jpg');
    store.putContent(content('bad', { problem: broken }));
    store.putVector(putImage(store, 'nan', 'b.jpg'), encoder, invalid);
    store.putVector(putImage(store, 'fine', 'a.jpg'), encoder, Float32Array.of(1));
    const always = [
      { path: 'copy.jpg', problem: broken },
      { path: 'y.jpg', problem: broken },
      { path: 'z.jpg', problem: unreadable },
    ];
    assert.deepEqual(store.readProblems(), always);
    assert.deepEqual(store.readProblems(other), always);
    assert.deepEqual(store.readProblems(encoder), [{ path: 'b.jpg', problem: invalid }, ...always]);
    assert.deepEqual(store.readImagePaths(), ['a.jpg', 'b.jpg']);
  });

  test('are gone once there is a result', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 1));
    const key = putImage(store, 'a', 'a.jpg');
    store.putContent(content('a', { problem: broken }));
    store.putVector(key, encoder, { code: ErrorCode.EmbeddingInvalid, message: 'NaN.' });
    store.putContent(content('a'));
    store.putVector(key, encoder, Float32Array.of(1));
    assert.deepEqual(store.readProblems(encoder), []);
    assert.equal(store.countEmbedded(encoder), 1);
  });
});

suite('transactions and revisions', () => {
  test('a failed transaction leaves nothing behind', (context) => {
    const store = newStore(context);
    const before = store.revision();
    assert.throws(
      () =>
        store.transaction(() => {
          store.putFile(file('a.jpg', undefined));
          throw new Error('stop');
        }),
      /stop/,
    );
    assert.equal(store.readFiles().size, 0);
    assert.equal(store.revision(), before);
    store.putFile(file('b.jpg', undefined));
    assert.equal(store.readFiles().size, 1);
  });

  test('are not re-entrant', (context) => {
    const store = newStore(context);
    assert.throws(() => store.transaction(() => store.transaction(() => 1)), /running/);
    assert.equal(
      store.transaction(() => 1),
      1,
    );
  });

  test('the revision changes with files, contents and vectors, seen from other connections, and not with notes', (context) => {
    const store = newStore(context);
    const other = openStore(store.root, { cacheFolder: join(store.root, 'cache'), mode: 'read' });
    assert.ok(other);
    context.after(() => {
      other.close();
    });
    const seen = [other.revision()];
    const step = (work: () => unknown) => {
      work();
      seen.push(other.revision());
    };
    const encoder = store.putEncoder('e', encoderCard('e', 1));
    step(() => putImage(store, 'a', 'a.jpg'));
    step(() => {
      store.putVector(1, encoder, Float32Array.of(1));
    });
    step(() => {
      store.removeFiles(['a.jpg']);
    });
    assert.equal(new Set(seen).size, 4);
    const settled = store.revision();
    store.writeMeta('k', 'v');
    store.acquireLease('l', 'me', 1000);
    store.transaction(() => store.readFiles());
    assert.equal(store.revision(), settled);
  });

  test('notes are kept, replaced and removed', (context) => {
    const store = newStore(context);
    assert.equal(store.readMeta('k'), undefined);
    store.writeMeta('k', 'one');
    store.writeMeta('k', 'two');
    assert.equal(store.readMeta('k'), 'two');
    store.writeMeta('k', undefined);
    assert.equal(store.readMeta('k'), undefined);
  });

  test('a full disk is said, and what was committed stays', (context) => {
    const store = newStore(context);
    putImage(store, 'a', 'a.jpg');
    store.close();
    const database = new Database(store.location);
    context.after(() => {
      database.close();
    });
    database.exec(`PRAGMA max_page_count = ${database.pragma('page_count') + 2}`);
    const insert = database.prepare('INSERT INTO thumbnails (content, bytes) VALUES (1, zeroblob(1000000))');
    assert.throws(() => database.transaction(() => insert.run()), { code: ErrorCode.DiskFull });
    assert.equal(database.prepare('SELECT 1 FROM files').all().length, 1);
    database.assertIntact();
  });

  test(
    'an index that was replaced while in use is not written to',
    { skip: process.platform === 'win32' },
    (context) => {
      const store = newStore(context);
      renameSync(store.location, `${store.location}.old`);
      assert.throws(
        () => {
          store.putFile(file('a.jpg', undefined));
        },
        { code: ErrorCode.IndexCorrupt },
      );
    },
  );
});

suite('leases', () => {
  test('keep others out until released or expired', async (context) => {
    const store = newStore(context);
    assert.equal(store.acquireLease('index', 'me', 60_000), undefined);
    assert.equal(store.acquireLease('index', 'me', 60_000), undefined);
    assert.equal(store.acquireLease('index', 'you', 60_000)?.pid, process.pid);
    assert.equal(store.acquireLease('other', 'you', 60_000), undefined);
    store.releaseLease('index', 'you');
    assert.ok(store.acquireLease('index', 'you', 60_000));
    store.releaseLease('index', 'me');
    assert.equal(store.acquireLease('index', 'you', 20), undefined);
    await sleep(30);
    assert.equal(store.acquireLease('index', 'me', 60_000), undefined);
  });
});

suite('maps in the index', () => {
  const map = (rows: number, madeAt: number): StoredMap => ({
    laidOut: rows,
    madeAt,
    paths: Array.from({ length: rows }, (_, row) => `odd "${row}"\n.png`),
    contentKeys: Float64Array.from({ length: rows }, (_, row) => row + 2 ** 40),
    positions: Float32Array.from({ length: 2 * rows }, (_, i) => i / 3),
    clusterOf: Int32Array.from({ length: rows }, (_, row) => row - 1),
    summary: '{"seconds":1}',
  });
  const neighbors = { perRow: 2, neighbors: Int32Array.of(1, 2, 0, 2, 0, 1) };

  test('come back as they were kept, by encoder, folder and settings', (context) => {
    const store = newStore(context);
    const encoderKey = store.putEncoder('e', encoderCard('e', 2));
    const key = { encoderKey, folder: 'a', settings: '{"seed":0}' };
    const revision = store.revision();
    store.putMap(key, map(3, 5), neighbors);
    assert.deepEqual(store.readMap(key), map(3, 5));
    assert.deepEqual(store.readMapNeighbors(key), neighbors);
    assert.equal(store.revision(), revision, 'nobody else has to read anything again');
    for (const other of [
      { ...key, folder: '' },
      { ...key, settings: '{}' },
      { ...key, encoderKey: encoderKey + 1 },
    ]) {
      assert.deepEqual([store.readMap(other), store.readMapNeighbors(other)], [undefined, undefined]);
    }
    store.putMap(key, { ...map(3, 6), summary: '{}' }, { perRow: 1, neighbors: Int32Array.of(1, 0, 0) });
    assert.equal(store.readMap(key)?.madeAt, 6);
    assert.equal(store.readMapNeighbors(key)?.perRow, 1);
  });

  test('take rows in, unless they were made anew meanwhile', (context) => {
    const store = newStore(context);
    const key = { encoderKey: store.putEncoder('e', encoderCard('e', 2)), folder: '', settings: '{}' };
    store.putMap(key, map(3, 5), neighbors);
    const extended = { ...map(4, 5), laidOut: 3 };
    store.extendMap(key, extended);
    assert.deepEqual(store.readMap(key), extended);
    assert.deepEqual(store.readMapNeighbors(key), neighbors);
    store.extendMap(key, { ...map(5, 4), laidOut: 3 });
    assert.deepEqual(store.readMap(key), extended);
  });

  test('are the last few of an encoder and a folder, the newest first', (context) => {
    const store = newStore(context);
    const encoderKey = store.putEncoder('e', encoderCard('e', 2));
    for (let seed = 0; seed < 7; seed++) {
      store.putMap({ encoderKey, folder: '', settings: `{"seed":${seed}}` }, map(3, 100 + seed), neighbors);
    }
    store.putMap({ encoderKey, folder: 'a', settings: '{}' }, map(3, 1), neighbors);
    assert.deepEqual(store.listMaps(encoderKey, ''), ['{"seed":6}', '{"seed":5}', '{"seed":4}', '{"seed":3}']);
    assert.deepEqual(store.listMaps(encoderKey, 'a'), ['{}']);
    assert.equal(store.readMapNeighbors({ encoderKey, folder: '', settings: '{"seed":0}' }), undefined);
  });
});
