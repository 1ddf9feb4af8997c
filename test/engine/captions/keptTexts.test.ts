import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { encoderNotFound, ErrorCode } from '../../../src/core/errors.ts';
import { keptCaptionVectors, type CaptionReader } from '../../../src/engine/captions/captionVectors.ts';
import { forgetTextsOf, forgetUnusedTexts, noteTextsUsed } from '../../../src/engine/captions/keptTexts.ts';
import type { ResolvedEncoder } from '../../../src/engine/encoders/encoder.ts';
import { captionsCard } from '../../../src/engine/encoders/importedEncoders.ts';
import { encoderCard } from '../../cards.ts';
import { newStore, putImage } from '../store/storeFixtures.ts';
import { job } from '../training/job.ts';

const DAYS = 24 * 3600_000;
const [clip, bert] = ['c'.repeat(64), 'b'.repeat(64)];

interface Known {
  readonly ids?: readonly string[];
  /** Of encoders that can't be used now. */
  readonly problems?: readonly string[];
  /** What reads captions; null where that can't be had. */
  readonly reader?: string | null;
  readonly onList?: () => void;
}

const cardOf = (id: string) => ({ ...encoderCard(id, 2), id });

/** An index with an image–text encoder, and with captions that a sentence encoder has read. */
function fixture(context: TestContext) {
  const store = newStore(context);
  const key = store.putEncoder('clip', { ...encoderCard('clip', 2), id: 'clip-1' });
  const ofCaptions = store.putEncoder('read', captionsCard('read', { id: 'bert-1', name: 'bert' }, 2));
  const content = putImage(store, 'a', 'a.png');
  for (const encoder of [key, ofCaptions]) store.putVector(content, encoder, Float32Array.of(0, 1));
  const reader = (keptAs: string | undefined, sha256: string): CaptionReader => ({
    ...{ key, name: 'reader', dim: 2, sha256, contextLength: 8, keptAs },
    load: () =>
      Promise.resolve({
        embed: (texts) =>
          Promise.resolve({ vectors: new Float32Array(2 * texts.length).fill(0.5), cut: [], unread: [] }),
      }),
  });
  const keep = (
    captions: readonly string[],
    keptAs: string | undefined,
    sha256: string,
    { mostOthers, all = [] }: { readonly mostOthers?: number; readonly all?: readonly string[] } = {},
  ) => keptCaptionVectors({ captions, all }, store, reader(keptAs, sha256), job(), mostOthers);
  const kept = () => store.captions.list(key).length;
  const registryOf = ({ ids = [], problems = [], reader = 'other', onList }: Known) => {
    const resolve = (): Promise<ResolvedEncoder> =>
      reader === null
        ? Promise.reject(encoderNotFound('reader'))
        : Promise.resolve({ card: cardOf(reader), identity: '', model: { file: '' }, text: {} as never });
    const broken = problems.map((id) => ({ id, code: ErrorCode.EncoderInvalid, message: '' }));
    const list = () => {
      onList?.();
      return Promise.resolve({ encoders: ids.map(cardOf), ofTexts: [], problems: broken });
    };
    return { resolve, resolveAny: resolve, list };
  };
  const dataset = { root: store.root, store, config: { captionEncoder: 'reader' } };
  const index = (days: number, known: Known = {}) =>
    forgetUnusedTexts(dataset, registryOf(known), Date.now() + days * DAYS);
  return { store, key, ofCaptions, keep, kept, index };
}

describe('texts that are read beside the captions of an encoder', () => {
  it('are forgotten when nothing has asked for them in a month', async (context) => {
    const { store, key, keep, kept, index } = fixture(context);
    await keep(['a cat', 'a dog'], 'tower', bert);
    await keep(['cat', 'dog', 'car'], 'words', clip);
    await keep(['an own caption'], undefined, clip);
    await index(29, { ids: ['bert-1'] });
    assert.equal(kept(), 6);
    noteTextsUsed(store, key, `words/${'c'.repeat(16)}/`, Date.now() + 20 * DAYS);
    await index(31, { ids: ['bert-1'] });
    assert.equal(kept(), 4, 'words are of use, and captions are the dataset’s own');
    await index(51, { ids: ['bert-1'] });
    assert.equal(kept(), 1);
  });

  it('are forgotten with what has read them', async (context) => {
    const { store, key, ofCaptions, keep, kept } = fixture(context);
    await keep(['a cat', 'a dog'], 'tower', bert);
    await keep(['cat', 'dog', 'car'], 'words', clip);
    await keep(['an own caption'], undefined, clip);
    forgetTextsOf({ id: 'bert-1', sha256: bert }, store);
    assert.equal(kept(), 4);
    assert.deepEqual(
      store.readEncoders().map((one) => one.key),
      [key],
      'vectors that stand for the captions that it read',
    );
    assert.equal(store.countVectors(ofCaptions), 0);
    forgetTextsOf({ id: 'clip-1', sha256: clip }, store);
    assert.equal(kept(), 0);
    assert.equal(store.countVectors(key), 1, 'vectors of images');
    // What is read again is noted again.
    await keep(['a cat'], 'tower', bert);
    assert.equal(kept(), 1);
  });

  it('are no more than so many beside those that may be asked for', async (context) => {
    const { keep, kept } = fixture(context);
    const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `word ${from + i}`);
    const own = { mostOthers: 15, all: numbered(0, 20) };
    await keep(['a caption'], undefined, clip);
    await keep(numbered(0, 10), 'words', clip, own);
    await keep(numbered(10, 10), 'words', clip, own);
    await keep(numbered(100, 10), 'words', clip, own);
    await keep(numbered(110, 5), 'words', clip, own);
    assert.equal(kept(), 36);
    await keep(numbered(115, 10), 'words', clip, own);
    assert.equal(kept(), 46, 'the last ones are asked for themselves');
    await keep(numbered(125, 2), 'words', clip, own);
    assert.equal(kept(), 23);
    await keep(numbered(0, 20), 'words', clip, own);
    assert.equal(kept(), 23, 'none had to be read again');
  });

  it('of before it was noted what read them are forgotten once', async (context) => {
    const { store, key, keep, kept, index } = fixture(context);
    const old = ['tower/1', 'words/2', '3'].map((one) => [one, { vector: Float32Array.of(0, 1), tokens: 9 }] as const);
    store.captions.put(key, new Map(old));
    await keep(['cat', 'dog'], 'words', clip);
    await index(0);
    assert.equal(kept(), 3, 'what is told by what reads it stays');
    store.captions.put(key, new Map(old));
    await index(0);
    assert.equal(kept(), 5);
  });
});

describe('vectors that stand for captions', () => {
  it('stay as long as what reads them is known, or they are of use', async (context) => {
    const { store, ofCaptions, index } = fixture(context);
    const isThere = () => store.readEncoders().some(({ key }) => key === ofCaptions);
    const noteUse = () => {
      noteTextsUsed(store, ofCaptions, undefined, Date.now() + 20 * DAYS);
    };
    await index(0);
    for (const known of [
      { ids: ['bert-1'] },
      { reader: 'bert-1' },
      { problems: ['bert-1'] },
      { reader: null },
      { onList: noteUse },
    ]) {
      await index(31, known);
      assert.ok(isThere(), JSON.stringify(known));
    }
    noteTextsUsed(store, ofCaptions, undefined, Date.now() + 30 * DAYS);
    await index(50);
    assert.ok(isThere(), 'of use');
    await index(61);
    assert.ok(!isThere());
    await index(62);
  });
});
