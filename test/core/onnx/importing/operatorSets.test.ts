import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { importModel } from '../../../../src/core/onnx/importModel.ts';
import { DataType } from '../../../../src/core/onnx/model.ts';
import { booleanTensor, floatTensor } from '../../../../src/core/onnx/tensors.ts';
import { assertClose } from '../../../close.ts';
import { GraphRunner } from '../../../graphRunner.ts';

const runner = new GraphRunner();

interface Case {
  readonly opset: number;
  readonly what: string;
  readonly dims?: readonly number[];
  /** Makes the outputs from the input `x`. */
  readonly build: (graph: GraphBuilder, x: GraphValue) => GraphValue | readonly GraphValue[];
  /** Operators that the imported graph is made of. */
  readonly operators?: readonly string[];
}

/** A node on `x` alone. */
function single(
  opset: number,
  opType: string,
  attributes: Attributes,
  dims?: readonly number[],
  also?: readonly string[],
): Case {
  const what = `${opType} ${JSON.stringify(attributes)}`;
  const build = (graph: GraphBuilder, x: GraphValue) => graph.op(opType, [x], attributes);
  return { opset, what, build, ...(dims ? { dims } : {}), operators: also ?? [opType] };
}

/** A node on `x` and constant lists of integers; undefined leaves one out. */
function listed(
  opset: number,
  opType: string,
  lists: readonly (readonly number[] | undefined)[],
  attributes: Attributes = {},
  operators: readonly string[] = [opType],
): Case {
  const build = (graph: GraphBuilder, x: GraphValue) =>
    graph.op(opType, [x, ...lists.map((list) => list && graph.integers(list))], attributes);
  return { opset, what: `${opType} ${JSON.stringify(lists)} ${JSON.stringify(attributes)}`, build, operators };
}

function scaled(opset: number, opType: string, scales: readonly number[], mode: string): Case {
  const build = (graph: GraphBuilder, x: GraphValue) => graph.op(opType, [x, graph.floats(scales)], { mode });
  return { opset, what: `${opType} ${mode} by ${scales.join(', ')}`, build, operators: ['Resize'] };
}

const float = (value: number) => ({ float: value });

