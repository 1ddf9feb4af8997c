import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import {
  codesFile,
  columnsOf,
  isEnough,
  readCodes,
  refreshCodesFile,
  type VectorStore,
} from '../../../src/engine/search/vectorCodes.ts';
import { VectorSearch } from '../../../src/engine/search/vectorSearch.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { IndexStore } from '../../../src/engine/store/indexStore.ts';
import { encoderCard } from '../../cards.ts';
import { content, file, newStore } from '../store/storeFixtures.ts';

const DIM = 8;
/** So many that a file is kept. */
const IMAGES = 10_200;

/** An index of unrelated images, and its store with the blocks of vectors that were read of it. */
function indexOf(context: TestContext, images = IMAGES) {
  const store = newStore(context);
  const encoderKey = store.putEncoder('one', encoderCard('one', DIM));
  store.transaction(() => {
    for (let i = 0; i < images; i++) put(store, encoderKey, i, vectorOf(i));
  });
  const counted = { blocks: 0 };
  const watched: VectorStore = {
    location: store.location,
    revision: () => store.revision(),
    readEncoders: () => store.readEncoders(),
    readEmbeddedImages: (key) => store.readEmbeddedImages(key),
    readVector: (contentKey, key) => store.readVector(contentKey, key),
    readVectorBlock: (key, after, count) => {
      counted.blocks++;
      return store.readVectorBlock(key, after, count);
    },
    countVectors: (key) => store.countVectors(key),
    vectorsName: (key) => store.vectorsName(key),
  };
  return { store, encoderKey, watched, counted };
}

function put(store: IndexStore, encoderKey: number, i: number, vector: Float32Array): number {
  const key = store.putContent(content(`image ${i}`));
  store.putFile(file(nameOf(i), key));
  store.putVector(key, encoderKey, vector);
  return key;
}

function nameOf(i: number): string {
  return `${String(i).padStart(6, '0')}.png`;
}

function vectorOf(i: number): Float32Array {
  const random = new RandomStream(9, i);
  const values = Array.from({ length: DIM }, () => random.normal());
  return Float32Array.from(values, (value) => value / Math.hypot(...values));
}

function searching(context: TestContext): VectorSearch {
  const search = new VectorSearch(1);
  context.after(() => search.dispose());
  return search;
}

