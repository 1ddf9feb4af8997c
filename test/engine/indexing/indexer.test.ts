import assert from 'node:assert/strict';
import { copyFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, isCancellation } from '../../../src/core/errors.ts';
import type { JobContext } from '../../../src/core/progress.ts';
import type { Encoder } from '../../../src/engine/encoders/encoder.ts';
import { indexDataset } from '../../../src/engine/indexing/indexer.ts';
import { MEASURES_VERSION } from '../../../src/engine/images/imageMeasures.ts';
import type { IndexStore } from '../../../src/engine/store/indexStore.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { contentsOf, picture, write } from './dataset.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { fakeEncoder } from './fakeEncoder.ts';

const quiet: JobContext = { signal: new AbortController().signal, report: () => undefined };
const LONG_AGO = new Date('2024-05-06T07:08:09Z');

async function dataset(context: TestContext, images = 10) {
  const root = temporaryFolder(context);
  for (let i = 0; i < images; i++) await place(root, `class${i % 2}/${i}.png`, i);
  const store = openStore(root, { cacheFolder: join(root, 'unused-cache'), mode: 'write' });
  context.after(() => {
    store.close();
  });
  return { root, store };
}

/** Writes picture number `seed`, with a time long ago so that it is settled. */
async function place(root: string, path: string, seed: number): Promise<void> {
  write(root, path, await picture([6 * seed, 255 - 6 * seed, 90], seed));
  utimesSync(join(root, path), LONG_AGO, LONG_AGO);
}

function index(store: IndexStore, encoder: Encoder, changes: { only?: string[]; job?: Partial<JobContext> } = {}) {
  return indexDataset(
    {
      store,
      encoder,
      encoderReference: encoder.card.id,
      exclude: [],
      followSymlinks: false,
      maxMegapixels: 50,
      only: changes.only,
    },
    { ...quiet, ...changes.job },
  );
}

