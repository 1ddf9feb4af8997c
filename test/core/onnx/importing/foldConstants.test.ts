import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { importModel } from '../../../../src/core/onnx/importModel.ts';
import { foldArithmetic } from '../../../../src/core/onnx/importing/foldArithmetic.ts';
import { foldArranging } from '../../../../src/core/onnx/importing/foldArranging.ts';
import { foldNode } from '../../../../src/core/onnx/importing/foldConstants.ts';
import { DataType, type OnnxTensor } from '../../../../src/core/onnx/model.ts';
import {
  booleanTensor,
  floatTensor,
  integerTensor,
  numbersOfTensor,
  numericTensor,
} from '../../../../src/core/onnx/tensors.ts';
import { assertClose } from '../../../close.ts';
import { GraphRunner } from '../../../graphRunner.ts';

const runner = new GraphRunner();

interface Case {
  readonly opType: string;
  readonly inputs: readonly (OnnxTensor | undefined)[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
}

const ints = (...values: readonly number[]) => integerTensor(values);
const matrix = (type: 'int64' | 'float32' | 'int32', dims: readonly number[]) =>
  numericTensor(
    type,
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 11) - 4),
  );
const floats = (...values: readonly number[]) => floatTensor(values, [values.length]);
const bools = (...values: readonly number[]) => booleanTensor(values.map(Boolean));

const unary = (opType: string, tensor: OnnxTensor): Case => ({ opType, inputs: [tensor] });
const binary = (opType: string, ...inputs: readonly OnnxTensor[]): Case => ({ opType, inputs });

