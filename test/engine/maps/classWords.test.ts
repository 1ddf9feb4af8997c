import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import { encoderNotFound } from '../../../src/core/errors.ts';
import { forgetUnusedTexts } from '../../../src/engine/captions/keptTexts.ts';
import { meta } from '../../../src/engine/indexing/meta.ts';
import { ClassWords } from '../../../src/engine/maps/classWords.ts';
import { namedByWords, samplesOf } from '../../../src/engine/maps/clusterWords.ts';
import { encoderCard } from '../../cards.ts';
import { newStore, putImage } from '../store/storeFixtures.ts';
import { job } from '../training/job.ts';

const DAYS = 24 * 3600_000;
const MODEL = '/models/pair.onnx';
const sha256 = 'a'.repeat(64);
const text = { sha256, contextLength: 8 } as NonNullable<EncoderCard['text']>;
const card: EncoderCard = { ...encoderCard('pair', 2), text };
const axes = { cat: Float32Array.of(1, 0), dog: Float32Array.of(0, 1) };
const labelOf = (path: string) => path.split('/')[0];

/** An index of images of two classes, made with an encoder that is named by its path. */
function fixture(context: TestContext, words: readonly string[] = ['cat', 'dog']) {
  const store = newStore(context);
  const key = store.putEncoder('pair', card);
  store.writeMeta(meta.encoder, 'pair');
  store.writeMeta(meta.encoderReference, MODEL);
  const paths = ['c1/0.png', 'c1/1.png', 'c2/0.png', 'c2/1.png'];
  const put = (path: string) => {
    store.putVector(putImage(store, path, path), key, path.startsWith('c1') ? axes.cat : axes.dog);
  };
  paths.forEach(put);
  const dataset = { root: store.root, store, config: { words } };
  const resolved = { card, identity: 'pair', model: { file: MODEL }, text: { known: text } as never };
  const registry = {
    resolve: (name: string) => (name === MODEL ? Promise.resolve(resolved) : Promise.reject(encoderNotFound(name))),
  };
  const loadText = () =>
    Promise.resolve({
      described: { sha256, contextLength: 8, output: { name: 'text_embeds', pooling: 'none' as const, dim: 2 } },
      embed: (texts: readonly string[]) =>
        Promise.resolve({
          vectors: Float32Array.from(texts.flatMap((one) => [...(one.endsWith('cat') ? axes.cat : axes.dog)])),
          ...{ cut: [], unread: [] },
        }),
      unreadOf: (names: readonly string[]) => names.filter((name) => !/^[a-z]+$/.test(name)),
    });
  const encoder = { key, identity: 'pair', card };
  const naming = { dataset, registry, loadText };
  const readWords = () => {
    const clusters = ['1', '2'].map((name, id) => ({ id, name, size: 2, representative: '' }));
    const images = { paths, clusterOf: Int32Array.of(0, 0, 1, 1), labels: paths.map(labelOf) };
    return namedByWords(clusters, images, { encoder, captions: undefined }, naming, job());
  };
  const classWords = new ClassWords();
  const labels = { labelOf };
  const known = () => classWords.of(() => Promise.resolve(labels), encoder, naming);
  return { store, dataset, registry, encoder, naming, put, readWords, words: classWords, known };
}

describe('the words that classes look like', () => {
  it('are those that were read for a map, also of an encoder that is named by its path', async (context) => {
    const { readWords, known } = fixture(context);
    assert.deepEqual([...(await known())], []);
    const { clusters, notices } = await readWords();
    assert.deepEqual([clusters.map(({ name }) => name), notices], [['1 (cat)', '2 (dog)'], []]);
    assert.deepEqual(Object.fromEntries(await known()), { c1: 'cat', c2: 'dog' });
  });

  it('are none that the encoder does not know, of which people are told', async (context) => {
    const { readWords, known } = fixture(context, ['cat', 'собака', 'dog', '🐈']);
    const { clusters, notices } = await readWords();
    assert.deepEqual(
      clusters.map(({ name }) => name),
      ['1 (cat)', '2 (dog)'],
    );
    assert.deepEqual(
      notices.map(({ code, message }) => [code, message]),
      [
        [
          'text-unread',
          '2 of the 4 words are unknown to pair ("собака", "🐈"), and name no cluster; give words of a language that it was trained on.',
        ],
      ],
    );
    assert.deepEqual(Object.fromEntries(await known()), { c1: 'cat', c2: 'dog' });
    const unknown = fixture(context, ['кошка', 'собака', 'cat']);
    const left = await unknown.readWords();
    assert.deepEqual(
      left.clusters.map(({ name }) => name),
      ['1', '2'],
    );
    assert.match(left.notices.map(({ message }) => message).join(), /^"кошка" holds no word that pair knows/);
    assert.deepEqual([...(await unknown.known())], []);
  });

  it('are found once until images or labels change', async (context) => {
    const { put, readWords, words, known, encoder, naming } = fixture(context);
    await readWords();
    const first = await known();
    assert.equal(await known(), first);
    put('c2/2.png');
    const second = await known();
    assert.notEqual(second, first);
    const unlabelled = () => Promise.resolve({ labelOf: () => undefined });
    assert.deepEqual([...(await words.of(unlabelled, encoder, naming))], []);
  });

  it('are of use, and stay', async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1000 * DAYS });
    const { dataset, registry, readWords, known, put } = fixture(context);
    await readWords();
    context.mock.timers.tick(25 * DAYS);
    await known();
    context.mock.timers.tick(25 * DAYS);
    const all = { ...registry, resolveAny: registry.resolve };
    await forgetUnusedTexts(dataset, { ...all, list: () => Promise.reject(new Error('not asked')) });
    put('c2/2.png');
    assert.equal((await known()).size, 2);
  });
});

describe('the images that tell what groups are like', () => {
  it('are fewer of each where there are very many groups, and always the same', async () => {
    const asked: string[] = [];
    const store = {
      readFiles: (paths: readonly string[]) => {
        asked.push(...paths);
        return new Map(paths.map((path) => [path, { contentKey: Number(path) }]));
      },
      readVector: () => axes.cat,
    };
    const sizes = async (groups: number, each: number) => {
      const members = Array.from({ length: groups }, (_, group) =>
        Array.from({ length: each }, (__, i) => i + group * each),
      );
      const paths = Array.from({ length: groups * each }, (_, row) => String(row));
      const samples = await samplesOf(members, paths, { key: 1, identity: '', card }, { store: store as never });
      return [...new Set(samples.map(({ vectors, size }) => `${vectors.length / 2} of ${size}`))];
    };
    assert.deepEqual(await sizes(3, 100), ['64 of 100']);
    const first = asked.splice(0);
    await sizes(3, 100);
    assert.deepEqual(asked, first);
    assert.notDeepEqual(
      first.slice(0, 64),
      [...first.slice(0, 64)].sort((a, b) => Number(a) - Number(b)),
    );
    assert.deepEqual(await sizes(1000, 30), ['20 of 30']);
    assert.deepEqual(await sizes(8000, 5), ['4 of 5']);
    assert.deepEqual(await sizes(2, 3), ['3 of 3']);
  });
});
