import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GraphBuilder, type Dimension, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { DataType, type OnnxModel } from '../../../../src/core/onnx/model.ts';
import { FEATURES } from '../smallModels.ts';

/** Of the space that both halves share. */
export const SHARED_DIM = 5;
export const WORDS = [
  '[PAD]',
  '[START]',
  '[END]',
  '[UNK]',
  'a',
  'red',
  'green',
  'blue',
  'circle',
  'square',
  'photo',
  'of',
];

const wave = (length: number, seed: number) => Float64Array.from({ length }, (_, i) => Math.sin(seed + i * i) / 3);

export interface TextTowerOptions {
  readonly words?: number;
  readonly dim?: number;
  readonly type?: 'int64' | 'int32';
  readonly batch?: Dimension;
  readonly length?: Dimension;
  readonly mask?: boolean;
  readonly output?: string;
  /** The same vector for all texts. */
  readonly deaf?: boolean;
  /** What is filled up with zeros reads as what isn't, as for a causal network that is asked for the end of the text. */
  readonly skipsZeros?: boolean;
  /** Longer texts fail. */
  readonly positions?: number;
}

/** The text half of CLIP in small: a vector for each token, their mean (over those of the text), and a projection. */
export function smallTextTower(options: TextTowerOptions = {}): OnnxModel {
  const graph = new GraphBuilder('text');
  addTextTower(graph, options);
  return graph.build();
}

function addTextTower(
  graph: GraphBuilder,
  {
    words = WORDS.length,
    dim = SHARED_DIM,
    type = 'int64',
    batch = 'N',
    length = 'T',
    mask = false,
    output = 'text_embeds',
    deaf = false,
    skipsZeros = false,
    positions,
  }: TextTowerOptions,
): void {
  const ids = graph.input('input_ids', type, [batch, length]);
  const table = graph.floats(deaf ? new Float64Array(words * 4).fill(0.5) : wave(words * 4, 11), [words, 4]);
  const looked = graph.op('Gather', [table, ids], { axis: 0 });
  const vectors = positions === undefined ? looked : graph.op('Add', [looked, placed(graph, ids, positions)]);
  const pooled = mask
    ? maskedMean(graph, vectors, graph.input('attention_mask', type, [batch, length]))
    : skipsZeros
      ? maskedMean(graph, vectors, graph.op('Cast', [ids], { to: DataType.bool }))
      : mean(graph, vectors);
  const projected = graph.op('MatMul', [pooled, graph.floats(wave(4 * dim, 12), [4, dim])]);
  graph.output(output, projected, 'float32', [batch, dim]);
}

/** A vector for each place, of zeros. */
function placed(graph: GraphBuilder, ids: GraphValue, positions: number): GraphValue {
  const ones = graph.op('Add', [graph.op('ConstantOfShape', [graph.op('Shape', [ids])]), graph.scalar(1)]);
  const places = graph.op('Sub', [graph.op('CumSum', [ones, graph.integers([1], [])]), graph.scalar(1)]);
  const table = graph.floats(new Float64Array(positions * 4), [positions, 4]);
  return graph.op('Gather', [table, graph.op('Cast', [places], { to: DataType.int64 })], { axis: 0 });
}

function mean(graph: GraphBuilder, vectors: GraphValue): GraphValue {
  return graph.op('ReduceMean', [vectors], { axes: [1], keepdims: 0 });
}

function maskedMean(graph: GraphBuilder, vectors: GraphValue, mask: GraphValue): GraphValue {
  const weights = graph.op('Unsqueeze', [graph.op('Cast', [mask], { to: DataType.float32 }), graph.integers([2])]);
  const sum = graph.op('ReduceSum', [graph.op('Mul', [vectors, weights]), graph.integers([1])], { keepdims: 0 });
  const count = graph.op('ReduceSum', [weights, graph.integers([1])], { keepdims: 0 });
  return graph.op('Div', [sum, count]);
}

/** Both halves in one file, with the scores of pictures and texts for each other, as CLIP's `model.onnx`. */
export function smallTwoHalves(): OnnxModel {
  const graph = new GraphBuilder('clip');
  const pixels = graph.input('pixel_values', 'float32', ['N', 3, 16, 16]);
  const kernel = graph.floats(wave(FEATURES * 48, 1), [FEATURES, 3, 4, 4]);
  const features = graph.op('Relu', [graph.op('Conv', [pixels, kernel], { strides: [4, 4] })]);
  const pooled = graph.op('ReduceMean', [features], { axes: [2, 3], keepdims: 0 });
  const image = graph.op('MatMul', [pooled, graph.floats(wave(FEATURES * SHARED_DIM, 4), [FEATURES, SHARED_DIM])]);
  const ids = graph.input('input_ids', 'int64', ['M', 'T']);
  const vectors = graph.op('Gather', [graph.floats(wave(WORDS.length * 4, 11), [WORDS.length, 4]), ids], { axis: 0 });
  const projection = graph.floats(wave(4 * SHARED_DIM, 12), [4, SHARED_DIM]);
  const text = graph.op('MatMul', [mean(graph, vectors), projection]);
  const scores = graph.op('MatMul', [image, graph.op('Transpose', [text], { perm: [1, 0] })]);
  graph.output('logits_per_image', scores, 'float32', ['N', 'M']);
  graph.output('image_embeds', image, 'float32', ['N', SHARED_DIM]);
  graph.output('text_embeds', text, 'float32', ['M', SHARED_DIM]);
  return graph.build();
}

/** What the small text half gives for tokens, in float64 and normalised. */
export function expectedText(ids: readonly number[]): number[] {
  const table = wave(WORDS.length * 4, 11);
  const projection = wave(4 * SHARED_DIM, 12);
  const pooled = [0, 1, 2, 3].map((d) => ids.reduce((sum, id) => sum + table[id * 4 + d]!, 0) / ids.length);
  const vector = Array.from({ length: SHARED_DIM }, (_, k) =>
    pooled.reduce((sum, value, d) => sum + value * projection[d * SHARED_DIM + k]!, 0),
  );
  return vector.map((value) => value / Math.hypot(...vector));
}

/** As `WORDS`, with CLIP's tokens. */
export const CLIP_WORDS = ['!', '<|startoftext|>', '<|endoftext|>', ...WORDS.slice(3)];

/** A `tokenizer.json` of whole words, the first four like those of `WORDS`, which it puts between a start and an end. */
export function wordTokenizer(words: readonly string[] = WORDS): object {
  const [, start = '', end = ''] = words;
  const special = (id: number) => ({
    ...{ id, content: words[id]!, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  });
  const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const named = (id: string, number: number) => ({ id, ids: [number], tokens: [id] });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(0), special(1), special(2)],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [token(start), { Sequence: { id: 'A', type_id: 0 } }, token(end)],
      pair: [],
      special_tokens: { [start]: named(start, 1), [end]: named(end, 2) },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  };
}

/** Writes a JSON file, with the folders above it. */
export function writeJson(folder: string, name: string, value: unknown): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
  return file;
}