const cases: readonly Case[] = [
  unary('Abs', ints(-3, 0, 4)),
  unary('Ceil', floats(-1.5, 0.2, 2)),
  unary('Floor', floats(-1.5, 0.2, 2)),
  unary('Round', floats(-1.5, -0.5, 0.5, 1.5, 2.5, 2.4)),
  unary('Neg', ints(-3, 0, 4)),
  unary('Not', bools(1, 0)),
  unary('Reciprocal', floats(3, -0.7)),
  unary('Sign', ints(-3, 0, 4)),
  unary('Sqrt', floats(2, 64, 0.1)),
  { opType: 'Cast', inputs: [floats(-1.7, 0, 2.9)], attributes: { to: DataType.int64 } },
  { opType: 'Cast', inputs: [floats(-1.7, 0, 2.9)], attributes: { to: DataType.bool } },
  { opType: 'Cast', inputs: [ints(5, -2)], attributes: { to: DataType.float32 } },
  { opType: 'Cast', inputs: [floats(0.1, 2)], attributes: { to: DataType.float64 } },
  binary('Add', ints(1, 2, 3), integerTensor([10], [])),
  binary('Add', floats(0.1, 0.2), floats(0.2, 0.7)),
  binary('Sub', matrix('int64', [2, 3]), ints(1, -1, 5)),
  binary('Mul', matrix('int32', [2, 1]), matrix('int32', [1, 3])),
  binary('Div', ints(7, -7, 9), ints(2, 2, -3)),
  binary('Div', floats(7, -7), floats(2, 3)),
  binary('Mod', ints(7, -7, 7), ints(3, 3, -3)),
  { opType: 'Mod', inputs: [ints(7, -7, 7), ints(3, 3, -3)], attributes: { fmod: 1 } },
  binary('Pow', ints(2, 3), ints(3, 2)),
  binary('Pow', floats(2, 3), floats(0.5, -2)),
  binary('Max', ints(1, 5), ints(3, 2), ints(2, 9)),
  binary('Min', floats(1, 5), floats(3, 2)),
  binary('And', bools(1, 1, 0), bools(1, 0, 0)),
  binary('Or', bools(1, 1, 0), bools(1, 0, 0)),
  binary('Xor', bools(1, 1, 0), bools(1, 0, 0)),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((opType) =>
    binary(opType, ints(1, 2, 3), ints(2)),
  ),
  binary('Where', bools(1, 0, 1), ints(1, 2, 3), integerTensor([-1], [])),
  ...['ReduceMax', 'ReduceMin', 'ReduceProd'].flatMap((opType): Case[] => [
    { opType, inputs: [matrix('int64', [2, 3, 2])], attributes: { axes: [1], keepdims: 0 } },
    { opType, inputs: [matrix('float32', [2, 3])] },
  ]),
  { opType: 'ReduceSum', inputs: [matrix('int64', [2, 3, 2]), ints(0, -1)] },
  { opType: 'ReduceSum', inputs: [ints(4, 5, 6)], attributes: { keepdims: 0 } },
  unary('Identity', ints(2, 3)),
  { opType: 'Flatten', inputs: [matrix('int64', [2, 3, 2])], attributes: { axis: 2 } },
  binary('Reshape', matrix('int64', [2, 3, 2]), ints(0, -1)),
  binary('Squeeze', matrix('int64', [1, 3, 1]), ints(-1)),
  binary('Unsqueeze', ints(1, 2), ints(0, 2)),
  { opType: 'Concat', inputs: [ints(1, 2), ints(3), ints(4, 5)], attributes: { axis: 0 } },
  { opType: 'Concat', inputs: [matrix('int64', [2, 2]), matrix('int64', [2, 3])], attributes: { axis: -1 } },
  { opType: 'ConstantOfShape', inputs: [ints(2, 3)], attributes: { value: { tensor: ints(7) } } },
  { opType: 'ConstantOfShape', inputs: [ints(2)] },
  binary('Expand', integerTensor([1, 2], [2, 1]), ints(3, 1, 4)),
  { opType: 'Gather', inputs: [ints(4, 5, 6), integerTensor([-1], [])] },
  { opType: 'Gather', inputs: [matrix('int64', [3, 4]), integerTensor([0, 3, 1, 1], [2, 2])], attributes: { axis: 1 } },
  binary('Range', integerTensor([2], []), integerTensor([11], []), integerTensor([3], [])),
  binary('Range', floatTensor([1], []), floatTensor([-1], []), floatTensor([-0.25], [])),
  binary('Slice', ints(1, 2, 3, 4), ints(1), ints(2 ** 63)),
  binary('Slice', matrix('int64', [4, 5]), ints(-1, 0), ints(-10, 4), ints(0, 1), ints(-2, 3)),
  { opType: 'Slice', inputs: [ints(1, 2, 3, 4), ints(3), ints(-(2 ** 63)), undefined, ints(-1)] },
  { opType: 'Split', inputs: [matrix('int64', [2, 5]), ints(1, 4)], attributes: { axis: 1 }, outputs: 2 },
  binary('Tile', matrix('int64', [1, 3]), ints(2, 2)),
  { opType: 'Transpose', inputs: [matrix('int64', [2, 3, 4])], attributes: { perm: [2, 0, 1] } },
  { opType: 'Transpose', inputs: [matrix('float32', [2, 3])] },
];

describe('constants are computed as ONNX Runtime computes them', () => {
  for (const [index, { opType, inputs, attributes = {}, outputs = 1 }] of cases.entries()) {
    test(`${opType}, case ${index}`, async () => {
      const graph = new GraphBuilder('folding');
      const x = graph.input('x', 'float32', []);
      const constants = inputs.map((tensor) => tensor && graph.constant(tensor));
      graph.ops(opType, constants, outputs, attributes).forEach((value, i) => {
        graph.output(`y${i}`, graph.op('Add', [graph.op('Cast', [value], { to: DataType.float32 }), x]));
      });
      const imported = importModel(graph.build());
      assert.deepEqual(
        imported.nodes.map((node) => node.opType),
        new Array(outputs).fill('Add'),
      );
      const feeds = { x: { dims: [], data: [0.5] } };
      const [expected, actual] = [await runner.run(graph, feeds), await runner.run(imported, feeds)];
      for (const [name, { dims, data }] of Object.entries(expected)) {
        assert.deepEqual(actual[name]!.dims, dims);
        assertClose(actual[name]!.data as Float32Array, data as Float32Array, 1e-7, name);
      }
    });
  }

  test('the table has every operator that is folded', () => {
    const covered = new Set(cases.map(({ opType }) => opType));
    const missing = Object.keys({ ...foldArithmetic, ...foldArranging }).filter((opType) => !covered.has(opType));
    assert.deepEqual(missing, []);
  });
});

