import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { cutSentence } from '../../../../src/core/encoders/tokens.ts';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { readTokenizer, type TextTokenizer } from '../../../../src/engine/encoders/text/tokenizer.ts';
import { shared, unlessShared } from '../../../shared.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { SlowBytePairs } from './bytePairs.ts';

const CLIP = 'models/clip-tokenizer';
const START = 49406;
const END = 49407;

/** Texts and the ids of their tokens between start and end. */
const table: readonly (readonly [text: string, ids: readonly number[]])[] = [
  ['', []],
  ['   ', []],
  ['a photo of a cat', [320, 1125, 539, 320, 2368]],
  ['A Photo of a CAT!!!', [320, 1125, 539, 320, 2368, 995]],
  ["it's a dog's life, they're here; I'd", [585, 568, 320, 1929, 568, 970, 267, 889, 982, 763, 282, 328, 1896]],
  [
    '2024: 12,345.67% of 1/2',
    [273, 271, 273, 275, 281, 272, 273, 267, 274, 275, 276, 269, 277, 278, 260, 539, 272, 270, 273],
  ],
  ['naïve café Zürich', [1097, 35689, 563, 15304, 89, 6522, 4021]],
  ['cafe\u0301', [15304]],
  ['日本語の写真', [39121, 44353, 34002, 252, 21575, 44653, 33440, 509]],
  ['Привет, мир', [26302, 16370, 29503, 110, 22176, 141, 480, 267, 38018, 16701, 141, 478]],
  ['مرحبا', [12986, 10948, 25722, 16378, 22625]],
  ['हिन्दी', [29446, 26721, 26090, 19389, 29552, 25751]],
  ['😀', [7334]],
  ['👩\u200d👩\u200d👧 family', [26304, 26304, 964, 356, 1315]],
  ['tab\tand\n\nlines\u3000wide', [14724, 537, 3418, 3184]],
  ['https://a.b/c?d=e&f', [30901, 12441, 320, 269, 321, 270, 322, 286, 323, 284, 324, 261, 325]],
  ['x<|endoftext|>y', [343, 49407, 344]],
  ['supercalifragilisticexpialidocious', [1642, 2857, 13093, 2076, 5868, 26850, 835, 639, 38466]],
];

describe("CLIP's tokenizer", { skip: unlessShared(CLIP) }, () => {
  let tokenizer: TextTokenizer;
  let slow: SlowBytePairs;
  before(async () => {
    const file = shared(`${CLIP}/tokenizer.json`);
    tokenizer = await readTokenizer(file, shared(`${CLIP}/tokenizer_config.json`));
    slow = new SlowBytePairs(file);
  });

  for (const [text, ids] of table) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(slow.encode(text), [START, ...ids, END]);
      assert.deepEqual(tokenizer.tokenize(text, 77), { ids: [START, ...ids, END], length: ids.length + 2 });
    });
  }

  it('gives what plain byte-pair encoding gives, whatever is typed', () => {
    const characters = fc.oneof(
      fc.constantFrom(
        "'s",
        "'ll",
        ' ',
        '\t',
        'the ',
        'ing',
        '\u0301',
        '\u200d',
        '0',
        '½',
        'ß',
        'Σ',
        'İ',
        '日',
        'مر',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const texts = fc.array(characters, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        assert.deepEqual(tokenizer.tokenize(text, 1000).ids, slow.encode(text));
      }),
      { numRuns: 300 },
    );
  });

  it('knows how long a text may be, and what fills it up', () => {
    assert.equal(tokenizer.maxLength, 77);
    // As CLIP was trained, though the file names the token that ends a text.
    assert.equal(tokenizer.padding, 0);
    assert.ok(tokenizer.isClips);
    assert.equal(tokenizer.size, 49408);
  });

  it('cuts what is longer than the context, keeps the end token, and says how much it left out', () => {
    const text = 'cat '.repeat(90);
    const { ids, length } = tokenizer.tokenize(text, 77);
    assert.equal(length, 92);
    assert.deepEqual(ids, [START, ...new Array<number>(75).fill(2368), END]);
    assert.equal(
      cutSentence({ text, tokens: length, read: ids.length }, 'CLIP'),
      '"cat cat cat cat cat cat cat cat cat cat…" has 92 tokens, and CLIP reads 77: the last 15 are left out.',
    );
  });
});