/** The nearest of the image, by its own vector, as everything compared with everything has it. */
function expected(store: IndexStore, encoderKey: number, path: string, count: number): string[] {
  const { paths, matrix } = store.readVectors(encoderKey);
  const own = paths.indexOf(path);
  const similarity = (row: number) => {
    let sum = 0;
    for (let i = 0; i < DIM; i++) sum += matrix[own * DIM + i]! * matrix[row * DIM + i]!;
    return Math.fround(sum);
  };
  return [...paths.keys()]
    .map((row) => ({ row, score: similarity(row) }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, count)
    .map(({ row }) => paths[row]!);
}

async function found(search: VectorSearch, store: VectorStore, encoderKey: number, path: string, count = 12) {
  const table = search.open(store, encoderKey);
  const { rows } = await table.nearest(table.vector(table.rowOf(path)), count, () => true);
  return Array.from(rows, (row) => table.paths[row]);
}

async function fileOf(store: IndexStore, encoderKey: number): Promise<string> {
  const path = codesFile(store, encoderKey);
  while (!existsSync(path)) await sleep(5);
  return path;
}

describe('the search over an index', () => {
  it('reads the codes that were kept instead of all vectors, and finds the same', async (context) => {
    const { store, encoderKey, watched, counted } = indexOf(context);
    const truth = expected(store, encoderKey, nameOf(77), 12);
    assert.deepEqual(await found(searching(context), watched, encoderKey, nameOf(77)), truth);
    assert.ok(counted.blocks > 0);
    await fileOf(store, encoderKey);

    counted.blocks = 0;
    const search = searching(context);
    assert.deepEqual(await found(search, watched, encoderKey, nameOf(77)), truth);
    assert.equal(counted.blocks, 0, 'no vectors were read but those of candidates');
    // The vectors come a while later, and are as good.
    while (counted.blocks < IMAGES / 512) await sleep(20);
    assert.deepEqual(await found(search, watched, encoderKey, nameOf(77)), truth);
    const table = search.open(watched, encoderKey);
    const all = await table.similarities(table.rowOf(nameOf(77)));
    const best = [...all.keys()].sort((a, b) => all[b]! - all[a]! || a - b).slice(0, 12);
    assert.deepEqual(
      best.map((row) => table.paths[row]),
      truth,
    );
  });

  it('goes on with what it has when images come and go', async (context) => {
    const { store, encoderKey, watched, counted } = indexOf(context, 600);
    const search = searching(context);
    await found(search, watched, encoderKey, nameOf(5));
    const before = counted.blocks;
    store.transaction(() => {
      // Nearly the same picture as number 5, another copy of it, and one that goes.
      put(store, encoderKey, 9000, Float32Array.from(vectorOf(5)));
      store.putFile(file('copy.png', store.findContentKey('image 5')));
      store.removeFiles([nameOf(6)]);
    });
    const names = await found(search, watched, encoderKey, nameOf(5), 700);
    assert.deepEqual(names, expected(store, encoderKey, nameOf(5), 700));
    assert.deepEqual(names.slice(0, 3), [nameOf(5), nameOf(9000), 'copy.png']);
    assert.ok(!names.includes(nameOf(6)));
    assert.equal(counted.blocks, before, 'nothing was read anew');
  });

  it('forgets what it has where a vector was replaced', async (context) => {
    const { store, encoderKey, watched } = indexOf(context);
    const search = searching(context);
    const before = store.vectorsName(encoderKey);
    await found(search, watched, encoderKey, nameOf(5));
    await fileOf(store, encoderKey);
    store.transaction(() => {
      store.putVector(store.findContentKey('image 123')!, encoderKey, vectorOf(5));
    });
    assert.notEqual(store.vectorsName(encoderKey), before);
    for (const other of [search, searching(context)]) {
      const names = await found(other, watched, encoderKey, nameOf(5));
      assert.deepEqual(names.slice(0, 2), [nameOf(5), nameOf(123)]);
    }
  });

  it('takes no codes of another index, of other vectors or of half a file', async (context) => {
    const first = indexOf(context);
    await refreshCodesFile(first.watched, first.encoderKey, DIM);
    const bytes = readFileSync(codesFile(first.store, first.encoderKey));
    const second = indexOf(context);
    second.store.transaction(() => {
      second.store.putVector(second.store.findContentKey('image 123')!, second.encoderKey, vectorOf(5));
    });
    const wrong = {
      'of another index': bytes,
      cut: bytes.subarray(0, bytes.length - 100),
      empty: bytes.subarray(0, 0),
      'something else': Buffer.from('no codes\n'),
    };
    for (const [what, other] of Object.entries(wrong)) {
      writeFileSync(codesFile(second.store, second.encoderKey), other);
      const names = await found(searching(context), second.watched, second.encoderKey, nameOf(5));
      assert.deepEqual(names.slice(0, 2), [nameOf(5), nameOf(123)], what);
      // What was found out is kept in its place; the next case is not to meet that.
      while (statSync(codesFile(second.store, second.encoderKey)).size !== bytes.length) await sleep(5);
      await sleep(30);
    }
  });

  it('takes no codes of an index that was put back since, and gave its last keys to other images', async (context) => {
    const { store, encoderKey, watched } = indexOf(context);
    const backup = join(dirname(store.location), 'backup.sqlite');
    const database = new DatabaseSync(store.location);
    database.exec(`VACUUM INTO '${backup}'`);
    database.close();
    store.transaction(() => {
      for (let i = 0; i < 5; i++) put(store, encoderKey, 30_000 + i, vectorOf(30_000 + i));
    });
    store.vectorsName(encoderKey);
    await refreshCodesFile(watched, encoderKey, DIM);
    // The same in what was put back, but for the name, which both may have.
    const other = newStore(context);
    other.close();
    copyFileSync(backup, other.location);
    copyFileSync(codesFile(store, encoderKey), codesFile(other, encoderKey));
    const restored = openStore(other.root, { cacheFolder: join(other.root, 'cache'), mode: 'write' });
    restored.transaction(() => {
      restored.writeMeta(`vectors/${encoderKey}`, store.vectorsName(encoderKey));
      put(restored, encoderKey, 40_000, vectorOf(77));
    });
    assert.deepEqual((await found(searching(context), restored, encoderKey, nameOf(77))).slice(0, 2), [
      nameOf(77),
      nameOf(40_000),
    ]);
    const codes = await readCodes(watched, encoderKey, DIM, store.vectorsName(encoderKey));
    assert.equal(codes?.contentKeys.length, IMAGES + 5, 'where they belong they are taken');
    restored.close();
  });

  it('lets go of the vectors of the encoder that was used before, and of what it can not hold', async (context) => {
    const { store, watched } = indexOf(context, 50);
    const keys = ['two', 'three'].map((identity) => {
      const key = store.putEncoder(identity, encoderCard(identity, DIM));
      store.transaction(() => {
        for (let i = 0; i < 50; i++) store.putVector(store.findContentKey(`image ${i}`)!, key, vectorOf(i + 100));
      });
      return key;
    });
    const search = searching(context);
    for (const key of [1, ...keys, 1, keys[1]!]) {
      assert.deepEqual(await found(search, watched, key, nameOf(3)), expected(store, key, nameOf(3), 12));
    }
  });
});

describe('refreshCodesFile', () => {
  it('leaves a file that still serves, and makes one anew where many images came', async (context) => {
    const { store, encoderKey, watched, counted } = indexOf(context);
    await refreshCodesFile(watched, encoderKey, DIM);
    const path = codesFile(store, encoderKey);
    const long = new Date('2024-05-06T07:08:09Z');
    utimesSync(path, long, long);
    counted.blocks = 0;
    store.transaction(() => {
      for (let i = 0; i < 20; i++) put(store, encoderKey, IMAGES + i, vectorOf(IMAGES + i));
    });
    await refreshCodesFile(watched, encoderKey, DIM);
    assert.deepEqual([counted.blocks, statSync(path).mtimeMs], [0, long.getTime()]);
    store.transaction(() => {
      for (let i = 0; i < 600; i++) put(store, encoderKey, 20_000 + i, vectorOf(20_000 + i));
    });
    await refreshCodesFile(watched, encoderKey, DIM);
    assert.ok(counted.blocks > 0 && statSync(path).mtimeMs > long.getTime());
  });

  it('keeps none of a small index', async (context) => {
    const { store, encoderKey, watched } = indexOf(context, 30);
    await refreshCodesFile(watched, encoderKey, DIM);
    assert.ok(!existsSync(codesFile(store, encoderKey)));
  });
});

it('columns are found by content, and are enough as long as few images lack one', () => {
  const columns = columnsOf(Float64Array.of(2, 5, 9, Infinity), Float64Array.of(9, 1, 2, 5, 10, 2));
  assert.deepEqual([...columns], [2, -1, 0, 1, -1, 0]);
  assert.ok(isEnough(columns, 4));
  assert.ok(!isEnough(new Int32Array(501).fill(-1), 0));
  assert.ok(!isEnough(new Int32Array(10), 600));
});
