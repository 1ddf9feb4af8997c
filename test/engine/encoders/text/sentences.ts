import { GraphBuilder, type Dimension, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { DataType, type OnnxModel } from '../../../../src/core/onnx/model.ts';
import { RandomStream } from '../../../../src/core/random.ts';
import { writeModel } from '../smallModels.ts';
import { WORDS, wordTokenizer, writeJson } from './towers.ts';

export const SENTENCE_DIM = 6;
const POSITIONS = 16;

const wave = (length: number, seed: number) => Float64Array.from({ length }, (_, i) => Math.sin(seed + i * i) / 2);
const weights = {
  words: (count: number) => wave(count * SENTENCE_DIM, 21),
  positions: wave(POSITIONS * SENTENCE_DIM, 22),
  segments: wave(2 * SENTENCE_DIM, 23),
  queries: wave(SENTENCE_DIM ** 2, 24),
  values: wave(SENTENCE_DIM ** 2, 25),
};
/** What the logits of masked tokens are lowered by. */
const MASKED = 1e4;

export interface SmallBertOptions {
  readonly words?: number;
  readonly batch?: Dimension;
  readonly length?: Dimension;
  /** Without: it is fed no `token_type_ids`, as MPNet. */
  readonly segments?: boolean;
  /** What it gives: vectors of tokens beside a pooled one that was never trained, or a sentence's vector that is ready. */
  readonly output?: 'tokens' | 'sentence';
}

/** BERT in small: words, positions and segments, and one layer in which the tokens that aren't masked look at each other. */
export function smallBert({
  words = WORDS.length,
  batch = 'N',
  length = 'T',
  segments = true,
  output = 'tokens',
}: SmallBertOptions = {}): OnnxModel {
  const graph = new GraphBuilder('bert');
  const ids = graph.input('input_ids', 'int64', [batch, length]);
  const mask = graph.input('attention_mask', 'int64', [batch, length]);
  const table = (name: Float64Array, rows: number) => graph.floats(name, [rows, SENTENCE_DIM]);
  const looked = (values: Float64Array, rows: number, index: GraphValue) =>
    graph.op('Gather', [table(values, rows), index], { axis: 0 });
  let tokens = looked(weights.words(words), words, ids);
  const ones = graph.op('ConstantOfShape', [graph.op('Shape', [ids])]);
  const places = graph.op('CumSum', [graph.op('Add', [ones, graph.scalar(1)]), graph.integers([1], [])]);
  const positions = graph.op('Cast', [graph.op('Sub', [places, graph.scalar(1)])], { to: DataType.int64 });
  tokens = graph.op('Add', [tokens, looked(weights.positions, POSITIONS, positions)]);
  if (segments) {
    const types = graph.input('token_type_ids', 'int64', [batch, length]);
    tokens = graph.op('Add', [tokens, looked(weights.segments, 2, types)]);
  }
  const square = (values: Float64Array) => graph.floats(values, [SENTENCE_DIM, SENTENCE_DIM]);
  const queries = graph.op('MatMul', [tokens, square(weights.queries)]);
  const logits = graph.op('MatMul', [queries, graph.op('Transpose', [tokens], { perm: [0, 2, 1] })]);
  const present = graph.op('Cast', [mask], { to: DataType.float32 });
  const absent = graph.op('Mul', [graph.op('Sub', [graph.scalar(1), present]), graph.scalar(MASKED)]);
  const masked = graph.op('Sub', [logits, graph.op('Unsqueeze', [absent, graph.integers([1])])]);
  const attention = graph.op('Softmax', [masked], { axis: -1 });
  const seen = graph.op('MatMul', [attention, graph.op('MatMul', [tokens, square(weights.values)])]);
  const hidden = graph.op('Add', [tokens, seen]);
  if (output === 'tokens') {
    graph.output('last_hidden_state', hidden, 'float32', [batch, length, SENTENCE_DIM]);
    const first = graph.op('Gather', [hidden, graph.integers([0], [])], { axis: 1 });
    graph.output('pooler_output', graph.op('Tanh', [first]), 'float32', [batch, SENTENCE_DIM]);
  } else {
    const shares = graph.op('Unsqueeze', [present, graph.integers([2])]);
    const sum = graph.op('ReduceSum', [graph.op('Mul', [hidden, shares]), graph.integers([1])], { keepdims: 0 });
    graph.output('token_embeddings', hidden, 'float32', [batch, length, SENTENCE_DIM]);
    graph.output('sentence_embedding', sum, 'float32', [batch, SENTENCE_DIM]);
  }
  return graph.build();
}

/** What the small network gives for tokens, in float64 and without a graph: the vectors of the tokens, `ids × dim`. */
function hiddenOf(ids: readonly number[], hasSegments: boolean): number[][] {
  const words = weights.words(WORDS.length);
  const tokens = ids.map((id, place) =>
    Array.from(
      { length: SENTENCE_DIM },
      (_, k) =>
        words[id * SENTENCE_DIM + k]! +
        weights.positions[place * SENTENCE_DIM + k]! +
        (hasSegments ? weights.segments[k]! : 0),
    ),
  );
  const times = (row: readonly number[], matrix: Float64Array) =>
    row.map((_, k) => row.reduce((sum, value, i) => sum + value * matrix[i * SENTENCE_DIM + k]!, 0));
  const inner = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  return tokens.map((token) => {
    const query = times(token, weights.queries);
    const shares = tokens.map((other) => Math.exp(inner(query, other)));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return token.map(
      (value, k) =>
        value + tokens.reduce((sum, other, i) => sum + (shares[i]! / total) * times(other, weights.values)[k]!, 0),
    );
  });
}

/** A sentence's vector: the mean of its tokens' vectors, or the first of them, of length 1. */
export function expectedSentence(
  ids: readonly number[],
  { pooling = 'mean', segments = true }: { readonly pooling?: 'mean' | 'cls'; readonly segments?: boolean } = {},
): number[] {
  const hidden = hiddenOf(ids, segments);
  const vector = hidden[0]!.map((first, k) =>
    pooling === 'cls' ? first : hidden.reduce((sum, token) => sum + token[k]!, 0) / hidden.length,
  );
  return vector.map((value) => value / Math.hypot(...vector));
}

/** Writes a sentence encoder as repositories of the hub have it. @param words of its tokenizer */
export function writeSentences(
  folder: string,
  model: OnnxModel = smallBert(),
  files: Readonly<Record<string, object | undefined>> = {},
): string {
  writeModel(folder, 'onnx/model.onnx', model);
  for (const [name, content] of Object.entries({ ...sentenceFiles, ...files })) {
    if (content !== undefined) writeJson(folder, name, content);
  }
  return folder;
}

const pooling = (mode: 'mean_tokens' | 'cls_token' | 'max_tokens') => ({
  word_embedding_dimension: SENTENCE_DIM,
  ...{ pooling_mode_cls_token: false, pooling_mode_mean_tokens: false, pooling_mode_max_tokens: false },
  [`pooling_mode_${mode}`]: true,
});
export const poolingFile = (mode: Parameters<typeof pooling>[0]) => ({ '1_Pooling/config.json': pooling(mode) });

/** What describes the small network. */
export const sentenceFiles: Readonly<Record<string, object>> = {
  'config.json': { model_type: 'bert', max_position_embeddings: POSITIONS, vocab_size: WORDS.length },
  'sentence_bert_config.json': { max_seq_length: 8, do_lower_case: false },
  'modules.json': [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ],
  'tokenizer.json': wordTokenizer(),
  'tokenizer_config.json': { pad_token: '[PAD]', model_max_length: 512 },
  ...poolingFile('mean_tokens'),
};

/**
 * A sentence encoder that knows what words mean: a text is the mean of its words' vectors. Words of one group mean the same, and
 * those of different groups have nothing to do with each other.
 */
export function writeMeanings(folder: string, meanings: readonly (readonly string[])[], dim = 24): string {
  const words = [...WORDS.slice(0, 4), ...meanings.flat()];
  const random = new RandomStream(5);
  const vectors = meanings.map(() => Float64Array.from({ length: dim }, () => random.normal()));
  const table = new Float64Array(words.length * dim);
  words.forEach((word, row) => {
    const vector = vectors[meanings.findIndex((group) => group.includes(word))] ?? new Float64Array(dim);
    // No word's shade of meaning is another's.
    table.set(
      vector.map((value) => value + 0.1 * random.normal()),
      row * dim,
    );
  });
  const graph = new GraphBuilder('meanings');
  const ids = graph.input('input_ids', 'int64', ['N', 'T']);
  const tokens = graph.op('Gather', [graph.floats(table, [words.length, dim]), ids], { axis: 0 });
  graph.output('last_hidden_state', tokens, 'float32', ['N', 'T', dim]);
  return writeSentences(folder, graph.build(), {
    'config.json': { model_type: 'bert', max_position_embeddings: 16, vocab_size: words.length },
    'tokenizer.json': wordTokenizer(words),
    'sentence_bert_config.json': { max_seq_length: 16 },
  });
}
