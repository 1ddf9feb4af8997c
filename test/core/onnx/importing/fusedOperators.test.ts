import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '../../../../src/core/errors.ts';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { GraphBuilder, RUNTIME_DOMAIN, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { importModel } from '../../../../src/core/onnx/importModel.ts';
import { numbersOfTensor } from '../../../../src/core/onnx/tensors.ts';
import { assertClose } from '../../../close.ts';
import { GraphRunner } from '../../../graphRunner.ts';

const runner = new GraphRunner();

interface Case {
  readonly opType: string;
  readonly what: string;
  /** Shapes of the inputs, of which the first comes in as `x` and the others are constants; undefined leaves one out. */
  readonly inputs: readonly (readonly number[] | undefined)[];
  readonly attributes?: Attributes;
  readonly domain?: string;
  readonly opset?: number;
  /** Which outputs are used. */
  readonly outputs?: readonly number[];
}

const float = (value: number) => ({ float: value });
const convolution = (activation: string, parameters: readonly number[] = [], ...more: (readonly number[])[]): Case => ({
  opType: 'FusedConv',
  what: `with ${activation} and ${more.length} more`,
  inputs: [[2, 3, 5, 4], [6, 3, 3, 3], [6], ...more],
  attributes: {
    activation,
    ...(parameters.length > 0 && { activation_params: { floats: parameters } }),
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  },
});
const tokens = [2, 5, 8] as const;

const cases: readonly Case[] = [
  convolution('Relu'),
  convolution('Relu', [], [2, 6, 3, 2]),
  convolution('Sigmoid'),
  convolution('Tanh'),
  convolution('LeakyRelu', [0.2]),
  convolution('HardSigmoid', [0.3, 0.4]),
  convolution('Clip', [-0.2, 0.3]),
  {
    opType: 'FusedGemm',
    what: 'with LeakyRelu',
    inputs: [[3, 4], [5, 4], [5]],
    attributes: { transB: 1, activation: 'LeakyRelu', activation_alpha: float(0.1) },
  },
  { opType: 'Gelu', what: 'exact', inputs: [tokens] },
  { opType: 'BiasGelu', what: 'with its bias', inputs: [tokens, [8]] },
  { opType: 'FastGelu', what: 'without a bias', inputs: [tokens] },
  { opType: 'FastGelu', what: 'with a bias', inputs: [tokens, [8]] },
  { opType: 'QuickGelu', what: 'as CLIP has it', inputs: [tokens] },
  { opType: 'QuickGelu', what: 'with a slope of 1', inputs: [tokens], attributes: { alpha: float(1) } },
  {
    opType: 'SkipLayerNormalization',
    what: 'with all inputs and the sum',
    inputs: [tokens, tokens, [8], [8], [8]],
    attributes: { epsilon: float(1e-3) },
    outputs: [0, 3],
  },
  {
    opType: 'SkipSimplifiedLayerNormalization',
    what: 'with the sum',
    inputs: [tokens, tokens, [8]],
    attributes: { epsilon: float(1e-3) },
    outputs: [0, 3],
  },
  {
    opType: 'SimplifiedLayerNormalization',
    what: 'of the standard domain',
    inputs: [tokens, [8]],
    domain: '',
    attributes: { axis: -1, epsilon: float(1e-3) },
  },
  {
    opType: 'Attention',
    what: 'with two heads',
    inputs: [tokens, [8, 24], [24]],
    attributes: { num_heads: 2 },
  },
  {
    opType: 'Attention',
    what: 'with a scale and shorter values',
    inputs: [tokens, [8, 20], [20]],
    attributes: { num_heads: 2, scale: float(0.3), qkv_hidden_sizes: [8, 8, 4] },
  },
  {
    opType: 'MultiHeadAttention',
    what: 'with a bias',
    inputs: [tokens, tokens, tokens, [24]],
    attributes: { num_heads: 4 },
  },
];

/** The operator on an input and constants. */
function built({ opType, inputs, attributes = {}, domain = RUNTIME_DOMAIN, opset = 17, outputs = [0] }: Case) {
  const graph = new GraphBuilder('original', opset);
  let seed = 0;
  const numbers = (dims: readonly number[]) => {
    const start = 100 * ++seed;
    return Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin((i + start) ** 2));
  };
  const [first, ...others] = inputs;
  const x = graph.input('x', 'float32', first!);
  const constants = others.map((dims): GraphValue | undefined => dims && graph.floats(numbers(dims), dims));
  const count = Math.max(...outputs) + 1;
  const types = Array.from({ length: count }, () => ({ type: 'float32', shape: undefined }) as const);
  const values = graph.ops(opType, [x, ...constants], count, attributes, { domain, types, name: 'culprit' });
  for (const index of outputs) graph.output(`y${index}`, values[index]!, 'float32');
  const model = graph.build();
  // An exporter leaves out what nobody reads.
  const node = model.graph.node.map((entry) =>
    entry.opType === opType
      ? { ...entry, output: entry.output.map((name, i) => (outputs.includes(i) ? name : '')) }
      : entry,
  );
  return {
    model: { ...model, graph: { ...model.graph, node } },
    feeds: { x: { dims: first!, data: numbers(first!) } },
  };
}

