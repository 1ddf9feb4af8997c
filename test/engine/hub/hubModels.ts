import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import type { OnnxModel } from '../../../src/core/onnx/model.ts';
import { FEATURES, smallModel } from '../encoders/smallModels.ts';

const TOKEN_DIM = 8;
/** Patches of 4 × 4 pixels of a picture of 16 × 16, and the class token. */
export const TOKENS = 17;

const wave = (length: number, seed: number) => Float64Array.from({ length }, (_, i) => Math.sin(seed + i * i) / 3);

/**
 * A Vision Transformer as exporters leave it: `last_hidden_state` [N, 17, 8] with the class token first, and a
 * `pooler_output` [N, 8] that was never trained.
 */
export function smallTransformer(): OnnxModel {
  const graph = new GraphBuilder('vit');
  const pixels = graph.input('pixel_values', 'float32', ['N', 3, 16, 16]);
  const kernel = graph.floats(wave(TOKEN_DIM * 48, 1), [TOKEN_DIM, 3, 4, 4]);
  const map = graph.op('Conv', [pixels, kernel], { strides: [4, 4] });
  const flat = graph.op('Reshape', [map, graph.integers([0, TOKEN_DIM, -1])]);
  const patches = graph.op('Transpose', [flat], { perm: [0, 2, 1] });
  const mean = graph.op('ReduceMean', [patches], { axes: [1], keepdims: 1 });
  const nothing = graph.op('Mul', [mean, graph.scalar(0)]);
  const classToken = graph.op('Add', [nothing, graph.floats(wave(TOKEN_DIM, 2), [1, 1, TOKEN_DIM])]);
  const tokens = graph.op('Concat', [classToken, patches], { axis: 1 });
  const scores = graph.op('MatMul', [tokens, graph.op('Transpose', [tokens], { perm: [0, 2, 1] })]);
  const attended = graph.op('MatMul', [graph.op('Softmax', [scores], { axis: -1 }), tokens]);
  const hidden = graph.op('Add', [tokens, attended]);
  const first = graph.op('Gather', [hidden, graph.integers([0], [])], { axis: 1 });
  const pooled = graph.op('Tanh', [graph.op('MatMul', [first, graph.floats(wave(64, 3), [TOKEN_DIM, TOKEN_DIM])])]);
  graph.output('last_hidden_state', hidden, 'float32', ['N', TOKENS, TOKEN_DIM]);
  graph.output('pooler_output', pooled, 'float32', ['N', TOKEN_DIM]);
  return graph.build();
}

/** A convolutional network that pools by itself: [N, 6, 4, 4] and [N, 6, 1, 1]. */
export function smallConvNet(): OnnxModel {
  return smallModel((graph, features) => {
    graph.output('last_hidden_state', features, 'float32', ['N', FEATURES, 4, 4]);
    const mean = graph.op('ReduceMean', [features], { axes: [2, 3], keepdims: 1 });
    graph.output('pooler_output', mean, 'float32', ['N', FEATURES, 1, 1]);
  });
}

/** The image half of CLIP: the vector in the shared space beside the features that it is made of. */
export function smallVisionTower(): OnnxModel {
  return smallModel((graph, features) => {
    const mean = graph.op('ReduceMean', [features], { axes: [2, 3], keepdims: 0 });
    graph.output('pooler_output', mean, 'float32', ['N', FEATURES]);
    const shared = graph.op('MatMul', [mean, graph.floats(wave(FEATURES * 5, 4), [FEATURES, 5])]);
    graph.output('image_embeds', shared, 'float32', ['N', 5]);
  });
}

/** Exported for classification: nothing but the scores of four classes. */
export function smallClassifier(): OnnxModel {
  return smallModel((graph, features) => {
    const mean = graph.op('ReduceMean', [features], { axes: [2, 3], keepdims: 0 });
    const scores = graph.op('MatMul', [mean, graph.floats(wave(FEATURES * 4, 5), [FEATURES, 4])]);
    graph.output('logits', scores, 'float32', ['N', 4]);
  });
}
