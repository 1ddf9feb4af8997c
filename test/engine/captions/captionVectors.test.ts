import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { JobContext } from '../../../src/core/progress.ts';
import { captionVectors, type CaptionEncoder } from '../../../src/engine/captions/captionVectors.ts';
import { encoderCard } from '../../cards.ts';
import { newStore } from '../store/storeFixtures.ts';
import { job } from '../training/job.ts';

/** Longer captions are cut. */
const CONTEXT = 4;

const lengthOf = (text: string) => text.split(' ').length;

/** Where a caption lies on a circle. */
const vectorOf = (text: string) => {
  const angle = Buffer.from(text).reduce((sum, byte) => sum + byte, 0);
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
};

/** An encoder that notes which captions it was asked for. */
function newEncoder(context: TestContext) {
  const store = newStore(context);
  const card = encoderCard('pair', 2);
  const stored = { key: store.putEncoder('pair', card), card };
  const asked: string[] = [];
  let found: readonly string[] = [];
  const encoder = (sha256: string, onEmbed: () => void = () => undefined, padding?: number): CaptionEncoder => ({
    stored,
    resolve: () => Promise.resolve({ card, identity: 'pair', model: { bytes: new Uint8Array() } }),
    loadText: () =>
      Promise.resolve({
        described: {
          ...{ sha256, contextLength: CONTEXT, output: { name: 'text_embeds', pooling: 'none', dim: 2 } },
          ...(padding !== undefined && { padding }),
        },
        embed: (texts) => {
          asked.push(...texts);
          onEmbed();
          const cut = texts
            .filter((text) => lengthOf(text) > CONTEXT)
            .map((text) => ({ text, tokens: lengthOf(text), read: CONTEXT }));
          const vectors = Float32Array.from(texts.flatMap((text) => [...vectorOf(text)]));
          return Promise.resolve({ vectors, cut, unread: unreadOf(texts) });
        },
        unreadOf,
      }),
  });
  const read = async (
    captions: readonly string[],
    which: CaptionEncoder,
    signal?: AbortSignal,
    report?: JobContext['report'],
  ) => {
    asked.length = 0;
    const context = { ...job(report), ...(signal && { signal }) };
    const { vectors, notices, unread } = await captionVectors({ captions, all: captions }, store, which, context);
    found = [...unread];
    captions.forEach((caption, row) => {
      assert.deepEqual(vectors.slice(2 * row, 2 * row + 2), vectorOf(caption));
    });
    return notices.map(({ message }) => message);
  };
  return { asked, encoder, read, unread: () => found };
}

/** It was taught nothing beside Latin letters. */
const unreadOf = (texts: readonly string[]) => texts.filter((text) => !/[a-z]/i.test(text));

const many = Array.from({ length: 150 }, (_, i) => `caption ${i}`);

describe('vectors of captions', () => {
  it('are read once, and only what is new after that', async (context) => {
    const { asked, encoder, read } = newEncoder(context);
    await read(['a cat', 'ein Hund', '一只猫 🐈'], encoder('v1'));
    assert.deepEqual(asked, ['a cat', 'ein Hund', '一只猫 🐈']);
    await read(['一只猫 🐈', 'a bird', 'a cat'], encoder('v1'));
    assert.deepEqual(asked, ['a bird']);
    await read(['ein Hund'], encoder('v1'));
    assert.deepEqual(asked, ['ein Hund'], 'what no image has any more is forgotten');
  });

  it('tell how many of how many are read', async (context) => {
    const { encoder, read } = newEncoder(context);
    const told: string[] = [];
    await read(many, encoder('v1'), undefined, ({ phase, done, total, unit }) => {
      told.push(`${phase} ${done} of ${total} ${unit}`);
    });
    assert.deepEqual([told[0], told.at(-1)], ['Reading captions 0 of 150 texts', 'Reading captions 150 of 150 texts']);
  });

  it('are read again by another text half', async (context) => {
    const { asked, encoder, read } = newEncoder(context);
    await read(['a cat'], encoder('v1'));
    await read(['a cat'], encoder('v2'));
    assert.deepEqual(asked, ['a cat']);
  });

  it('are read again by the same one once it fills them up, or with something else', async (context) => {
    const { asked, encoder, read } = newEncoder(context);
    for (const padding of [undefined, 0, 9]) {
      await read(['a cat'], encoder('v1', undefined, padding));
      assert.deepEqual(asked, ['a cat']);
      await read(['a cat'], encoder('v1', undefined, padding));
      assert.deepEqual(asked, []);
    }
  });

  it('stay where reading was cancelled', async (context) => {
    const { asked, encoder, read } = newEncoder(context);
    const controller = new AbortController();
    const stopping = encoder('v1', () => {
      controller.abort();
    });
    await assert.rejects(read(many, stopping, controller.signal), { code: ErrorCode.Cancelled });
    const done = asked.length;
    assert.ok(done > 0 && done < many.length);
    await read(many, encoder('v1'));
    assert.deepEqual(asked, many.slice(done));
  });

  it('say what was cut, the next time too', async (context) => {
    const { encoder, read } = newEncoder(context);
    const captions = ['a cat', 'a cat on a mat in the sun', 'five words are one more'];
    const first = await read(captions, encoder('v1'));
    assert.deepEqual(first, [
      '2 captions are longer than the 4 tokens that pair reads, and only their beginnings count ("a cat on a mat in the sun" has 8).',
    ]);
    assert.deepEqual(await read(captions, encoder('v1')), first);
  });

  it('tell which captions say nothing to what reads them, the next time too', async (context) => {
    const { encoder, read, unread } = newEncoder(context);
    const captions = ['a cat', 'красная кошка', '🐈'];
    const first = await read(captions, encoder('v1'));
    assert.deepEqual(first, [
      '2 captions of 3 hold no word that pair knows ("красная кошка"), so that nothing tells what they say; write words that it knows, or use an encoder of their language.',
    ]);
    assert.deepEqual(unread(), ['красная кошка', '🐈']);
    assert.deepEqual(await read(captions, encoder('v1')), first);
    assert.deepEqual(unread(), ['красная кошка', '🐈']);
    assert.match(
      (await read(['🐈'], encoder('v1'))).join(),
      /^1 caption of 1 holds no word.*or, if it should know them/,
    );
    assert.deepEqual(await read(['a 猫'], encoder('v1')), [], 'some of it is known');
  });
});