describe('indexDataset', () => {
  it('embeds every image once and nothing on the second run', async (context) => {
    const { store } = await dataset(context);
    const { encoder, counts } = fakeEncoder();
    const first = await index(store, encoder);
    assert.deepEqual([first.images, first.embedded, first.unchanged, first.failed], [10, 10, 0, []]);
    assert.deepEqual(counts, [4, 4, 2]);
    const second = await index(store, encoder);
    assert.deepEqual([second.images, second.embedded, second.unchanged, second.removed], [10, 0, 10, 0]);
    assert.equal(counts.length, 3, 'the encoder was not asked again');
  });

  it('takes new, changed, renamed, copied and removed files for what they are', async (context) => {
    const { root, store } = await dataset(context);
    const { encoder } = fakeEncoder();
    await index(store, encoder);
    renameSync(join(root, 'class0/0.png'), join(root, 'class1/renamed.png'));
    copyFileSync(join(root, 'class0/2.png'), join(root, 'copy.png'));
    rmSync(join(root, 'class0/4.png'));
    await place(root, 'class0/6.png', 20);
    await place(root, 'new.png', 21);
    const report = await index(store, encoder);
    assert.deepEqual([report.images, report.embedded, report.removed], [11, 2, 2]);
    assert.deepEqual([report.copies, report.unchanged], [2, 7], 'the renamed one and the copy were computed before');

    const fresh = await dataset(context, 0);
    for (const path of store.readFiles().keys()) write(fresh.root, path, '');
    for (const path of store.readFiles().keys()) copyFileSync(join(root, path), join(fresh.root, path));
    await index(fresh.store, encoder);
    assert.deepEqual(contentsOf(store, 1), contentsOf(fresh.store, 1), 'as if indexed from nothing');
  });

  it('embeds equal bytes once, however many files hold them at the same time', async (context) => {
    const { root, store } = await dataset(context, 1);
    for (let i = 0; i < 20; i++) copyFileSync(join(root, 'class0/0.png'), join(root, `copy${i}.png`));
    const { encoder } = fakeEncoder();
    const report = await index(store, encoder);
    assert.deepEqual([report.images, report.embedded, report.copies, report.unchanged], [21, 1, 20, 0]);
    const again = await index(store, encoder);
    assert.deepEqual(
      [again.embedded, again.copies, again.unchanged],
      [0, 0, 21],
      'also those that were written just now',
    );
  });

  it('notices a change that left size and time as they were, if it was written just now', async (context) => {
    const { root, store } = await dataset(context, 0);
    const { encoder } = fakeEncoder();
    const [one, two] = [new Uint8Array(await picture([200, 0, 0], 1)), new Uint8Array(await picture([0, 0, 200], 1))];
    assert.equal(one.length, two.length, 'the pictures are made to have equal sizes');
    const now = new Date();
    write(root, 'a.png', one);
    utimesSync(join(root, 'a.png'), now, now);
    await index(store, encoder);
    write(root, 'a.png', two);
    utimesSync(join(root, 'a.png'), now, now);
    assert.equal((await index(store, encoder)).embedded, 1);
  });

  it('lists what is broken with a reason, and takes it once it is mended', async (context) => {
    const { root, store } = await dataset(context, 3);
    const { encoder } = fakeEncoder();
    write(root, 'empty.png', '');
    write(root, 'text.jpg', 'no picture');
    write(root, 'again/text.jpg', 'no picture');
    write(root, 'raw.heic', 'unsupported');
    write(root, 'black.png', await picture([-10, -10, -10], 0));
    const report = await index(store, encoder);
    assert.deepEqual([report.images, report.embedded, report.copies, report.unchanged], [3, 3, 0, 0]);
    assert.deepEqual(Object.fromEntries(report.failed.map(({ path, code }) => [path, code])), {
      'again/text.jpg': ErrorCode.UnsupportedFormat,
      'black.png': ErrorCode.EmbeddingInvalid,
      'empty.png': ErrorCode.EmptyFile,
      'raw.heic': ErrorCode.UnsupportedFormat,
      'text.jpg': ErrorCode.UnsupportedFormat,
    });
    for (const { path, message } of report.failed) assert.ok(message.startsWith(`${path} `), message);
    await place(root, 'empty.png', 7);
    rmSync(join(root, 'raw.heic'));
    const later = await index(store, encoder);
    assert.deepEqual([later.images, later.embedded, later.failed.length], [4, 1, 3]);
    assert.deepEqual([later.copies, later.unchanged], [0, 3], 'what is broken is in neither, nor are its copies');
  });

  it('keeps the vectors of two encoders apart, and thumbnails for both', async (context) => {
    const { store } = await dataset(context, 5);
    const { encoder: first } = fakeEncoder({ id: 'first' });
    const { encoder: second } = fakeEncoder({ id: 'second' });
    await index(store, first);
    assert.deepEqual((await index(store, second)).embedded, 5);
    assert.deepEqual((await index(store, first)).embedded, 0, 'coming back costs nothing');
    assert.deepEqual(contentsOf(store, 1).files, contentsOf(store, 2).files);
  });

  it('decodes and embeds for a new encoder, and computes nothing else again', async (context) => {
    const { store } = await dataset(context, 6);
    await index(store, fakeEncoder({ id: 'first' }).encoder);
    // What would be replaced if it were computed again: no picture looks like this.
    const marks = new Map([...store.readFiles()].map(([path, { contentKey }], i) => [path, { key: contentKey!, i }]));
    const quality = { dark: 0.11, light: 0.22, blurry: 0.33, lowInformation: 0.44, grayscale: true };
    store.transaction(() => {
      for (const [path, { key, i }] of marks) {
        const { content } = store.readContentIds([path]).get(path)!;
        store.putContent({ ...store.findContent(content)!.record, thumbnail: Uint8Array.of(1, 2, 3, i) });
        store.putMeasures(key, MEASURES_VERSION, { quality, grey: new Uint8Array(1024).fill(i) });
      }
    });
    const { encoder, counts } = fakeEncoder({ id: 'second' });
    assert.equal((await index(store, encoder)).embedded, 6);
    assert.equal(
      counts.reduce((a, b) => a + b),
      6,
    );
    const greys = store.readGreys();
    const facts = store.readImageFacts();
    const thumbnails = store.readThumbnails([...marks.keys()]);
    for (const [path, { key, i }] of marks) {
      assert.deepEqual(new Uint8Array(thumbnails.get(path)!), Uint8Array.of(1, 2, 3, i), 'thumbnail');
      assert.deepEqual(new Set(greys.get(key)), new Set([i]), 'what the perceptual hash is taken from');
      assert.deepEqual(facts.get(path)!.quality, quality);
    }
    assert.equal(store.countEmbedded(2), 6);
  });

  it('looks only where it is told to', async (context) => {
    const { root, store } = await dataset(context, 4);
    const { encoder } = fakeEncoder();
    await index(store, encoder);
    await place(root, 'class0/here.png', 8);
    await place(root, 'class1/there.png', 9);
    rmSync(join(root, 'class0/0.png'));
    rmSync(join(root, 'class1/1.png'));
    const report = await index(store, encoder, { only: [join(root, 'class0')] });
    assert.deepEqual([report.embedded, report.removed], [1, 1]);
    assert.ok(store.readFiles().has('class1/1.png'));
  });

  it('stops when asked, keeps what it did, and goes on from there', async (context) => {
    const { store } = await dataset(context, 40);
    const abort = new AbortController();
    let batches = 0;
    const { encoder, counts } = fakeEncoder({
      onEmbed: () => {
        if (++batches === 2) abort.abort();
      },
    });
    await assert.rejects(index(store, encoder, { job: { signal: abort.signal } }), isCancellation);
    const kept = store.countEmbedded(1);
    assert.ok(kept >= 4 && kept < 40, `${kept} kept`);
    const rest = await index(store, encoder);
    assert.deepEqual([rest.images, rest.embedded], [40, 40 - kept]);
    assert.equal(
      counts.reduce((a, b) => a + b),
      40,
      'no image was embedded twice',
    );
  });

  it('lets a second run on the same folder wait, so that nothing is computed twice', async (context) => {
    const { root, store } = await dataset(context, 12);
    const other = openStore(root, { cacheFolder: join(root, 'unused-cache'), mode: 'write' });
    context.after(() => {
      other.close();
    });
    const phases = new Set<string>();
    const report: JobContext['report'] = ({ phase }) => phases.add(phase.replace(/\d.*/, ''));
    const slow = { onEmbed: () => new Promise<void>((resolve) => setTimeout(resolve, 30)) };
    const [a, b] = await Promise.all([
      index(store, fakeEncoder(slow).encoder),
      index(other, fakeEncoder(slow).encoder, { job: { report } }),
    ]);
    assert.deepEqual([a.embedded + b.embedded, a.images, b.images], [12, 12, 12]);
    assert.ok(phases.has('Waiting for process '), [...phases].join());
  });

  it('passes on a failure of the encoder and keeps what was done before', async (context) => {
    const { store } = await dataset(context, 12);
    let batches = 0;
    const { encoder } = fakeEncoder({
      onEmbed: () => {
        if (++batches === 2) throw new Error('out of order');
      },
    });
    await assert.rejects(index(store, encoder), /out of order/);
    assert.equal(store.countEmbedded(1), 4);
    assert.equal((await index(store, fakeEncoder().encoder)).images, 12);
  });

  it('reports progress that ends where it said it would', async (context) => {
    const { store } = await dataset(context, 9);
    const seen: { phase: string; done: number; total: number | undefined }[] = [];
    await index(store, fakeEncoder().encoder, { job: { report: (progress) => seen.push(progress) } });
    assert.equal(seen[0]?.phase, 'Scanning');
    assert.deepEqual([seen.at(-1)?.phase, seen.at(-1)?.done, seen.at(-1)?.total], ['Indexing', 9, 9]);
  });
});

it('images of an index from before they were measured are measured, and not embedded again', async (context) => {
  const { store } = await dataset(context, 3);
  const { encoder } = fakeEncoder();
  await index(store, encoder);
  const before = store.readGreys();
  assert.equal(before.size, 3);
  const old = new DatabaseSync(store.location);
  old.exec('DELETE FROM measures');
  old.close();
  // The index doesn't look settled where something has been written since.
  store.writeMeta('settled', undefined);
  const report = await index(store, encoder);
  assert.deepEqual([report.embedded, report.unchanged, report.images], [0, 3, 3]);
  assert.deepEqual(store.readGreys(), before);
  assert.equal(store.readThumbnails(['class0/0.png']).size, 1);
  assert.deepEqual((await index(store, encoder)).embedded, 0);
});
