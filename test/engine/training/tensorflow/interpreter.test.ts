import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { GraphBuilder, fixedShape, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { importModel } from '../../../../src/core/onnx/importModel.ts';
import { DataType } from '../../../../src/core/onnx/model.ts';
import { booleanTensor, integerTensor } from '../../../../src/core/onnx/tensors.ts';
import { locateModel, readModel } from '../../../../src/engine/encoders/modelFiles.ts';
import { GraphInterpreter } from '../../../../src/engine/training/tensorflow/interpreter.ts';
import { operators } from '../../../../src/engine/training/tensorflow/operators/operators.ts';
import { tensorOf } from '../../../../src/engine/training/tensorflow/tensors.ts';
import { assertClose } from '../../../close.ts';
import { gradientCases } from '../../../core/differentiation/cases.ts';
import {
  drawElements,
  gradientCase,
  operatorCase,
  positive,
  type GradientCase,
} from '../../../core/differentiation/cases/gradientCase.ts';
import { GraphRunner, type Numbers } from '../../../graphRunner.ts';
import { shared, unlessShared } from '../../../shared.ts';
import { cpuTensorFlow } from './cpuTensorFlow.ts';

const tf = cpuTensorFlow();
const runner = new GraphRunner();

/** The graph's outputs by TensorFlow.js, by their names. */
function interpreted(graph: GraphBuilder, feeds: Readonly<Record<string, Numbers>>): Map<string, Numbers> {
  const interpreter = new GraphInterpreter(tf, graph);
  const results = new Map<string, Numbers>();
  tf.engine().startScope();
  try {
    const tensors = graph.inputs.map((value) => {
      const { dims, data } = feeds[value.name]!;
      return [value, tensorOf(tf, 'float32', dims, data)] as const;
    });
    const fetches = graph.outputs.map(({ value }) => value);
    interpreter.run(new Map(tensors), fetches).forEach((tensor, i) => {
      results.set(graph.outputs[i]!.name, { dims: tensor.shape, data: tensor.dataSync() });
    });
    return results;
  } finally {
    tf.engine().endScope();
    interpreter.dispose();
  }
}

async function compare(
  graph: GraphBuilder,
  feeds: Readonly<Record<string, Numbers>>,
  tolerance: number,
): Promise<void> {
  const expected = await runner.run(graph, feeds);
  for (const [name, { dims, data }] of interpreted(graph, feeds)) {
    const { dims: sizes, data: numbers } = expected[name]!;
    assert.deepEqual(dims, sizes, name);
    assertClose(data, Array.from(numbers, Number), tolerance, name);
  }
}

function build({ name, opset, build: write }: GradientCase) {
  const graph = new GraphBuilder(name, opset);
  const { inputs, output } = write(graph);
  const feeds = inputs.map(({ value, low, high }, i): [string, Numbers] => {
    const dims = fixedShape(value);
    return [value.name, { dims, data: drawElements(dims, low, high, i) }];
  });
  graph.output('y', output);
  return { graph, feeds: Object.fromEntries(feeds) };
}

const bool = (graph: GraphBuilder, x: GraphValue) => graph.op('Greater', [x, graph.scalar(0)]);
const float = (value: number) => ({ float: value });

const unary = (opType: string, attributes: Attributes = {}): GradientCase =>
  operatorCase(opType, '', [positive(2, 3)], attributes);
const compared = (opType: string): GradientCase =>
  gradientCase(opType, [[2, 3], [3]], (graph, a, b) => graph.op(opType, [a, graph.op('Min', [a, b])]));
const logical = (opType: string): GradientCase =>
  gradientCase(opType, [[2, 3], [3]], (graph, a, b) => graph.op(opType, [bool(graph, a), bool(graph, b)]));
const paddedBy = (mode: string, opset = 17): GradientCase =>
  gradientCase(
    `Pad, ${mode}`,
    [[3, 4]],
    (graph, x) => graph.op('Pad', [x, graph.integers([2, 0, 1, 3])], { mode }),
    opset,
  );
const whole = (graph: GraphBuilder, x: GraphValue) =>
  graph.op('Cast', [graph.op('Mul', [x, graph.scalar(10)])], { to: DataType.int32 });

/** What has no gradient, or isn't trained through. */
const forwardCases: readonly GradientCase[] = [
  ...['Ceil', 'Round', 'Softsign', 'Size', 'Shape', 'Selu', 'Celu'].map((opType) => unary(opType)),
  unary('Celu', { alpha: float(0.6) }),
  unary('Shape', { start: 1 }),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map(compared),
  ...['And', 'Or', 'Xor'].map(logical),
  gradientCase('Not', [[2, 3]], (graph, x) => graph.op('Not', [bool(graph, x)])),
  gradientCase('Where of integers', [[2, 3]], (graph, x) =>
    graph.op(
      'Where',
      [bool(graph, x), whole(graph, x), graph.constant(integerTensor([7], []))].map((value) =>
        value.type === 'int64' ? graph.op('Cast', [value], { to: DataType.int32 }) : value,
      ),
    ),
  ),
  gradientCase('Expand of a condition', [[3, 1]], (graph, x) =>
    graph.op('Expand', [bool(graph, x), graph.integers([3, 2])]),
  ),
  gradientCase('IsNaN', [[3]], (graph, x) => graph.op('IsNaN', [graph.op('Sqrt', [x])])),
  gradientCase('IsInf', [[3]], (graph, x) => graph.op('IsInf', [graph.op('Div', [x, graph.floats([0, 1, 0])])])),
  gradientCase('CastLike', [[2, 3]], (graph, x) => graph.op('CastLike', [x, graph.integers([1])])),
  gradientCase('Div of integers', [[6]], (graph, x) =>
    graph.op('Div', [whole(graph, x), graph.op('Cast', [graph.integers([3])], { to: DataType.int32 })]),
  ),
  gradientCase('Mod of integers', [[6]], (graph, x) =>
    graph.op('Mod', [whole(graph, x), graph.op('Cast', [graph.integers([7])], { to: DataType.int32 })]),
  ),
  operatorCase('Mod', 'with the sign of the dividend', [[6], positive(1)], { fmod: 1 }),
  gradientCase('Max and Min of integers', [[6]], (graph, x) => {
    const two = graph.op('Cast', [graph.integers([2])], { to: DataType.int32 });
    return graph.op('Sub', [graph.op('Max', [whole(graph, x), two]), graph.op('Min', [whole(graph, x), two])]);
  }),
  gradientCase('ArgMin, its dimension dropped', [[3, 4]], (graph, x) =>
    graph.op('ArgMin', [x], { axis: 1, keepdims: 0 }),
  ),
  operatorCase('ReduceProd', '', [[2, 3, 2]], { axes: [1] }),
  operatorCase('ReduceLogSum', '', [positive(2, 3)], { axes: [-1] }),
  operatorCase('InstanceNormalization', '', [[2, 3, 2, 2], [3], [3]]),
  operatorCase('LpNormalization', '', [[2, 3]]),
  operatorCase('LpNormalization', 'of order 1', [[2, 3]], { p: 1, axis: 0 }),
  operatorCase('DepthToSpace', '', [[1, 8, 2, 3]], { blocksize: 2 }),
  operatorCase('DepthToSpace', 'by columns', [[1, 8, 2, 3]], { blocksize: 2, mode: 'CRD' }),
  operatorCase('SpaceToDepth', '', [[1, 2, 4, 6]], { blocksize: 2 }),
  paddedBy('reflect'),
  paddedBy('edge'),
  paddedBy('wrap', 19),
  gradientCase('OneHot along a middle axis', [[2, 3]], (graph, x) => {
    const index = graph.op('ArgMax', [x], { axis: 0, keepdims: 1 });
    return graph.op('OneHot', [index, graph.integers([2]), graph.floats([-1, 3])], { axis: 1 });
  }),
  gradientCase('Constant', [[3]], (graph, x) =>
    graph.op('Add', [x, graph.op('Constant', [], { value_floats: { floats: [1, 2, 3] } })]),
  ),
  gradientCase('a shape computed at run time', [[2, 3]], (graph, x) => {
    const [rows, columns] = graph.ops('Split', [graph.op('Shape', [x])], 2) as [GraphValue, GraphValue];
    const turned = graph.op('Concat', [columns, rows], { axis: 0 });
    const zeros = graph.op('ConstantOfShape', [turned], { value: { tensor: integerTensor([4]) } });
    return graph.op('Add', [graph.op('Reshape', [x, turned]), graph.op('Cast', [zeros], { to: DataType.float32 })]);
  }),
  gradientCase('Range up to a size', [[4]], (graph, x) => {
    const length = graph.op('Size', [x]);
    const places = graph.op('Range', [graph.integers([0], []), length, graph.integers([1], [])]);
    return graph.op('Gather', [x, graph.op('Neg', [places])], { axis: 0 });
  }),
  gradientCase('GatherElements along the last axis', [[2, 3]], (graph, x) => {
    return graph.op('GatherElements', [x, graph.integers([2, 0, -1, 1], [2, 2])], { axis: -1 });
  }),
  ...[0, 1].flatMap((count) =>
    [1, 2, 3].map((stride) =>
      operatorCase('AveragePool', `with ceil_mode, stride ${stride}, padding counted: ${count}`, [[1, 2, 7, 6]], {
        kernel_shape: [3, 2],
        strides: [stride, stride],
        pads: [1, 0, 1, 1],
        ceil_mode: 1,
        count_include_pad: count,
      }),
    ),
  ),
  operatorCase('MaxPool', 'of a volume', [[1, 2, 3, 4, 2]], {
    kernel_shape: [2, 2, 2],
    strides: [1, 2, 1],
    pads: [1, 0, 0, 0, 1, 0],
  }),
  operatorCase(
    'Conv',
    'of a volume in two groups',
    [
      [1, 2, 3, 3, 2],
      [2, 1, 2, 2, 2],
    ],
    { group: 2, pads: [0, 1, 0, 0, 0, 1] },
  ),
  operatorCase(
    'Conv',
    'depthwise with two strides',
    [
      [1, 2, 5, 5],
      [2, 1, 3, 3],
    ],
    { group: 2, strides: [2, 1] },
  ),
  operatorCase(
    'ConvTranspose',
    'with auto_pad',
    [
      [1, 2, 3, 4],
      [2, 2, 3, 3],
    ],
    { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  ),
  gradientCase('Dropout without training', [[3]], (graph, x) => {
    const off = graph.constant(booleanTensor([false], []));
    const [kept, mask] = graph.ops('Dropout', [x, graph.scalar(0.5), off], 2) as [GraphValue, GraphValue];
    return graph.op('Mul', [kept, graph.op('Cast', [mask], { to: DataType.float32 })]);
  }),
];

describe('values are those of ONNX Runtime', () => {
  for (const forwardCase of [...gradientCases, ...forwardCases]) {
    test(forwardCase.name, async () => {
      const { graph, feeds } = build(forwardCase);
      await compare(graph, feeds, 1e-5);
    });
  }

  test('every operator is tried', () => {
    const tried = new Set(
      [...gradientCases, ...forwardCases].flatMap((one) => build(one).graph.nodes.map(({ opType }) => opType)),
    );
    assert.deepEqual(
      Object.keys(operators).filter((opType) => !tried.has(opType)),
      [],
    );
  });

  test('statistics of a batch move the running ones', async () => {
    const graph = new GraphBuilder('statistics');
    const shapes = [[3, 2, 2, 2], [2], [2], [2], [2]];
    const inputs = shapes.map((dims, i) => graph.input(`x${i}`, 'float32', dims));
    const attributes = { training_mode: 1, momentum: float(0.7) };
    graph.ops('BatchNormalization', inputs, 3, attributes).forEach((value, i) => {
      graph.output(`y${i}`, value);
    });
    const feeds = Object.fromEntries(shapes.map((dims, i) => [`x${i}`, { dims, data: drawElements(dims, 0.5, 2, i) }]));
    await compare(graph, feeds, 1e-5);
  });
});

describe('encoders of others', () => {
  const encoders = [
    { path: 'mnist-vae-encoder-2d', input: [2, 1, 28, 28] },
    { path: 'mobilenetv3-small-embed', input: [1, 3, 32, 32] },
  ];
  for (const { path, input } of encoders) {
    test(path, { skip: unlessShared(`models/${path}`) }, async () => {
      const { model } = await readModel(await locateModel(shared(`models/${path}`)));
      const graph = importModel(model, { inputShapes: { input } });
      await compare(graph, { input: { dims: input, data: drawElements(input, -2, 2, 0) } }, 1e-4);
    });
  }
});

describe('what it can not do', () => {
  const refusal = (code: ErrorCode, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof LikenessError && error.code === code, String(error));
    assert.match(error.message, message);
    return true;
  };
  const x = { x: { dims: [1, 2, 4, 4], data: new Float32Array(32) } };
  const run = (opType: string, attributes: Attributes = {}, outputs = 1, ...more: readonly number[][]) => {
    const graph = new GraphBuilder('refused');
    const inputs = [graph.input('x', 'float32', [1, 2, 4, 4]), ...more.map((list) => graph.floats(list))];
    const values = graph.ops(opType, inputs, outputs, attributes, { name: 'culprit' });
    graph.output('y', values.at(-1)!);
    return () => interpreted(graph, x);
  };

  test('an operator without an equivalent is named with its node', () => {
    assert.throws(run('Det'), refusal(ErrorCode.UnsupportedOperator, /"culprit" \(Det\) .* operator is not known/));
    assert.throws(run('toString'), refusal(ErrorCode.UnsupportedOperator, /"culprit" \(toString\)/));
  });

  test('so is a form of an operator', () => {
    const cubic = { mode: 'cubic' };
    assert.throws(run('Resize', cubic, 1, [], [1, 1, 2, 2]), refusal(ErrorCode.UnsupportedOperator, /mode cubic/));
    const strings = { to: DataType.string };
    assert.throws(run('Cast', strings), refusal(ErrorCode.UnsupportedOperator, /element type/));
    const indices = { kernel_shape: [2, 2] };
    assert.throws(
      run('MaxPool', indices, 2),
      refusal(ErrorCode.UnsupportedOperator, /"culprit" \(MaxPool\) .* not computed/),
    );
  });

  test('an input that nothing is fed for is named', () => {
    const graph = new GraphBuilder('unfed');
    const value = graph.op('Relu', [graph.input('missing', 'float32', [1])]);
    const interpreter = new GraphInterpreter(tf, graph);
    assert.throws(
      () => interpreter.run(new Map(), [value]),
      refusal(ErrorCode.InvalidGraph, /"missing" .* nothing is fed/),
    );
  });
});

test('nothing but constants stays behind after a run, and nothing after disposal', () => {
  const graph = new GraphBuilder('memory');
  const input = graph.input('x', 'float32', [2]);
  const value = graph.op('Add', [graph.op('Relu', [input]), graph.floats([1, 2])]);
  const before = tf.memory().numTensors;
  const interpreter = new GraphInterpreter(tf, graph);
  const run = () => tf.tidy(() => [...interpreter.run(new Map([[input, tf.tensor([-1, 3])]]), [value])[0]!.dataSync()]);
  assert.deepEqual(run(), [1, 5]);
  assert.deepEqual(run(), [1, 5]);
  assert.equal(tf.memory().numTensors, before + 1);
  interpreter.dispose();
  assert.equal(tf.memory().numTensors, before);
});
