import type { EncoderInput, EncoderOutput } from '../../../../src/core/encoders/card.ts';
import { GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import type { OnnxModel } from '../../../../src/core/onnx/model.ts';
import { floatTensor } from '../../../../src/core/onnx/tensors.ts';
import { RandomStream } from '../../../../src/core/random.ts';

/** Small models as exporters write them: any number of pictures in a batch, and shapes that are computed in the graph. */
export interface ExportedModel {
  readonly id: string;
  readonly model: OnnxModel;
  readonly input: EncoderInput;
  readonly output: EncoderOutput;
}

export const SIZE = 16;

export const inputExample: EncoderInput = {
  name: 'pixel_values',
  layout: 'NCHW',
  type: 'float32',
  size: [SIZE, SIZE],
  resize: 'shortest-edge',
  crop: 1,
  interpolation: 'bilinear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  range: [0, 1],
};

/** Writes a model with weights of its own. */
export class Exporter {
  readonly graph: GraphBuilder;
  readonly #random: RandomStream;

  constructor(name: string, seed: number, opset = 17) {
    this.graph = new GraphBuilder(name, opset);
    this.#random = new RandomStream(seed);
  }

  weight(name: string, dims: readonly number[], middle = 0, spread = 0.4): GraphValue {
    const count = dims.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: count }, () => middle + spread * this.#random.normal());
    return this.graph.constant({ ...floatTensor(values, dims), name });
  }

  /** `[N, …rest]` of a value, with N read from the value itself, as tracing exporters have it. */
  reshaped(value: GraphValue, ...rest: number[]): GraphValue {
    const { graph } = this;
    const batch = graph.op('Gather', [graph.op('Shape', [value]), graph.integers([0], [])], { axis: 0 });
    const sizes = [graph.op('Unsqueeze', [batch, graph.integers([0])]), graph.integers(rest)];
    return graph.op('Reshape', [value, graph.op('Concat', sizes, { axis: 0 })]);
  }

  linear(input: GraphValue, name: string, inputs: number, outputs: number): GraphValue {
    const product = this.graph.op('MatMul', [input, this.weight(`${name}.weight`, [inputs, outputs])]);
    return this.graph.op('Add', [this.weight(`${name}.bias`, [outputs]), product]);
  }

  /** In one operator, or written out as exporters did before there was one. */
  layerNormalization(input: GraphValue, name: string, width: number, { writtenOut = false } = {}): GraphValue {
    const { graph } = this;
    const scale = this.weight(`${name}.weight`, [width], 1, 0.2);
    const shift = this.weight(`${name}.bias`, [width]);
    if (!writtenOut) return graph.op('LayerNormalization', [input, scale, shift], { epsilon: { float: 1e-6 } });
    const mean = (value: GraphValue) => graph.op('ReduceMean', [value], { axes: [-1] });
    const centred = graph.op('Sub', [input, mean(input)]);
    const variance = mean(graph.op('Pow', [centred, graph.scalar(2)]));
    const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(1e-6)])]);
    return graph.op('Add', [graph.op('Mul', [graph.op('Div', [centred, deviation]), scale]), shift]);
  }

  gelu(input: GraphValue): GraphValue {
    const { graph } = this;
    const erf = graph.op('Erf', [graph.op('Div', [input, graph.scalar(Math.SQRT2)])]);
    const half = graph.op('Mul', [input, graph.op('Add', [erf, graph.scalar(1)])]);
    return graph.op('Mul', [half, graph.scalar(0.5)]);
  }
}

/** Patches with a class token and positions, one block of attention with two heads, and a last normalisation. */
export function visionTransformer(): ExportedModel {
  const exporter = new Exporter('main_graph', 3);
  const { graph } = exporter;
  const width = 8;
  const images = graph.input('pixel_values', 'float32', ['batch_size', 3, SIZE, SIZE]);
  const patches = graph.op(
    'Conv',
    [images, exporter.weight('patch.weight', [width, 3, 8, 8], 0, 0.1), exporter.weight('patch.bias', [width])],
    { kernel_shape: [8, 8], strides: [8, 8] },
  );
  const patchTokens = graph.op('Transpose', [exporter.reshaped(patches, width, 4)], { perm: [0, 2, 1] });
  const batch = graph.op('Slice', [graph.op('Shape', [images]), graph.integers([0]), graph.integers([1])]);
  const sizes = graph.op('Concat', [batch, graph.integers([1, width])], { axis: 0 });
  const classToken = graph.op('Expand', [exporter.weight('cls_token', [1, 1, width]), sizes]);
  const tokens = graph.op('Concat', [classToken, patchTokens], { axis: 1 });
  const placed = graph.op('Add', [tokens, exporter.weight('position', [1, 5, width])]);

  const normalized = exporter.layerNormalization(placed, 'block.norm1', width);
  const projections = exporter.reshaped(exporter.linear(normalized, 'block.qkv', width, 3 * width), 5, 3, 2, 4);
  const stacked = graph.op('Transpose', [projections], { perm: [2, 0, 3, 1, 4] });
  const [query, key, value] = [0, 1, 2].map((i) =>
    graph.op('Gather', [stacked, graph.integers([i], [])], { axis: 0 }),
  ) as [GraphValue, GraphValue, GraphValue];
  const scaled = graph.op('Mul', [query, graph.scalar(0.5)]);
  const scores = graph.op('MatMul', [scaled, graph.op('Transpose', [key], { perm: [0, 1, 3, 2] })]);
  const attended = graph.op('MatMul', [graph.op('Softmax', [scores], { axis: -1 }), value]);
  const merged = exporter.reshaped(graph.op('Transpose', [attended], { perm: [0, 2, 1, 3] }), 5, width);
  const afterAttention = graph.op('Add', [placed, exporter.linear(merged, 'block.proj', width, width)]);

  const again = exporter.layerNormalization(afterAttention, 'block.norm2', width, { writtenOut: true });
  const hidden = exporter.gelu(exporter.linear(again, 'block.fc1', width, 12));
  const afterBlock = graph.op('Add', [afterAttention, exporter.linear(hidden, 'block.fc2', 12, width)]);
  const last = exporter.layerNormalization(afterBlock, 'norm', width);
  graph.output('last_hidden_state', last, 'float32', ['batch_size', 5, width]);
  const output = { name: 'last_hidden_state', pooling: 'cls', dim: width } as const;
  return { id: 'vit', model: graph.build(), input: inputExample, output };
}