describe('what is not folded', () => {
  const node = (opType: string, ...inputs: OnnxTensor[]) =>
    foldNode({ name: 'node', opType, domain: '', inputs, attributes: {}, outputs: ['y'] });

  test('a division by zero among integers', () => {
    assert.equal(node('Div', ints(1), ints(0)), undefined);
    assert.deepEqual([...numbersOfTensor(node('Div', floats(1), floats(0))![0]!)!], [Infinity]);
  });

  test('weights, and what would become as large', () => {
    const weights = floatTensor(new Float32Array(70_000), [70_000]);
    assert.equal(node('Neg', weights), undefined);
    assert.equal(node('ConstantOfShape', ints(300, 300)), undefined);
  });

  test('texts and operators of other domains', () => {
    const texts = { ...ints(), dataType: DataType.string, dims: [1], stringData: [new Uint8Array([65])] };
    assert.equal(node('Identity', texts), undefined);
    const other = {
      name: 'node',
      opType: 'Neg',
      domain: 'com.example',
      inputs: [ints(1)],
      attributes: {},
      outputs: ['y'],
    };
    assert.equal(foldNode(other), undefined);
  });
});

interface Pattern {
  readonly what: string;
  readonly build: (graph: GraphBuilder, x: GraphValue) => GraphValue;
  /** Operators that remain once the batch is fixed. */
  readonly remaining: readonly string[];
}

