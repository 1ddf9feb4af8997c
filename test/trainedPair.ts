import { GraphBuilder, type GraphValue } from '../src/core/onnx/graphBuilder.ts';
import type { OnnxModel } from '../src/core/onnx/model.ts';
import { RandomStream } from '../src/core/random.ts';
import type { CaptionedPicture } from '../src/core/sample/captions/plan.ts';
import { reduced } from '../src/core/sample/edits.ts';
import { captionOf, drawShapeScene, PHRASINGS } from '../src/core/sample/captions/shapeScene.ts';
import { imageTextProgram, MATCHES } from '../src/core/training/imageTextProgram.ts';
import { batchNormalization, convolution, linear } from '../src/core/training/layers.ts';
import { textMatches } from '../src/core/training/losses/imageTextLoss.ts';
import { warmupCosineSchedule } from '../src/core/training/schedule.ts';
import { ExportScope, type NetworkScope } from '../src/core/training/scope.ts';
import type { ProgramRunner } from './core/training/programRunner.ts';
import { writeModel } from './engine/encoders/smallModels.ts';
import { wordTokenizer, writeJson } from './engine/encoders/text/towers.ts';

const EDGE = 48;
const DIM = 32;
const BATCH = 64;
const STEPS = 400;
const DRAWINGS = 4;
/** Drawings that no picture of a plan has. */
const FIRST_DRAWING = 10_000;

export interface TrainedPair {
  readonly image: OnnxModel;
  readonly text: OnnxModel;
  readonly words: readonly string[];
}

/** The tokenizer's words: four special ones, and those of the captions. */
function wordsOf(captions: readonly string[]): string[] {
  const words = new Set(captions.flatMap(split));
  return ['[PAD]', '[START]', '[END]', '[UNK]', ...[...words].sort()];
}

/** As `tokenizer` does: what is of one meaning is one word. */
function split(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll(/\ban\b/g, 'a')
      .match(/\w+|[^\w\s]+/g) ?? []
  );
}

/** `[N, 3, EDGE, EDGE]` → `[N, DIM]`; where a thing is stays visible in the last layer. */
function imageNetwork(scope: NetworkScope, images: GraphValue): GraphValue {
  let value = images;
  for (const [i, filters] of [16, 32, 48].entries()) {
    const conv = convolution(scope, value, `image.convolution${i}`, { filters, kernel: 3, stride: 2 });
    value = scope.graph.op('Relu', [batchNormalization(scope, conv, `image.normalization${i}`)]);
  }
  const flat = scope.graph.op('Flatten', [value]);
  return linear(scope, flat, 'image.projection', { outputs: DIM, bias: true });
}

const wordTable = (words: number) => ({
  name: 'text.words',
  shape: [words, DIM],
  role: 'weight' as const,
  initializer: { kind: 'normal' as const, standardDeviation: 0.3 },
});

/** How often each word is in each text, `[N, words]` → the sum of the words' vectors, `[N, DIM]`. */
function textNetwork(scope: NetworkScope, counts: GraphValue, words: number): GraphValue {
  return scope.graph.op('MatMul', [counts, scope.parameter(wordTable(words))]);
}

/**
 * An image tower and a text tower in CLIP's manner, trained on drawings of scenes by the project's own training code. Takes
 * some ten seconds.
 *
 * @param pictures whose scenes are drawn anew to train on
 * @param steps fewer leave it knowing less
 */
