import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import { EncoderRegistry } from '../../../../src/engine/encoders/registry.ts';
import { openText, type TextEncoder } from '../../../../src/engine/encoders/text/textEncoder.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { expectedSentence, poolingFile, SENTENCE_DIM, smallBert, writeSentences } from './sentences.ts';
import { smallTextTower, WORDS, wordTokenizer } from './towers.ts';

async function opened(t: TestContext, reference: string, root?: string): Promise<TextEncoder> {
  const encoder = await openText(await new EncoderRegistry().resolveAny(reference, root), 1);
  t.after(() => encoder.dispose());
  return encoder;
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) < 1e-5, `${value} instead of ${expected[i]} at ${i}`);
  });
}

/** [START] a red circle [END] */
const RED_CIRCLE = [1, 4, 5, 8, 2];

describe('sentence encoders', () => {
  it('give the mean of the vectors of the tokens, in the layout of sentence-transformers', async (t) => {
    const folder = writeSentences(join(temporaryFolder(t), 'small-sentences'));
    const { card } = await new EncoderRegistry().resolveAny(folder);
    assert.deepEqual([card.name, card.encodes], ['small-sentences', 'texts']);
    assert.deepEqual(card.output, { name: 'last_hidden_state', pooling: 'mean', dim: SENTENCE_DIM });
    const encoder = await opened(t, folder);
    const { vectors, cut } = await encoder.embed(['A red circle', 'blue square', '']);
    assertClose(vectors.subarray(0, SENTENCE_DIM), expectedSentence(RED_CIRCLE));
    assertClose(vectors.subarray(SENTENCE_DIM, 2 * SENTENCE_DIM), expectedSentence([1, 7, 9, 2]));
    assertClose(vectors.subarray(2 * SENTENCE_DIM), expectedSentence([1, 2]));
    assert.deepEqual(cut, []);
  });

  it('take the first token where that is how they pool, and the mean where nothing is said', async (t) => {
    const root = temporaryFolder(t);
    const first = await opened(t, writeSentences(join(root, 'first'), smallBert(), poolingFile('cls_token')));
    assertClose((await first.embed(['a red circle'])).vectors, expectedSentence(RED_CIRCLE, { pooling: 'cls' }));
    const bare = { '1_Pooling/config.json': undefined, 'modules.json': undefined };
    const model = smallBert({ segments: false });
    const files = { ...bare, 'config.json': { model_type: 'mpnet', max_position_embeddings: 9 } };
    const plain = await opened(t, writeSentences(join(root, 'plain'), model, files));
    assertClose((await plain.embed(['a red circle'])).vectors, expectedSentence(RED_CIRCLE, { segments: false }));
    assert.equal(plain.described.contextLength, 7, 'two of its positions are for the padding');
  });

  it('take a vector of the sentence that is ready', async (t) => {
    const encoder = await opened(t, writeSentences(temporaryFolder(t), smallBert({ output: 'sentence' })));
    assert.deepEqual(encoder.described.output, { name: 'sentence_embedding', pooling: 'none', dim: SENTENCE_DIM });
    assertClose((await encoder.embed(['a red circle'])).vectors, expectedSentence(RED_CIRCLE));
  });

  it('give a text the same vector whatever fills it up', async (t) => {
    for (const pooling of ['mean_tokens', 'cls_token'] as const) {
      const fixed = smallBert({ batch: 2, length: 8 });
      const encoder = await opened(t, writeSentences(temporaryFolder(t), fixed, poolingFile(pooling)));
      assert.equal(encoder.described.padding, 0);
      const expected = expectedSentence(RED_CIRCLE, { pooling: pooling === 'cls_token' ? 'cls' : 'mean' });
      assertClose((await encoder.embed(['a red circle'])).vectors, expected);
    }
  });

  it('cut what is longer than the context, and say so', async (t) => {
    const encoder = await opened(t, writeSentences(temporaryFolder(t)));
    const text = 'red red red red red red circle';
    const { vectors, cut } = await encoder.embed([text]);
    assertClose(vectors, expectedSentence([1, 5, 5, 5, 5, 5, 5, 2]));
    assert.deepEqual(cut, [{ text, tokens: 9, read: 8 }]);
  });

  it('are kept with a dataset, beside encoders of images that they are no part of', async (t) => {
    const root = temporaryFolder(t);
    const registry = new EncoderRegistry();
    const source = writeSentences(join(temporaryFolder(t), 'sentences'), smallBert(), poolingFile('cls_token'));
    const { id, text } = await registry.add(source, root);
    assert.deepEqual([text?.file, text?.tokenizer, text?.contextLength], ['encoder.onnx', 'tokenizer.json', 8]);
    const folder = join(root, '.likeness', 'encoders', id);
    assert.ok(existsSync(join(folder, 'tokenizer_config.json')));
    assert.match(readFileSync(join(folder, 'card.json'), 'utf8'), /"encodes": "texts"/);
    const { encoders, ofTexts, problems } = await new EncoderRegistry().list(root);
    assert.deepEqual([ofTexts.map((card) => card.id), problems], [[id], []]);
    assert.ok(encoders.every((card) => card.id !== id));
    const encoder = await opened(t, id, root);
    assertClose((await encoder.embed(['a red circle'])).vectors, expectedSentence(RED_CIRCLE, { pooling: 'cls' }));
    await assert.rejects(registry.resolve(id, root), {
      code: ErrorCode.EncoderNotImage,
      message: /encodes texts, not pictures; name it as "captionEncoder"/,
    });
  });

  it('say in a sentence what is wrong with them', async (t) => {
    const cases = [
      [smallBert(), { 'tokenizer.json': undefined }, ErrorCode.TokenizerMissing, /has no tokenizer\.json beside it/],
      [smallBert(), { 'tokenizer.json': { model: {} } }, ErrorCode.TokenizerInvalid, /can't be used/],
      [
        smallBert(),
        { 'tokenizer.json': wordTokenizer([...WORDS, 'one', 'more']) },
        ErrorCode.TokenizerMismatch,
        /has 14 tokens, and .* was trained with 12: it is another model's/,
      ],
      [smallBert(), poolingFile('max_tokens'), ErrorCode.TextEncoderInvalid, /it pools by max_tokens/],
      [
        smallBert(),
        { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] },
        ErrorCode.TextEncoderInvalid,
        /it has a layer behind its pooling \(sentence_transformers\.models\.Dense\)/,
      ],
      [
        smallTextTower(),
        { 'config.json': { model_type: 'clip' }, 'modules.json': undefined, '1_Pooling/config.json': undefined },
        ErrorCode.TextWithoutImage,
        /is the text half of an image–text encoder/,
      ],
    ] as const;
    for (const [model, files, code, message] of cases) {
      const folder = writeSentences(temporaryFolder(t), model, files);
      await assert.rejects(new EncoderRegistry().resolveAny(folder), (error) => {
        assert.ok(error instanceof LikenessError, String(error));
        assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
        return true;
      });
    }
  });
});
