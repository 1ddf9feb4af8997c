import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import type { OnnxModel } from '../../../../src/core/onnx/model.ts';
import { EncoderRegistry } from '../../../../src/engine/encoders/registry.ts';
import { openText, type TextEncoder } from '../../../../src/engine/encoders/text/textEncoder.ts';
import { TextEncoders } from '../../../../src/engine/encoders/text/textEncoders.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { smallVisionTower } from '../../hub/hubModels.ts';
import { writeModel } from '../smallModels.ts';
import {
  CLIP_WORDS,
  expectedText,
  SHARED_DIM,
  smallTextTower,
  smallTwoHalves,
  WORDS,
  wordTokenizer,
  writeJson,
} from './towers.ts';

const tokenizerConfig = { pad_token: '[PAD]', model_max_length: 8 };
const clipConfig = { model_type: 'clip', text_config: { model_type: 'clip_text_model', max_position_embeddings: 8 } };

interface Layout {
  readonly files: Readonly<Record<string, OnnxModel | object>>;
}

function repository(t: TestContext, { files }: Layout): string {
  const folder = join(temporaryFolder(t), 'pair');
  for (const [name, content] of Object.entries(files)) {
    if ('graph' in content) writeModel(folder, name, content);
    else writeJson(folder, name, content);
  }
  return folder;
}

const tokenizerFiles = { 'tokenizer.json': wordTokenizer(), 'tokenizer_config.json': tokenizerConfig };
const clip = (text: OnnxModel = smallTextTower()): Layout => ({
  files: {
    ...tokenizerFiles,
    'config.json': clipConfig,
    'onnx/vision_model.onnx': smallVisionTower(),
    'onnx/text_model.onnx': text,
  },
});

async function opened(t: TestContext, reference: string, root?: string): Promise<TextEncoder> {
  const encoder = await openText(await new EncoderRegistry().resolve(reference, root), 1);
  t.after(() => encoder.dispose());
  return encoder;
}

function assertClose(actual: Float32Array, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < 1e-5, `${actual[i]} instead of ${value} at ${i}`);
  });
}

/** [START] a red circle [END] */
const RED_CIRCLE = [1, 4, 5, 8, 2];