export async function trainPair(
  runner: ProgramRunner,
  pictures: readonly CaptionedPicture[],
  steps = STEPS,
): Promise<TrainedPair> {
  const scenes = pictures.map(({ scene }) => scene);
  const captions = scenes.map((scene) => Array.from({ length: PHRASINGS }, (_, i) => captionOf(scene, i)));
  const words = wordsOf(captions.flat());
  const drawings = scenes.flatMap((scene, index) =>
    Array.from({ length: DRAWINGS }, (_, i) => {
      const { data } = reduced(drawShapeScene(scene, 5, FIRST_DRAWING + index * DRAWINGS + i, 2 * EDGE), 0.5);
      return { scene: index, pixels: normalised(data) };
    }),
  );
  const program = imageTextProgram(
    {
      images: (scope, batch) => imageNetwork(scope, scope.graph.input('images', 'float32', [batch, 3, EDGE, EDGE])),
      texts: (scope, batch) => {
        return textNetwork(scope, scope.graph.input('counts', 'float32', [batch, words.length]), words.length);
      },
    },
    {
      batch: BATCH,
      optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01 },
      clipNorm: 5,
    },
  );
  const loaded = await runner.load(program);
  const random = new RandomStream(11);
  const ids = new Map(words.map((word, id) => [word, id]));
  const rateOf = warmupCosineSchedule({ peak: 4e-3, warmupSteps: 20, totalSteps: steps });
  let state = program.initialState(3);
  for (let step = 1; step <= steps; step++) {
    const batch = Array.from({ length: BATCH }, () => random.pick(drawings));
    const images = new Float32Array(BATCH * 3 * EDGE * EDGE);
    const counts = new Float32Array(BATCH * words.length);
    batch.forEach(({ scene, pixels }, row) => {
      images.set(pixels, row * pixels.length);
      const text = captions[scene]![random.integer(PHRASINGS)]!;
      for (const word of ['[START]', ...split(text), '[END]']) counts[row * words.length + ids.get(word)!]! += 1;
    });
    const matches = textMatches(batch.map(({ scene }) => scene));
    const feeds = {
      images: { dims: [BATCH, 3, EDGE, EDGE], data: images },
      counts: { dims: [BATCH, words.length], data: counts },
      [MATCHES]: { dims: [BATCH, BATCH], data: matches },
    };
    ({ next: state } = await loaded.step(state, feeds, rateOf(step), step));
  }
  return { image: imageTower(state), text: textTower(state, words.length), words };
}

/** Interleaved bytes to planes from −1 to 1. */
function normalised(data: Uint8Array): Float32Array {
  const area = EDGE * EDGE;
  return Float32Array.from(
    { length: 3 * area },
    (_, i) => (data[(i % area) * 3 + Math.floor(i / area)]! - 127.5) / 127.5,
  );
}

function imageTower(state: ReadonlyMap<string, Float32Array>): OnnxModel {
  const graph = new GraphBuilder('vision');
  const images = graph.input('pixel_values', 'float32', ['N', 3, EDGE, EDGE]);
  graph.output('image_embeds', imageNetwork(new ExportScope(graph, state), images), 'float32', ['N', DIM]);
  return graph.build();
}

/** The sum of the vectors of the tokens. */
function textTower(state: ReadonlyMap<string, Float32Array>, words: number): OnnxModel {
  const graph = new GraphBuilder('text');
  const ids = graph.input('input_ids', 'int64', ['N', 'T']);
  const table = new ExportScope(graph, state).parameter(wordTable(words));
  const vectors = graph.op('Gather', [table, ids], { axis: 0 });
  const sum = graph.op('ReduceSum', [vectors, graph.integers([1])], { keepdims: 0 });
  graph.output('text_embeds', sum, 'float32', ['N', DIM]);
  return graph.build();
}

function tokenizer(words: readonly string[]): object {
  const article = { type: 'Replace', pattern: { Regex: '\\ban\\b' }, content: 'a' };
  return { ...wordTokenizer(words), normalizer: { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, article] } };
}

/** Writes a pair as repositories of the hub have it. */
export function writePair(folder: string, { image, text, words }: TrainedPair): string {
  writeModel(folder, 'onnx/vision_model.onnx', image);
  writeModel(folder, 'onnx/text_model.onnx', text);
  writeJson(folder, 'tokenizer.json', tokenizer(words));
  writeJson(folder, 'tokenizer_config.json', { pad_token: '[PAD]', model_max_length: 24 });
  writeJson(folder, 'config.json', { model_type: 'clip', text_config: { max_position_embeddings: 24 } });
  writeJson(folder, 'preprocessor_config.json', {
    ...{ do_resize: true, size: { height: EDGE, width: EDGE }, resample: 2, do_rescale: true, rescale_factor: 1 / 255 },
    ...{ do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] },
  });
  return folder;
}
