import { asObject } from '../json/asObject.ts';
import type { EncoderOutput } from './card.ts';
import type { RunOutput } from './imageOutput.ts';

/** Files of a sentence encoder's repository that say how its vectors are made, relative to its folder. */
export const SENTENCE_FILES = ['1_Pooling/config.json', 'sentence_bert_config.json', 'modules.json'] as const;

/** Networks of one stack of layers over the tokens of a text, by `model_type` of transformers. */
const TEXT_NETWORKS =
  /^(bert|distilbert|roberta|xlm-roberta|camembert|mpnet|albert|electra|deberta(-v2)?|ernie|nomic_bert|modernbert|xlm|new|gte)$/;
/** Their positions begin behind those of the padding, so that two fewer tokens fit than the table has rows. */
const POSITIONS_FROM_TWO = /^(roberta|xlm-roberta|camembert|mpnet)$/;
const POSITIONS_BEFORE = 2;

/** What the files beside a model say of it as a sentence encoder. */
export interface SentenceConfig {
  /** Undefined where nothing says how the tokens become one vector; then it is their mean. */
  readonly pooling: 'mean' | 'cls' | undefined;
  /** Tokens that it reads at most, special ones included. */
  readonly contextLength: number | undefined;
  readonly vocabulary: number | undefined;
  /** Why the vectors of the tokens can't be made into one here, to follow "is not a usable sentence encoder: ". */
  readonly fault: string | undefined;
}

/** Parsed JSON files of a repository; undefined where there is none. */
export interface SentenceFiles {
  /** `config.json` */
  readonly config: unknown;
  /** `1_Pooling/config.json` */
  readonly pooling: unknown;
  /** `sentence_bert_config.json` */
  readonly sentence: unknown;
  /** `modules.json` */
  readonly modules: unknown;
}

/** Reads the forms of transformers and of sentence-transformers; undefined where nothing says that it is a sentence encoder. */
export function sentenceConfig({ config, pooling, sentence, modules }: SentenceFiles): SentenceConfig | undefined {
  const model = asObject(config);
  const type = typeof model.model_type === 'string' ? model.model_type : '';
  if (!TEXT_NETWORKS.test(type) && pooling === undefined && modules === undefined) return undefined;
  const positions = positive(model.max_position_embeddings);
  const reserved = POSITIONS_FROM_TWO.test(type) ? POSITIONS_BEFORE : 0;
  const stated = [
    positive(asObject(sentence).max_seq_length),
    positions === undefined ? undefined : positions - reserved,
  ].filter((length) => length !== undefined);
  const { mode, fault } = poolingOf(asObject(pooling));
  return {
    pooling: mode,
    contextLength: stated.length === 0 ? undefined : Math.min(...stated),
    vocabulary: positive(model.vocab_size),
    fault: fault ?? faultOf(modules),
  };
}

/**
 * The output that holds a text's vector: one that is ready, else the tokens, which are pooled. Returns the reason where there is
 * neither, to follow "is not a usable sentence encoder: ". BERT's own `pooler_output` was trained for another end.
 *
 * @param outputs of a run with `batch` texts
 */
export function sentenceOutput(
  outputs: readonly RunOutput[],
  batch: number,
  { pooling = 'mean', fault }: Pick<SentenceConfig, 'pooling' | 'fault'>,
): EncoderOutput | { readonly reason: string } {
  const ofTexts = outputs.filter(({ type, dims }) => type.startsWith('float') && dims[0] === batch);
  const ready = ofTexts.find(({ name, dims }) => dims.length === 2 && /^sentence_|^text_|embed/i.test(name));
  if (ready !== undefined) return { name: ready.name, pooling: 'none', dim: ready.dims[1]! };
  const ofTokens = ofTexts.filter(({ dims }) => dims.length === 3);
  const tokens = ofTokens.find(({ name }) => /last_hidden_state|token_embeddings/.test(name)) ?? ofTokens[0];
  if (tokens === undefined) return { reason: 'no output holds a vector for each text or for each of its tokens' };
  return fault === undefined ? { name: tokens.name, pooling, dim: tokens.dims[2]! } : { reason: fault };
}

/** How `1_Pooling/config.json` makes one vector of those of the tokens. */
function poolingOf(pooling: Readonly<Record<string, unknown>>): Pick<Partial<SentenceConfig>, 'fault'> & {
  readonly mode: SentenceConfig['pooling'];
} {
  const chosen = Object.entries(pooling).flatMap(([key, value]) =>
    key.startsWith('pooling_mode_') && value === true ? [key.slice('pooling_mode_'.length)] : [],
  );
  const [first, ...more] = chosen;
  // A mean of roots has the direction of the mean, and only that counts.
  if (first === undefined || (more.length === 0 && /^mean_(sqrt_len_)?tokens$/.test(first))) {
    return { mode: first === undefined ? undefined : 'mean' };
  }
  if (more.length === 0 && first === 'cls_token') return { mode: 'cls' };
  return {
    mode: undefined,
    fault: `it pools by ${chosen.join(' and ')}, and only the mean and the first token are known`,
  };
}

/** Layers behind the pooling aren't in an export of the network alone. */
function faultOf(modules: unknown): string | undefined {
  const types = Array.isArray(modules) ? modules.map((module) => String(asObject(module).type)) : [];
  const other = types.find((type) => !/\.(Transformer|Pooling|Normalize)$/.test(type));
  return other === undefined ? undefined : `it has a layer behind its pooling (${other}) that the file does not hold`;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