describe('fused operators give the same as the standard ones that they are made of', () => {
  for (const fused of cases) {
    test(`${fused.opType} ${fused.what}`, async () => {
      const { model, feeds } = built(fused);
      const imported = importModel(model);
      assert.ok(imported.nodes.every(({ domain, opType }) => domain === undefined && opType !== fused.opType));
      const expected = await runner.run({ build: () => model }, feeds);
      const actual = await runner.run(imported, feeds);
      for (const [name, { dims, data }] of Object.entries(expected)) {
        assert.deepEqual(actual[name]!.dims, dims);
        assertClose(actual[name]!.data as Float32Array, data as Float32Array, 1e-5, name);
      }
    });
  }
});

test('a normalisation without shift is one with a shift of zeros', async () => {
  // ONNX Runtime 1.30 takes the process down with the fused operator in this form.
  const { model, feeds } = built({ opType: 'SkipLayerNormalization', what: '', inputs: [tokens, tokens, [8]] });
  const [x, scale] = [feeds.x.data, model.graph.initializer.at(-1)!];
  const rows = await runner.run(importModel(model), feeds);
  const skip = numbersOfTensor(model.graph.initializer[0]!)!;
  const numbers = numbersOfTensor(scale)!;
  const expected = Array.from({ length: 10 }, (_, row) => {
    const sums = Array.from({ length: 8 }, (_, i) => x[8 * row + i]! + skip[8 * row + i]!);
    const mean = sums.reduce((total, value) => total + value / 8, 0);
    const deviation = Math.sqrt(sums.reduce((total, value) => total + (value - mean) ** 2 / 8, 0));
    return sums.map((value, i) => ((value - mean) / deviation) * numbers[i]!);
  }).flat();
  assertClose(rows['y0']!.data as Float32Array, expected, 1e-5, 'y0');
});

describe('what can’t be said by standard operators is refused', () => {
  const refused: readonly (Case & { readonly reason: RegExp })[] = [
    { ...convolution('Selu'), reason: /the activation Selu/ },
    {
      opType: 'Attention',
      what: 'masked',
      inputs: [tokens, [8, 24], [24], [2]],
      attributes: { num_heads: 2 },
      reason: /masks/,
    },
    {
      opType: 'Attention',
      what: 'for text',
      inputs: [tokens, [8, 24], [24]],
      attributes: { num_heads: 2, unidirectional: 1 },
      reason: /unidirectional/,
    },
    {
      opType: 'Attention',
      what: 'of uneven heads',
      inputs: [tokens, [8, 24]],
      attributes: { num_heads: 3 },
      reason: /unequal/,
    },
    { opType: 'MultiHeadAttention', what: 'packed', inputs: [tokens], attributes: { num_heads: 2 }, reason: /in one/ },
    {
      opType: 'SkipLayerNormalization',
      what: 'with its mean',
      inputs: [tokens, tokens, [8]],
      outputs: [0, 1],
      reason: /used elsewhere/,
    },
  ];
  for (const { reason, ...fused } of refused) {
    test(`${fused.opType} ${fused.what}`, () => {
      assert.throws(() => importModel(built(fused).model), { code: ErrorCode.InvalidGraph, message: reason });
    });
  }
});