/** A sentencepiece tokenizer as SigLIP's and T5's: pieces with scores, the likeliest cut of the whole text wins. */
function unigram(): object {
  const pieces: [string, number][] = [
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
    ['▁', -4],
    ['▁red', -2],
    ['▁re', -3],
    ['d', -3],
    ['▁circle', -5],
    ['▁circ', -3],
    ['le', -1.5],
    ['s', -2],
  ];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: pieces.slice(0, 3).map(([content], id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'Lowercase' }, { type: 'Strip', strip_left: true, strip_right: true }],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', add_prefix_space: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
      pair: [],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', add_prefix_space: true },
    model: { type: 'Unigram', unk_id: 2, vocab: pieces },
  };
}

async function tokenizerOf(t: TestContext, definition: object, config: object) {
  const folder = temporaryFolder(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(definition));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  return readTokenizer(join(folder, 'tokenizer.json'), join(folder, 'tokenizer_config.json'));
}

describe("SigLIP's kind of tokenizer", () => {
  it('takes the likeliest pieces, and ends a text', async (t) => {
    const tokenizer = await tokenizerOf(t, unigram(), { pad_token: '<pad>', model_max_length: 64 });
    // "▁circ" + "le" is likelier (−4.5) than "▁circle" (−5); "▁red" (−2) than "▁re" + "d" (−6).
    assert.deepEqual(tokenizer.tokenize('Red circles', 64), { ids: [4, 8, 9, 10, 1], length: 5 });
    assert.deepEqual(tokenizer.tokenize('red 😀', 64).ids, [4, 3, 2, 1]);
    assert.deepEqual(tokenizer.tokenize('', 64).ids, [1]);
    assert.deepEqual(tokenizer.tokenize('red red red', 3), { ids: [4, 4, 1], length: 4 });
    assert.deepEqual([tokenizer.maxLength, tokenizer.padding, tokenizer.size], [64, 0, 11]);
  });
});

/** SigLIP's first tokenizer: punctuation goes, and spaces are made one, before pieces are looked for. */
function canonical(): object {
  const definition = unigram() as { normalizer: { normalizers: object[] } };
  const { normalizers } = definition.normalizer;
  const replace = (pattern: string, content: string) => ({ type: 'Replace', pattern: { Regex: pattern }, content });
  const punctuation = '[!"\\#\\$%\\&\'\\(\\)\\*\\+,\\-\\./:;<=>\\?@\\[\\\\\\]\\^_`\\{\\|\\}\\~]';
  normalizers.splice(1, 0, replace(punctuation, ''), replace('\\s+', ' '));
  return definition;
}

describe("SigLIP's tokenizers", () => {
  it('leave punctuation out, as the file of the first one says', async (t) => {
    const tokenizer = await tokenizerOf(t, canonical(), { pad_token: '</s>', model_max_length: 64 });
    assert.deepEqual(tokenizer.tokenize('"Red",   (circle)!', 64).ids, tokenizer.tokenize('red circle', 64).ids);
    assert.deepEqual(tokenizer.tokenize('!?', 64).ids, [1]);
    assert.deepEqual([tokenizer.padding, tokenizer.isClips], [1, false]);
  });
});

describe('a tokenizer that is none', () => {
  it('is refused with a sentence', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'tokenizer.json');
    for (const content of ['{', '{}', '[]', '{"model":{"type":"BPE","vocab":{},"merges":[]}}']) {
      writeFileSync(file, content);
      await assert.rejects(readTokenizer(file, undefined), {
        code: ErrorCode.TokenizerInvalid,
        path: file,
        message:
          /The tokenizer .*tokenizer.json can't be used \(.+\); take the tokenizer.json of the model's repository again\./,
      });
    }
  });
});