/** A stem and a block with a depthwise 7 × 7 convolution, normalisation of channels last, and a scaled branch. */
export function convNext(): ExportedModel {
  const exporter = new Exporter('main_graph', 5);
  const { graph } = exporter;
  const width = 6;
  const channelsLast = (value: GraphValue) => graph.op('Transpose', [value], { perm: [0, 2, 3, 1] });
  const channelsFirst = (value: GraphValue) => graph.op('Transpose', [value], { perm: [0, 3, 1, 2] });
  const images = graph.input('pixel_values', 'float32', ['batch_size', 3, SIZE, SIZE]);
  const stem = graph.op(
    'Conv',
    [images, exporter.weight('stem.weight', [width, 3, 4, 4], 0, 0.2), exporter.weight('stem.bias', [width])],
    { strides: [4, 4] },
  );
  const normalized = channelsFirst(
    exporter.layerNormalization(channelsLast(stem), 'stem.norm', width, { writtenOut: true }),
  );
  const depthwise = graph.op(
    'Conv',
    [normalized, exporter.weight('block.dw.weight', [width, 1, 7, 7]), exporter.weight('block.dw.bias', [width])],
    { group: width, pads: [3, 3, 3, 3] },
  );
  const rows = exporter.layerNormalization(channelsLast(depthwise), 'block.norm', width);
  const hidden = exporter.gelu(exporter.linear(rows, 'block.pw1', width, 10));
  const branch = graph.op('Mul', [
    exporter.weight('block.gamma', [width], 0.5),
    exporter.linear(hidden, 'block.pw2', 10, width),
  ]);
  const block = graph.op('Add', [normalized, channelsFirst(branch)]);
  const pooled = graph.op('ReduceMean', [block], { axes: [-2, -1], keepdims: 0 });
  graph.output('pooler_output', exporter.layerNormalization(pooled, 'norm', width), 'float32', ['batch_size', width]);
  return {
    id: 'convnext',
    model: graph.build(),
    input: inputExample,
    output: { name: 'pooler_output', pooling: 'none', dim: width },
  };
}

/** Grey pictures with channels last, a batch normalisation with running statistics, an inverted residual, and a map as output. */
export function mobileNet(): ExportedModel {
  const exporter = new Exporter('main_graph', 7);
  const { graph } = exporter;
  const images = graph.input('pixel_values', 'float32', ['batch_size', SIZE, SIZE, 1]);
  // Preprocessing that is a part of the model.
  const scaled = graph.op('Mul', [images, exporter.weight('rescale', [1, SIZE, SIZE, 1], 1, 0.1)]);
  const planes = graph.op('Transpose', [scaled], { perm: [0, 3, 1, 2] });
  const stem = graph.op('Conv', [planes, exporter.weight('stem.weight', [6, 1, 3, 3])], {
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  });
  const normalized = graph.op(
    'BatchNormalization',
    [
      stem,
      exporter.weight('stem.bn.weight', [6], 1, 0.2),
      exporter.weight('stem.bn.bias', [6]),
      exporter.weight('stem.bn.running_mean', [6], 0, 0.1),
      exporter.weight('stem.bn.running_var', [6], 1, 0.1),
    ],
    { epsilon: { float: 1e-3 } },
  );
  const active = graph.op('HardSwish', [normalized]);
  const depthwise = graph.op(
    'Conv',
    [active, exporter.weight('block.dw.weight', [6, 1, 3, 3]), exporter.weight('block.dw.bias', [6])],
    { group: 6, pads: [1, 1, 1, 1] },
  );
  const squeezed = graph.op('GlobalAveragePool', [depthwise]);
  const gate = graph.op('Conv', [
    squeezed,
    exporter.weight('block.se.weight', [6, 6, 1, 1]),
    exporter.weight('block.se.bias', [6]),
  ]);
  const excited = graph.op('Mul', [graph.op('HardSigmoid', [gate], { alpha: { float: 1 / 6 } }), depthwise]);
  const projected = graph.op('Conv', [
    excited,
    exporter.weight('block.pw.weight', [6, 6, 1, 1]),
    exporter.weight('block.pw.bias', [6]),
  ]);
  const block = graph.op('Add', [projected, active]);
  graph.output('features', block, 'float32', ['batch_size', 6, SIZE / 2, SIZE / 2]);
  // Made of the features, and no part of the vectors.
  const logits = graph.op('Gemm', [
    graph.op('Flatten', [graph.op('GlobalAveragePool', [block])]),
    exporter.weight('classifier.weight', [6, 3]),
  ]);
  graph.output('logits', logits, 'float32', ['batch_size', 3]);
  const input: EncoderInput = { ...inputExample, layout: 'NHWC', mean: [0.4], std: [0.3], range: [0, 1] };
  return { id: 'mobilenet', model: graph.build(), input, output: { name: 'features', pooling: 'gap', dim: 6 } };
}