describe('openText', () => {
  it("reads CLIP's layout: two towers, one tokenizer", async (t) => {
    const encoder = await opened(t, repository(t, clip()));
    const { vectors, cut } = await encoder.embed(['A red circle', 'blue square', 'A red circle']);
    assertClose(vectors.subarray(0, SHARED_DIM), expectedText(RED_CIRCLE));
    assertClose(vectors.subarray(SHARED_DIM, 2 * SHARED_DIM), expectedText([1, 7, 9, 2]));
    assert.deepEqual(vectors.subarray(2 * SHARED_DIM), vectors.subarray(0, SHARED_DIM));
    assert.deepEqual(cut, []);
    const { contextLength, padding, output } = encoder.described;
    assert.deepEqual({ contextLength, padding }, { contextLength: 8, padding: undefined });
    assert.deepEqual(output, { name: 'text_embeds', pooling: 'none', dim: SHARED_DIM });
  });

  it('reads an empty text and words that it does not know', async (t) => {
    const encoder = await opened(t, repository(t, clip()));
    const { vectors } = await encoder.embed(['', 'a 😀 circle']);
    assertClose(vectors.subarray(0, SHARED_DIM), expectedText([1, 2]));
    assertClose(vectors.subarray(SHARED_DIM), expectedText([1, 4, 3, 8, 2]));
  });

  it('cuts a text that is longer than the context, and says so', async (t) => {
    const encoder = await opened(t, repository(t, clip()));
    const text = 'red red red red red red circle';
    const { vectors, cut } = await encoder.embed([text]);
    assertClose(vectors, expectedText([1, 5, 5, 5, 5, 5, 5, 2]));
    assert.deepEqual(cut, [{ text, tokens: 9, read: 8 }]);
  });

  it('fills texts up to the whole context for SigLIP, whose halves pool by themselves', async (t) => {
    const folder = repository(t, {
      files: {
        ...tokenizerFiles,
        'config.json': { model_type: 'siglip', text_config: { max_position_embeddings: 6 } },
        'onnx/vision_model.onnx': smallVisionTower(),
        'onnx/text_model.onnx': smallTextTower({ output: 'pooler_output' }),
      },
    });
    const encoder = await opened(t, folder);
    const { vectors } = await encoder.embed(['red']);
    assertClose(vectors, expectedText([1, 5, 2, 0, 0, 0]));
    assert.equal(encoder.described.padding, 0);
    assert.equal(encoder.described.output.name, 'pooler_output');
  });

  it('knows the context of SigLIP where nothing is said of it, and reads its texts written small', async (t) => {
    const asWritten = { ...wordTokenizer(), normalizer: null };
    const siglip = (model: object, tokenizer: object) => ({
      files: {
        'tokenizer.json': asWritten,
        'tokenizer_config.json': { pad_token: '[PAD]', model_max_length: 1e30, ...tokenizer },
        'config.json': model,
        'onnx/vision_model.onnx': smallVisionTower(),
        'onnx/text_model.onnx': smallTextTower({ output: 'pooler_output', positions: 64 }),
      },
    });
    const red = expectedText([1, 5, 2, ...new Array<number>(61).fill(0)]);
    // Gemma's tokenizer tells large letters from small ones, and SigLIP 2 was never shown any.
    for (const model of [
      { model_type: 'siglip2', text_config: { model_type: 'siglip2_text_model' } },
      { model_type: 'siglip', text_config: {} },
      { text_cfg: { hf_tokenizer_name: 'timm/ViT-B-16-SigLIP2' } },
    ]) {
      const encoder = await opened(t, repository(t, siglip(model, { tokenizer_class: 'GemmaTokenizer' })));
      assert.equal(encoder.described.contextLength, 64);
      assertClose((await encoder.embed(['RED'])).vectors, red);
    }
    const cased = siglip({ model_type: 'siglip' }, { do_lower_case: false });
    const unknown = expectedText([1, 3, 2, ...new Array<number>(61).fill(0)]);
    assertClose((await (await opened(t, repository(t, cased))).embed(['RED'])).vectors, unknown);
  });

  describe("of CLIP's tokens", () => {
    const clipTokens = (text: OnnxModel, config: object): Layout => ({
      files: {
        'tokenizer.json': wordTokenizer(CLIP_WORDS),
        // As transformers has it, whatever the network was trained with.
        'tokenizer_config.json': { pad_token: '<|endoftext|>', model_max_length: 8 },
        'config.json': config,
        'onnx/vision_model.onnx': smallVisionTower(),
        'onnx/text_model.onnx': text,
      },
    });
    const filled = expectedText([...RED_CIRCLE, 0, 0, 0]);

    it('fills texts up with zeros where the network looks at them, as MobileCLIP does', async (t) => {
      for (const [config, model] of [
        [{ model_type: 'mobileclip' }, smallTextTower()],
        [{ text_cfg: { context_length: 8, no_causal_mask: true } }, smallTextTower()],
        // Exports of it call themselves CLIP.
        [{ model_type: 'clip' }, smallTextTower()],
        [{ model_type: 'clip' }, smallTextTower({ length: 8 })],
      ] as const) {
        const encoder = await opened(t, repository(t, clipTokens(model, config)));
        assertClose((await encoder.embed(['a red circle'])).vectors, filled);
        assert.equal(encoder.described.padding, 0);
      }
    });

    it('fills with the token that OpenCLIP was told to', async (t) => {
      const config = { text_cfg: { no_causal_mask: true, pad_id: 9 } };
      const encoder = await opened(t, repository(t, clipTokens(smallTextTower(), config)));
      assertClose((await encoder.embed(['a red circle'])).vectors, expectedText([...RED_CIRCLE, 9, 9, 9]));
    });

    it('lets texts run as long as they are where the network does not look behind them, or is told not to', async (t) => {
      for (const model of [smallTextTower({ skipsZeros: true }), smallTextTower({ mask: true })]) {
        const encoder = await opened(t, repository(t, clipTokens(model, { model_type: 'clip' })));
        assert.equal(encoder.described.padding, undefined);
        assertClose((await encoder.embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
      }
    });

    it('reads short texts where the context is shorter than is said', async (t) => {
      const encoder = await opened(
        t,
        repository(t, clipTokens(smallTextTower({ positions: 7 }), { model_type: 'clip' })),
      );
      assertClose((await encoder.embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
      await assert.rejects(encoder.embed(['a red circle of a photo']), { code: ErrorCode.TextEncoderInvalid });
    });

    it('is filled up in the same way once it is stored', async (t) => {
      const root = temporaryFolder(t);
      const card = await new EncoderRegistry().add(
        repository(t, clipTokens(smallTextTower(), { model_type: 'clip' })),
        root,
      );
      assert.equal(card.text?.padding, 0);
      assertClose((await (await opened(t, card.id, root)).embed(['a red circle'])).vectors, filled);
    });
  });

  it('fills a model of fixed length and batch, and masks what it filled', async (t) => {
    const tower = smallTextTower({ type: 'int32', batch: 2, length: 7, mask: true });
    const encoder = await opened(t, repository(t, clip(tower)));
    const { vectors } = await encoder.embed(['a red circle']);
    assertClose(vectors, expectedText(RED_CIRCLE));
    assert.equal(encoder.described.contextLength, 7);
  });

  it("reads OpenCLIP's layout, with a folder for each half", async (t) => {
    const folder = repository(t, {
      files: {
        'visual/model.onnx': smallVisionTower(),
        'textual/model.onnx': smallTextTower({ output: 'embedding' }),
        'textual/tokenizer.json': wordTokenizer(),
        'textual/tokenizer_config.json': { pad_token: '[PAD]' },
        'config.json': { embed_dim: 5, text_cfg: { context_length: 9, vocab_size: WORDS.length } },
      },
    });
    const encoder = await opened(t, join(folder, 'visual', 'model.onnx'));
    assertClose((await encoder.embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
  });

  it('reads two files of any name, as long as one says what the other is', async (t) => {
    const folder = repository(t, {
      files: { ...tokenizerFiles, 'shapes_image.onnx': smallVisionTower(), 'shapes_text.onnx': smallTextTower() },
    });
    const encoder = await opened(t, join(folder, 'shapes_image.onnx'));
    assertClose((await encoder.embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
  });

  it('takes the halves out of a model that holds both', async (t) => {
    const folder = repository(t, { files: { ...tokenizerFiles, 'onnx/model.onnx': smallTwoHalves() } });
    const resolved = await new EncoderRegistry().resolve(folder);
    assert.deepEqual(resolved.card.output, { name: 'image_embeds', pooling: 'none', dim: SHARED_DIM });
    assert.equal(resolved.card.input.name, 'pixel_values');
    const encoder = await opened(t, folder);
    assertClose((await encoder.embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
  });

  it('prefers the half in the same precision', async (t) => {
    const folder = repository(t, {
      files: {
        ...clip().files,
        'onnx/vision_model_fp16.onnx': smallVisionTower(),
        'onnx/text_model_fp16.onnx': smallTextTower(),
        'onnx/vision_model_q4.onnx': smallVisionTower(),
      },
    });
    const registry = new EncoderRegistry();
    const half = await registry.resolve(join(folder, 'onnx', 'vision_model_fp16.onnx'));
    assert.equal(half.text?.file, join(folder, 'onnx', 'text_model_fp16.onnx'));
    const quarter = await registry.resolve(join(folder, 'onnx', 'vision_model_q4.onnx'));
    assert.equal(quarter.text?.file, join(folder, 'onnx', 'text_model.onnx'));
  });
});

describe('an encoder that is added to a dataset', () => {
  for (const [name, layout] of [
    ['two towers', clip()],
    ['one file', { files: { ...tokenizerFiles, 'config.json': clipConfig, 'model.onnx': smallTwoHalves() } }],
  ] as const) {
    it(`brings its text half along: ${name}`, async (t) => {
      const root = temporaryFolder(t);
      const folder = repository(t, layout);
      const registry = new EncoderRegistry();
      const { identity } = await registry.resolve(folder);
      const card = await registry.add(folder, root);
      assert.equal(card.text?.file, 'text/model.onnx');
      assert.equal(card.text.tokenizer, 'text/tokenizer.json');
      assert.equal(card.text.contextLength, 8);
      rmSync(folder, { recursive: true });
      const stored = await new EncoderRegistry().resolve(card.id, root);
      // Vectors that were made before it was added stay valid.
      assert.equal(stored.identity, identity);
      assert.deepEqual(stored.card, card);
      const encoder = await opened(t, card.id, root);
      assertClose((await encoder.embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
    });
  }

  it('is added all the same where its text half is unusable, and says why when a text is read', async (t) => {
    const root = temporaryFolder(t);
    const registry = new EncoderRegistry();
    const card = await registry.add(repository(t, clip(smallTextTower({ dim: 4 }))), root);
    assert.equal(card.text, undefined);
    assert.equal(card.textProblem?.code, ErrorCode.TextMismatch);
    assert.match(
      card.textProblem.message,
      /^pair is added without its text half, so that nothing can be searched in words with it: .*text_model\.onnx gives texts 4 numbers/,
    );
    await assert.rejects(opened(t, card.id, root), { code: ErrorCode.TextMismatch });
    // Of what is kept, nothing tells of a try to add it.
    assert.doesNotMatch(readFileSync(join(root, '.likeness', 'encoders', card.id, 'card.json'), 'utf8'), /textProblem/);
  });

  it('tells nothing of texts where all is well, or where there was no text half', async (t) => {
    const registry = new EncoderRegistry();
    for (const layout of [clip(), { files: { 'model.onnx': smallVisionTower() } }]) {
      assert.equal((await registry.add(repository(t, layout), temporaryFolder(t))).textProblem, undefined);
    }
  });
});

describe('the text half that is kept loaded', () => {
  it('makes room for another, which may be none', async (t) => {
    const registry = new EncoderRegistry();
    const kept = new TextEncoders(1);
    t.after(() => kept.dispose());
    const pair = await registry.resolve(repository(t, clip()));
    const encoder = await kept.get(pair);
    assert.equal(await kept.get(pair), encoder);
    // Nothing but the call itself is told of the failure.
    await assert.rejects(kept.get(await registry.resolve('pixels')), { code: ErrorCode.EncoderWithoutText });
    assertClose((await (await kept.get(pair)).embed(['a red circle'])).vectors, expectedText(RED_CIRCLE));
  });
});

describe('what does not belong together', () => {
  const refused = (name: string, layout: Layout, code: ErrorCode, message: RegExp, file?: string) => {
    it(name, async (t) => {
      const folder = repository(t, layout);
      await assert.rejects(opened(t, file === undefined ? folder : join(folder, file)), (error: unknown) => {
        assert.ok(error instanceof LikenessError);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        // One sentence, which may hold a path.
        assert.match(error.message, /^[^.]*(\.\w+[^.]*)*\.$/);
        return true;
      });
    });
  };

  refused(
    'an encoder of pictures alone',
    { files: { 'model.onnx': smallVisionTower() } },
    ErrorCode.EncoderWithoutText,
    /The encoder pair has no text half.*CLIP, SigLIP or MobileCLIP/,
  );
  refused(
    'halves of different models',
    clip(smallTextTower({ dim: 4 })),
    ErrorCode.TextMismatch,
    /text_model\.onnx gives texts 4 numbers, and the image half pair gives pictures 5/,
  );
  refused(
    'a text half without an image half',
    { files: { ...tokenizerFiles, 'onnx/text_model.onnx': smallTextTower() } },
    ErrorCode.TextWithoutImage,
    /text_model\.onnx is the text half .* the image half is missing/,
  );
  refused(
    'a text half that is named as if it took pictures',
    clip(),
    ErrorCode.TextWithoutImage,
    /text_model\.onnx is the text half/,
    'onnx/text_model.onnx',
  );
  refused(
    'no tokenizer',
    { files: { 'vision_model.onnx': smallVisionTower(), 'text_model.onnx': smallTextTower() } },
    ErrorCode.TokenizerMissing,
    /text_model\.onnx has no tokenizer\.json/,
  );
  refused(
    "a larger model's tokenizer",
    { files: { ...clip().files, 'tokenizer.json': wordTokenizer([...WORDS, 'triangle']) } },
    ErrorCode.TokenizerMismatch,
    /tokenizer\.json has 13 tokens, and .*text_model\.onnx was trained with 12/,
  );
  refused(
    "a smaller model's tokenizer",
    clip(smallTextTower({ words: 400 })),
    ErrorCode.TokenizerMismatch,
    /has 12 tokens, and .* was trained with 400/,
  );
  refused(
    'a model that reads nothing',
    clip(smallTextTower({ deaf: true })),
    ErrorCode.TextEncoderInvalid,
    /the same vector for every text/,
  );
  refused(
    'a picture model where the text half should be',
    clip(smallVisionTower()),
    ErrorCode.TextEncoderInvalid,
    /needs the input "image"/,
  );
  refused(
    'a broken tokenizer',
    { files: { ...clip().files, 'tokenizer.json': {} } },
    ErrorCode.TokenizerInvalid,
    /The tokenizer .*tokenizer\.json can't be used/,
  );
});
