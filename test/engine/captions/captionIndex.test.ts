import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { labelRules } from '../../../src/core/labels/labelRules.ts';
import { captionIndex, captionsChangedAt } from '../../../src/engine/captions/captionIndex.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { smallBert, writeSentences } from '../encoders/text/sentences.ts';
import { newStore, putImage } from '../store/storeFixtures.ts';
import { job } from '../training/job.ts';

const DIM = 2;

/** Where a caption lies on a circle. */
const vectorOf = (text: string) => {
  const angle = Buffer.from(text).reduce((sum, byte) => sum + byte, 0);
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
};

const meanOf = (...texts: readonly string[]) => {
  const [x, y] = [0, 1].map((k) => texts.reduce((sum, text) => sum + vectorOf(text)[k]!, 0));
  return [x! / Math.hypot(x!, y!), y! / Math.hypot(x!, y!)];
};

/** A data set of three pictures, one of which is there twice, with a table of captions. */
async function dataset(context: TestContext) {
  const store = newStore(context);
  const { root } = store;
  const keys = {
    a: putImage(store, 'a', 'a.png'),
    b: putImage(store, 'b', 'b.png', 'copy.png'),
    c: putImage(store, 'c', 'c.png'),
  };
  const registry = new EncoderRegistry();
  await registry.add(writeSentences(join(root, 'sentences'), smallBert()), root);
  const config = { captions: { source: 'csv', file: 'captions.csv' } } as const;
  const asked: string[] = [];
  const options = {
    dataset: { root, store, config, rules: labelRules(config) },
    registry,
    loadText: () =>
      Promise.resolve({
        described: { sha256: 'v1', contextLength: 8, output: { name: 'text', pooling: 'none' as const, dim: DIM } },
        embed: (texts: readonly string[]) => {
          asked.push(...texts);
          const vectors = Float32Array.from(texts.flatMap((text) => [...vectorOf(text)]));
          return Promise.resolve({ vectors, cut: [], unread: [] });
        },
        unreadOf: () => [],
      }),
  };
  const write = (...rows: readonly (readonly [path: string, caption: string])[]) => {
    writeFileSync(join(root, 'captions.csv'), ['path,caption', ...rows.map((row) => row.join(','))].join('\n'));
  };
  const index = async (signal?: AbortSignal) => {
    asked.length = 0;
    return captionIndex(options, { ...job(), ...(signal && { signal }) });
  };
  return { store, keys, asked, options, write, index };
}

/** The card says six dimensions, and this text half gives two: it is asked what it gives. */
async function withoutCard(context: TestContext) {
  const all = await dataset(context);
  const { registry } = all.options;
  const resolve = registry.resolveAny.bind(registry);
  registry.resolveAny = async (reference, root) => {
    const resolved = await resolve(reference, root);
    const { text } = resolved;
    return { ...resolved, text: text && { ...text, known: undefined } };
  };
  return all;
}

function assertNear(actual: Float32Array | undefined, expected: readonly number[]): void {
  assert.ok(actual !== undefined);
  expected.forEach((value, k) => {
    assert.ok(Math.abs(actual[k]! - value) < 1e-6, `${[...actual].join()} instead of ${expected.join()}`);
  });
}

describe('the vectors of images by their captions', () => {
  it('are those of their captions, of several their mean, which copies of a picture share', async (context) => {
    const { store, keys, asked, write, index } = await withoutCard(context);
    write(['a.png', 'a cat'], ['b.png', 'a dog'], ['copy.png', 'a puppy']);
    const { stored, captionsOf, vectorsOf } = await index();
    assert.deepEqual(stored.card.imported, true);
    assertNear(store.readVector(keys.a, stored.key), [...vectorOf('a cat')]);
    assertNear(store.readVector(keys.b, stored.key), meanOf('a dog', 'a puppy'));
    assert.deepEqual(
      store.readEmbeddedImages(stored.key).map(({ path }) => path),
      ['a.png', 'b.png', 'copy.png'],
    );
    assert.deepEqual(captionsOf('a.png', vectorOf('a cat')), ['a cat']);
    assert.deepEqual([...vectorsOf(['a puppy', 'a cat']).vectors], [...vectorOf('a puppy'), ...vectorOf('a cat')]);
    assert.equal(asked.length, 3);
  });

  it('are brought up to date, and tell what was made of the old ones when they have changed', async (context) => {
    const { store, keys, asked, write, index } = await withoutCard(context);
    write(['a.png', 'a cat']);
    const { stored } = await index();
    const name = store.vectorsName(stored.key);
    write(['a.png', 'a cat'], ['c.png', 'a bird']);
    await index();
    assert.deepEqual(asked, ['a bird']);
    assert.equal(captionsChangedAt(store, stored.key), 0, 'what came along changes nothing that was there');
    const before = store.revision();
    await index();
    assert.deepEqual([asked, store.revision()], [[], before], 'nothing is written where nothing has changed');
    write(['a.png', 'a tiger'], ['c.png', 'a bird']);
    await index();
    assert.deepEqual(asked, ['a tiger']);
    assertNear(store.readVector(keys.a, stored.key), [...vectorOf('a tiger')]);
    assert.ok(captionsChangedAt(store, stored.key) > 0);
    assert.notEqual(store.vectorsName(stored.key), name);
    write(['c.png', 'a bird']);
    await index();
    assert.equal(store.readVector(keys.a, stored.key), undefined);
    write(['a.png', 'a cat'], ['c.png', 'a bird']);
    await index();
    assertNear(store.readVector(keys.a, stored.key), [...vectorOf('a cat')]);
  });

  it('are those of another encoder where the text half came to fill its texts up', async (context) => {
    const { asked, options, write, index } = await withoutCard(context);
    write(['a.png', 'a cat']);
    const { stored } = await index();
    const { loadText } = options;
    options.loadText = async () => {
      const half = await loadText();
      return { ...half, described: { ...half.described, padding: 0 } };
    };
    const filled = await index();
    assert.notEqual(filled.stored.identity, stored.identity);
    assert.deepEqual(asked, ['a cat']);
  });

  it('go on where they were stopped', async (context) => {
    const { asked, options, write, index } = await withoutCard(context);
    const { store } = options.dataset;
    const many = Array.from({ length: 150 }, (_, i) => [`many-${i}.png`, `caption ${i}`] as const);
    many.forEach(([path]) => putImage(store, path, path));
    write(...many);
    const stop = new AbortController();
    const { loadText } = options;
    options.loadText = async () => {
      const half = await loadText();
      return { ...half, embed: (texts) => (stop.abort(), half.embed(texts)) };
    };
    await assert.rejects(index(stop.signal), { code: ErrorCode.Cancelled });
    const done = asked.length;
    options.loadText = loadText;
    const { stored } = await index();
    assert.ok(done > 0);
    assert.equal(asked.length, many.length - done);
    assert.equal(store.readEmbeddedImages(stored.key).length, many.length);
  });
});