/** As exporters write them; `x` is [batch, 3, 4, 5]. */
const patterns: readonly Pattern[] = [
  {
    what: 'a batch of rows: Shape, Gather, Unsqueeze, Concat, Reshape',
    build: (graph, x) => {
      const batch = graph.op('Gather', [graph.op('Shape', [x]), graph.integers([0], [])], { axis: 0 });
      const row = graph.op('Unsqueeze', [batch, graph.integers([0])]);
      return graph.op('Reshape', [x, graph.op('Concat', [row, graph.integers([-1])], { axis: 0 })]);
    },
    remaining: ['Reshape'],
  },
  {
    what: 'a class token for every image: ConstantOfShape, Mul, Equal, Where, Expand',
    build: (graph, x) => {
      const batch = graph.op('Slice', [graph.op('Shape', [x]), graph.integers([0]), graph.integers([1])]);
      const wanted = graph.op('Concat', [batch, graph.integers([-1, -1])], { axis: 0 });
      const ones = graph.op('ConstantOfShape', [graph.integers([3])], { value: { tensor: ints(1) } });
      const negative = graph.op('Equal', [wanted, graph.op('Mul', [ones, graph.integers([-1], [])])]);
      const token = graph.op('Neg', [
        graph.op('Reshape', [graph.op('ReduceMean', [x], { axes: [0, 2, 3] }), graph.integers([1, 1, 3])]),
      ]);
      return graph.op('Expand', [token, graph.op('Where', [negative, ones, wanted])]);
    },
    remaining: ['ReduceMean', 'Reshape', 'Neg', 'Expand'],
  },
  {
    what: 'the scale of attention: Shape, Slice, Cast, Sqrt, Div',
    build: (graph, x) => {
      const size = graph.op('Slice', [graph.op('Shape', [x]), graph.integers([-1]), graph.integers([2 ** 63])]);
      const root = graph.op('Sqrt', [graph.op('Cast', [size], { to: DataType.float32 })]);
      return graph.op('Mul', [x, graph.op('Div', [graph.floats([1]), root])]);
    },
    remaining: ['Mul'],
  },
  {
    what: 'positions: Shape with a range, Squeeze, Range, Add, Gather',
    build: (graph, x) => {
      const height = graph.op('Squeeze', [graph.op('Shape', [x], { start: 2, end: 3 }), graph.integers([0])]);
      const positions = graph.op('Range', [graph.integers([0], []), height, graph.integers([1], [])]);
      const flipped = graph.op('Sub', [graph.op('Sub', [height, graph.integers([1], [])]), positions]);
      return graph.op('Gather', [x, flipped], { axis: 2 });
    },
    remaining: ['Gather'],
  },
  {
    what: 'padding to a multiple: Mod, ConstantOfShape, Concat, Reshape, Slice backwards, Transpose, Pad',
    build: (graph, x) => {
      const width = graph.op('Gather', [graph.op('Shape', [x]), graph.integers([3])], { axis: 0 });
      const four = graph.integers([4]);
      const missing = graph.op('Mod', [graph.op('Sub', [four, graph.op('Mod', [width, four])]), four]);
      const given = graph.op('Concat', [graph.integers([0]), missing], { axis: 0 });
      const rest = graph.op('ConstantOfShape', [graph.integers([6])], { value: { tensor: ints(0) } });
      const pairs = graph.op('Reshape', [graph.op('Concat', [given, rest], { axis: 0 }), graph.integers([-1, 2])]);
      const last = [graph.integers([-1]), graph.integers([-(2 ** 63)]), graph.integers([0]), graph.integers([-1])];
      const turned = graph.op('Transpose', [graph.op('Slice', [pairs, ...last])], { perm: [1, 0] });
      return graph.op('Pad', [x, graph.op('Reshape', [turned, graph.integers([-1])])]);
    },
    remaining: ['Pad'],
  },
  {
    what: 'twice the size: Shape, Slice, Cast, Mul, Floor, Concat, Resize',
    build: (graph, x) => {
      const shape = graph.op('Shape', [x]);
      const [front, sizes] = graph.ops('Split', [shape, graph.integers([2, 2])], 2) as [GraphValue, GraphValue];
      const doubled = graph.op('Floor', [
        graph.op('Mul', [graph.op('Cast', [sizes], { to: DataType.float32 }), graph.scalar(2)]),
      ]);
      const target = graph.op('Concat', [front, graph.op('Cast', [doubled], { to: DataType.int64 })], { axis: 0 });
      return graph.op('Resize', [x, undefined, undefined, target], { mode: 'nearest' });
    },
    remaining: ['Resize'],
  },
];

describe('arithmetic about shapes folds away', () => {
  for (const { what, build, remaining } of patterns) {
    test(what, async () => {
      const graph = new GraphBuilder('pattern');
      graph.output('y', build(graph, graph.input('x', 'float32', ['batch', 3, 4, 5])));
      const imported = importModel(graph.build(), { dimensions: { batch: 2 } });
      assert.deepEqual(
        imported.nodes.map(({ opType }) => opType),
        remaining,
      );
      const data = Array.from({ length: 120 }, (_, i) => Math.sin(i * i));
      const feeds = { x: { dims: [2, 3, 4, 5], data } };
      const [expected, actual] = [await runner.run(graph, feeds), await runner.run(imported, feeds)];
      assert.deepEqual(actual['y']!.dims, expected['y']!.dims);
      assert.deepEqual(imported.outputs[0]!.value.shape, expected['y']!.dims);
      assertClose(actual['y']!.data as Float32Array, expected['y']!.data as Float32Array, 1e-6);
    });
  }

  test('a batch that is not fixed leaves the arithmetic in the graph', async () => {
    const graph = new GraphBuilder('pattern');
    graph.output('y', patterns[0]!.build(graph, graph.input('x', 'float32', ['batch', 3, 4, 5])));
    const imported = importModel(graph.build());
    assert.deepEqual(
      imported.nodes.map(({ opType }) => opType),
      ['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape'],
    );
    const { y } = await runner.run(imported, { x: { dims: [3, 3, 4, 5], data: new Float32Array(180) } });
    assert.deepEqual(y!.dims, [3, 60]);
  });
});
