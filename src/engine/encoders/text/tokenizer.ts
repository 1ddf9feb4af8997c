import { readFile, stat } from 'node:fs/promises';
import * as library from '@huggingface/tokenizers';
import { unreadableFile } from '../../../core/errors.ts';
import { tokenizerInvalid } from '../../../core/encoders/textErrors.ts';
import { asObject } from '../../../core/json/asObject.ts';
import { cutToContext, type TokenizedText } from '../../../core/encoders/tokens.ts';

/** Turns texts into the tokens that one text encoder was trained with. */
export interface TextTokenizer {
  /** One more than the largest id. */
  readonly size: number;
  /** What `tokenizer_config.json` says of the longest text, special tokens included; undefined where it says nothing. */
  readonly maxLength: number | undefined;
  /** The token that texts are filled up with. */
  readonly padding: number;
  /** True for CLIP's own: all that was trained with it saw texts filled up to the whole context. */
  readonly isClips: boolean;
  /** Special tokens included; cut to `contextLength`. */
  tokenize(text: string, contextLength: number): TokenizedText;
  /** Whether nothing of a text is in the vocabulary, so that all such texts are one. */
  isUnread(text: string): boolean;
}

// What is used of the library. Its own declarations name their parts without extensions, which Node's rules don't resolve.
interface HubTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  get_vocab(): Map<string, number>;
}
const { Tokenizer } = library as unknown as {
  readonly Tokenizer: new (definition: object, config: object) => HubTokenizer;
};

type Json = Readonly<Record<string, unknown>>;

/** Larger ones are none: Gemma's, with 256,000 tokens, holds 34 MB. */
const LARGEST_TOKENIZER = 256 * 2 ** 20;
/** What begins and ends a text for CLIP. */
const CLIP_TOKENS = ['<|startoftext|>', '<|endoftext|>'] as const;
/** Where a text has no limit, exporters write a number with thirty digits. */
const NO_LIMIT = 1e6;

/**
 * Reads a `tokenizer.json` with the `tokenizer_config.json` beside it. Rejects with unreadable-file or tokenizer-invalid.
 *
 * @param config undefined where there is none
 * @param lowerCases texts are written small before they are read, unless `config` says otherwise. SigLIP 2 was trained so with
 *   Gemma's tokenizer, which doesn't do it by itself
 */
export async function readTokenizer(
  file: string,
  config: string | undefined,
  lowerCases = false,
): Promise<TextTokenizer> {
  const definition = await readJson(file);
  const options = config === undefined ? {} : await readJson(config);
  try {
    const tokenizer = new Tokenizer(definition, options);
    const vocabulary = tokenizer.get_vocab();
    let size = 0;
    for (const id of vocabulary.values()) size = Math.max(size, id + 1);
    if (size === 0) throw new Error('it has no tokens');
    const isSmall = lowerCases && options.do_lower_case !== false;
    const encode = (text: string, special: boolean): number[] => {
      const { ids } = tokenizer.encode(isSmall ? text.toLowerCase() : text, { add_special_tokens: special });
      if (!ids.every(Number.isInteger)) throw tokenizerInvalid(file, new Error(`it has no token for "${text}"`));
      return ids;
    };
    const saysNothing = new Set([unknownOf(definition, vocabulary), ...spacesOf(vocabulary)]);
    // The first text shows whether all of it is understood.
    encode('a', true);
    return {
      size,
      maxLength: maxLengthOf(options, definition),
      padding: paddingOf(options, definition, vocabulary),
      isClips: CLIP_TOKENS.every((token) => vocabulary.has(token)),
      tokenize: (text, contextLength) => cutToContext(encode(text, true), encode(text, false), contextLength),
      isUnread: (text) => encode(text, false).every((id) => saysNothing.has(id)),
    };
  } catch (error) {
    throw tokenizerInvalid(file, error);
  }
}

/** What stands for all that isn't in the vocabulary; undefined where there is no such thing, as in pairs of bytes. */
function unknownOf({ model }: Json, vocabulary: ReadonlyMap<string, number>): number | undefined {
  const { unk_id: id, unk_token: token } = asObject(model);
  return typeof id === 'number' ? id : typeof token === 'string' ? vocabulary.get(token) : undefined;
}

/** Tokens of spaces alone, which stand before words that aren't known as before others. */
function spacesOf(vocabulary: ReadonlyMap<string, number>): number[] {
  return [...vocabulary].flatMap(([token, id]) => (/^[▁Ġ\s]*$/u.test(token) ? [id] : []));
}

function maxLengthOf({ model_max_length: stated }: Json, { truncation }: Json): number | undefined {
  const built = asObject(truncation).max_length;
  return [stated, built].find(
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value < NO_LIMIT,
  );
}

function paddingOf({ pad_token: token }: Json, { padding }: Json, vocabulary: ReadonlyMap<string, number>): number {
  const content = typeof token === 'string' ? token : asObject(token).content;
  const named = typeof content === 'string' ? vocabulary.get(content) : undefined;
  const built = asObject(padding).pad_id;
  const stated = named ?? (typeof built === 'number' ? built : 0);
  // Transformers names the token that ends a text, which a causal network never looks behind; CLIP was trained with zeros.
  return stated === vocabulary.get(CLIP_TOKENS[1]) ? 0 : stated;
}

async function readJson(file: string): Promise<Json> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_TOKENIZER) throw tokenizerInvalid(file, new Error('it is too large'));
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
  try {
    return asObject(JSON.parse(text));
  } catch (error) {
    throw tokenizerInvalid(file, error);
  }
}