const cases: readonly Case[] = [
  single(11, 'Squeeze', { axes: [1, -1] }, [2, 1, 3, 1]),
  single(12, 'Squeeze', {}, [2, 1, 3, 1]),
  single(7, 'Unsqueeze', { axes: [0, 3] }),
  single(11, 'ReduceSum', { axes: [1, -1], keepdims: 0 }),
  single(11, 'ReduceSum', { keepdims: 1 }),
  single(7, 'Clip', { min: float(-0.5), max: float(0.4) }),
  single(6 + 1, 'Clip', { max: float(0.1) }),
  single(10, 'Clip', {}),
  single(7, 'Pad', { pads: [0, 0, 1, 0, 0, 0, 2, -1], mode: 'constant', value: float(0.3) }),
  single(10, 'Pad', { pads: [0, 0, 1, 1, 0, 0, 1, 2], mode: 'reflect' }),
  single(9, 'Slice', { starts: [1, -3], ends: [2, 2 ** 31 - 1], axes: [1, 3] }),
  single(7, 'Slice', { starts: [0, 1], ends: [2, 3] }),
  {
    opset: 7,
    what: 'Upsample with an attribute',
    build: (graph, x) => graph.op('Upsample', [x], { scales: { floats: [1, 1, 2, 3] }, mode: 'nearest' }),
    operators: ['Resize'],
  },
  scaled(9, 'Upsample', [1, 1, 2, 2], 'nearest'),
  scaled(9, 'Upsample', [1, 1, 2.5, 1.5], 'nearest'),
  scaled(9, 'Upsample', [1, 1, 2, 3], 'linear'),
  scaled(10, 'Resize', [1, 1, 2, 2], 'nearest'),
  scaled(10, 'Resize', [1, 1, 0.5, 0.75], 'nearest'),
  scaled(10, 'Resize', [1, 1, 0.5, 2], 'linear'),
  {
    opset: 11,
    what: 'Resize with empty lists for what is left out',
    build: (graph, x) =>
      graph.op('Resize', [x, graph.floats([]), graph.floats([]), graph.integers([2, 3, 8, 10])], {
        mode: 'linear',
        coordinate_transformation_mode: 'align_corners',
      }),
    operators: ['Resize'],
  },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((opType) => [
    single(9, opType, { axis: 3 }),
    single(12, opType, { axis: -1 }),
    single(9, opType, {}, undefined, ['Flatten', opType, 'Reshape']),
    single(11, opType, { axis: 2 }, undefined, ['Flatten', opType, 'Reshape']),
    single(11, opType, { axis: 0 }, undefined, ['Flatten', opType, 'Reshape']),
  ]),
  single(9, 'Softmax', {}, [3, 4]),
  single(9, 'Dropout', { ratio: float(0.5) }, undefined, []),
  {
    opset: 13,
    what: 'Dropout with inputs',
    build: (graph, x) => graph.op('Dropout', [x, graph.scalar(0.5)]),
    operators: [],
  },
  {
    opset: 13,
    what: 'Dropout not for training',
    build: (graph, x) => graph.op('Dropout', [x, graph.scalar(0.5), graph.constant(booleanTensor([false], []))]),
    operators: [],
  },
  {
    opset: 7,
    what: 'Dropout with its mask',
    build: (graph, x) => graph.ops('Dropout', [x], 2, { ratio: float(0.5) }).slice(0, 1),
    operators: ['Dropout'],
  },
  {
    opset: 9,
    what: 'BatchNormalization',
    build: (graph, x) => {
      const vectors = [
        [1, 2, 0.5],
        [0.1, 0, -0.2],
        [0.3, -0.1, 0],
        [1, 0.5, 2],
      ].map((values) => graph.floats(values));
      return graph.op('BatchNormalization', [x, ...vectors], { epsilon: float(1e-3), momentum: float(0.9) });
    },
    operators: ['BatchNormalization'],
  },
  {
    opset: 11,
    what: 'Split with an attribute',
    build: (graph, x) => graph.ops('Split', [x], 2, { axis: 3, split: [1, 4] }),
    operators: ['Split'],
  },
  {
    opset: 9,
    what: 'Split in equal parts',
    build: (graph, x) => graph.ops('Split', [x], 3, { axis: 1 }),
    operators: ['Split'],
  },
  {
    opset: 9,
    what: 'TopK with an attribute',
    build: (graph, x) => graph.ops('TopK', [x], 2, { k: 2, axis: 3 }).slice(0, 1),
    operators: ['TopK'],
  },
  {
    opset: 9,
    what: 'Scatter',
    dims: [2, 3],
    build: (graph, x) =>
      graph.op('Scatter', [x, graph.integers([1, 0], [1, 2]), graph.floats([5, 6], [1, 2])], { axis: 0 }),
    operators: ['ScatterElements'],
  },
  ...['ReduceMean', 'ReduceMax', 'ReduceL2', 'ReduceLogSumExp', 'ReduceSumSquare', 'ReduceMin', 'ReduceL1'].map(
    (opType) => listed(18, opType, [[2, -1]], { keepdims: 0 }),
  ),
  listed(20, 'ReduceMean', [[1]]),
  listed(18, 'ReduceMean', [], { keepdims: 0 }),
  listed(18, 'ReduceMean', [], { noop_with_empty_axes: 1 }, []),
  listed(18, 'ReduceSum', [[1, 2]], { keepdims: 0 }),
  listed(18, 'Pad', [[1, 2, 0, 1], undefined, [3, -2]]),
  listed(18, 'Pad', [[0, 1, 0, 0, 1, 0, 2, 0]]),
  {
    opset: 18,
    what: 'Split into equal parts but the last',
    build: (graph, x) => graph.ops('Split', [x], 3, { axis: -1, num_outputs: 3 }),
    operators: ['Split'],
  },
  {
    opset: 19,
    what: 'Resize along some axes',
    build: (graph, x) => graph.op('Resize', [x, undefined, graph.floats([2, 3])], { mode: 'nearest', axes: [3, 2] }),
    operators: ['Resize'],
  },
  {
    opset: 18,
    what: 'Resize to some sizes',
    build: (graph, x) =>
      graph.op('Resize', [x, undefined, undefined, graph.integers([7, 6])], { mode: 'linear', axes: [2, 3] }),
    operators: ['Resize'],
  },
  {
    opset: 19,
    what: 'Cast that saturates',
    build: (graph, x) => graph.op('Cast', [x], { to: DataType.float64, saturate: 1 }),
    operators: ['Cast'],
  },
  single(20, 'Gelu', {}, undefined, ['Mul', 'Erf', 'Mul', 'Add', 'Mul']),
  {
    ...single(20, 'Gelu', { approximate: 'tanh' }),
    operators: ['Mul', 'Mul', 'Mul', 'Add', 'Mul', 'Tanh', 'Mul', 'Add', 'Mul'],
  },
  single(18, 'Mish', {}, undefined, ['Softplus', 'Tanh', 'Mul']),
  single(24, 'Swish', { alpha: float(1.5) }, undefined, ['Mul', 'Sigmoid', 'Mul']),
  {
    opset: 23,
    what: 'RMSNormalization',
    build: (graph, x) => graph.op('RMSNormalization', [x, graph.floats([1, 2, 3, 4, 5])], { epsilon: float(1e-3) }),
    operators: ['Mul', 'ReduceMean', 'Add', 'Sqrt', 'Div', 'Mul'],
  },
  {
    opset: 21,
    what: 'GroupNormalization',
    dims: [2, 4, 3, 2],
    build: (graph, x) =>
      graph.op('GroupNormalization', [x, graph.floats([1, 2, 3, 4]), graph.floats([0, 0.1, 0.2, 0.3])], {
        num_groups: 2,
      }),
    operators: ['Reshape', 'InstanceNormalization', 'Reshape', 'Mul', 'Add'],
  },
  {
    opset: 13,
    what: 'Constant of every kind',
    dims: [3],
    build: (graph, x) =>
      [
        { value: { tensor: floatTensor([1, 2, 3], [3]) } },
        { value_float: float(2) },
        { value_floats: { floats: [1, 0, 2] } },
      ].reduce((sum, attributes) => graph.op('Add', [sum, graph.op('Constant', [], attributes)]), x),
    operators: ['Add', 'Add', 'Add'],
  },
];

