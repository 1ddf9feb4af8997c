import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { CaptionGallery } from '../../../src/engine/captions/captionGallery.ts';
import { captionKeys, captionVectors, type CaptionEncoder } from '../../../src/engine/captions/captionVectors.ts';
import { encoderCard } from '../../cards.ts';
import { newStore } from '../store/storeFixtures.ts';
import { job } from '../training/job.ts';

const numbered = Array.from({ length: 1300 }, (_, i) => String(i));
const known = { captions: new Map(numbered.map((caption) => [`${caption}.png`, [caption]])), notices: [] };
const always = () => true;
const { signal } = new AbortController();

/** Captions are numbers, and lie on a half circle in their order. */
const vectorOf = (text: string) => {
  const angle = (Number(text) / numbered.length) * Math.PI;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
};

function fixture(context: TestContext) {
  const store = newStore(context);
  const card = encoderCard('pair', 2);
  const stored = { key: store.putEncoder('pair', card), card };
  const encoder = (sha256: string): CaptionEncoder => ({
    stored,
    resolve: () => Promise.resolve({ card, identity: 'pair', model: { bytes: new Uint8Array() } }),
    loadText: () =>
      Promise.resolve({
        described: { sha256, contextLength: 8, output: { name: 'text_embeds', pooling: 'none', dim: 2 } },
        embed: (texts) =>
          Promise.resolve({
            ...{ vectors: Float32Array.from(texts.flatMap((text) => [...vectorOf(text)])), cut: [], unread: [] },
          }),
        unreadOf: () => [],
      }),
  });
  const read = async (captions: readonly string[], sha256 = 'v1') => {
    await captionVectors({ captions, all: numbered }, store, encoder(sha256), job());
  };
  const options = async (sha256 = 'v1') => ({ known, store, reader: await captionKeys(encoder(sha256)) });
  return { store, stored, read, options };
}

async function nearest(gallery: CaptionGallery, to: string, count = 3): Promise<readonly string[]> {
  const { rows } = await gallery.nearest(vectorOf(to), count, (caption) => caption !== to, signal);
  return Array.from(rows, (row) => gallery.captions[row]!).sort();
}

describe('captions that images are compared with', () => {
  it('are the same ones whether all of their vectors fit in memory, some or none', async (context) => {
    const { read, options } = fixture(context);
    await read(numbered);
    const all = await options();
    for (const memory of [undefined, 600 * 8, 0]) {
      const gallery = new CaptionGallery({ ...all, ...(memory !== undefined && { memory }) });
      assert.ok(gallery.memory <= Math.min(memory ?? Infinity, numbered.length * 8));
      for (const to of ['10', '700', '1290', '700']) {
        assert.deepEqual(await nearest(gallery, to, 2), [Number(to) - 1, Number(to) + 1].map(String).sort());
      }
      assert.equal(gallery.paths[gallery.captions.indexOf('700')], '700.png');
    }
  });

  it('are those that the index has, and others once it has others', async (context) => {
    const { store, stored, read, options } = fixture(context);
    await read(['1', '5']);
    const first = new CaptionGallery(await options());
    assert.deepEqual(first.captions, ['1', '5']);
    assert.ok(first.isOf(await options()));
    await read(['1', '5']);
    assert.ok(first.isOf(await options()), 'nothing was written');
    await read(['3']);
    assert.ok(!first.isOf(await options()));
    assert.deepEqual(await nearest(new CaptionGallery(await options()), '2'), ['1', '3', '5']);
    store.captions.retain(stored.key, new Set());
    assert.deepEqual(new CaptionGallery(await options()).captions, []);
  });

  it('are others of another text half, of other captions and of another index', async (context) => {
    const { read, options } = fixture(context);
    await read(numbered);
    const gallery = new CaptionGallery(await options());
    assert.ok(!gallery.isOf(await options('v2')));
    assert.ok(!gallery.isOf({ ...(await options()), known: { ...known } }));
    const elsewhere = fixture(context);
    await elsewhere.read(numbered);
    assert.ok(!gallery.isOf(await elsewhere.options()));
  });

  it('are none of those that were forgotten while they were compared', async (context) => {
    const { store, stored, read, options } = fixture(context);
    await read(['1', '5', '9']);
    const { reader } = await options();
    const gallery = new CaptionGallery(await options());
    store.captions.retain(stored.key, new Set([reader.keyOf('5'), reader.keyOf('9')]));
    assert.deepEqual(await nearest(gallery, '1'), ['5', '9']);
  });

  it('can be left uncompared', async (context) => {
    const { read, options } = fixture(context);
    await read(['1']);
    const gallery = new CaptionGallery(await options());
    const stopped = gallery.nearest(vectorOf('1'), 1, always, AbortSignal.abort());
    await assert.rejects(stopped, { code: ErrorCode.Cancelled });
  });
});