function typed(graph: GraphBuilder, value: GraphValue): GraphValue {
  return graph.op('Cast', [value], { to: DataType.float32 });
}

describe('nodes of other operator sets give the same in set 17', () => {
  for (const { opset, what, dims = [2, 3, 4, 5], build, operators } of cases) {
    test(`${what} of set ${opset}`, async () => {
      const original = new GraphBuilder('original', opset);
      const built = build(original, original.input('x', 'float32', dims));
      [built].flat().forEach((value, i) => {
        original.output(`y${i}`, typed(original, value));
      });
      const data = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i + 1));
      const imported = importModel(original.build());
      const kinds = imported.nodes.map(({ opType }) => opType);
      const casts = [built].flat().map(() => 'Cast');
      assert.deepEqual(kinds, [...(operators ?? []), ...casts]);
      const expected = await runner.run(original, { x: { dims, data } });
      const actual = await runner.run(imported, { x: { dims, data } });
      assert.deepEqual(Object.keys(actual), Object.keys(expected));
      for (const [name, { dims: shape, data: values }] of Object.entries(expected)) {
        assert.deepEqual(actual[name]!.dims, shape);
        assertClose(actual[name]!.data as Float32Array, values as Float32Array, 2e-6, name);
        assert.deepEqual(imported.outputs.find((output) => output.name === name)!.value.shape, shape);
      }
    });
  }
});

describe('what set 17 can not say is refused', () => {
  const refused: readonly { opset: number; opType: string; attributes?: Attributes; reason: RegExp }[] = [
    { opset: 18, opType: 'Resize', attributes: { antialias: 1 }, reason: /antialias/ },
    {
      opset: 18,
      opType: 'Resize',
      attributes: { keep_aspect_ratio_policy: 'not_larger' },
      reason: /keep_aspect_ratio/,
    },
    {
      opset: 19,
      opType: 'Resize',
      attributes: { coordinate_transformation_mode: 'half_pixel_symmetric' },
      reason: /symmetric/,
    },
    { opset: 19, opType: 'AveragePool', attributes: { kernel_shape: [2, 2], dilations: [2, 2] }, reason: /dilations/ },
    { opset: 18, opType: 'ScatterND', attributes: { reduction: 'max' }, reason: /reduction max/ },
    { opset: 24, opType: 'TensorScatter', reason: /no such operator/ },
    { opset: 7, opType: 'BatchNormalization', attributes: { spatial: 0 }, reason: /every position/ },
    { opset: 21, opType: 'QuantizeLinear', attributes: { block_size: 16 }, reason: /block_size/ },
  ];
  for (const { opset, opType, attributes = {}, reason } of refused) {
    test(`${opType} ${JSON.stringify(attributes)} of set ${opset}`, () => {
      const graph = new GraphBuilder('original', opset);
      const x = graph.input('x', 'float32', [1, 3, 4, 4]);
      const unknown = { types: [{ type: 'float32', shape: undefined }] } as const;
      graph.output('y', graph.op(opType, [x], attributes, { ...unknown, name: 'culprit' }));
      assert.throws(
        () => importModel(graph.build()),
        (error) => {
          assert.ok(error instanceof LikenessError && error.code === ErrorCode.InvalidGraph);
          assert.match(error.message, new RegExp(`"culprit" \\(${opType}\\)`));
          assert.match(error.message, reason);
          return true;
        },
      );
    });
  }
});
