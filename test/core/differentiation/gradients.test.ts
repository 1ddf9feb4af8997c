import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients, type GradientOptions } from '../../../src/core/differentiation/gradients.ts';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { DataType } from '../../../src/core/onnx/model.ts';
import { booleanTensor } from '../../../src/core/onnx/tensors.ts';
import { GraphBuilder, type GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { networkCases } from './cases/networks.ts';
import { GradientChecker } from './gradientChecker.ts';

const runner = new GraphRunner();

describe('small networks', () => {
  new GradientChecker().testAll(networkCases);
});

/** Runs the gradients of a loss of one input `x`, a vector. */
async function run(
  graph: GraphBuilder,
  x: readonly number[],
  loss: GraphValue,
  wrt: readonly GraphValue[],
  options?: GradientOptions,
): Promise<number[][]> {
  gradients(graph, loss, wrt, options).forEach((gradient, i) => {
    graph.output(`gradient${i}`, gradient, 'float32', wrt[i]!.shape);
  });
  const results = await runner.run(graph, { x: { dims: [x.length], data: x } });
  return wrt.map((_, i) => [...(results[`gradient${i}`]!.data as Float32Array)]);
}

function vectorGraph(length: number): { graph: GraphBuilder; x: GraphValue } {
  const graph = new GraphBuilder('test');
  return { graph, x: graph.input('x', 'float32', [length]) };
}

function sum(graph: GraphBuilder, value: GraphValue): GraphValue {
  return graph.op('ReduceSum', [value], { keepdims: 0 });
}

/** What nodes a call adds to a graph. */
function added(graph: GraphBuilder, call: () => unknown): string[] {
  const before = graph.nodes.length;
  call();
  return graph.nodes.slice(before).map(({ opType }) => opType);
}

describe('what is differentiated', () => {
  test('contributions of a value that is used several times are summed', async () => {
    const { graph, x } = vectorGraph(2);
    const square = graph.op('Mul', [x, x]);
    const cube = graph.op('Mul', [square, x]);
    const total = graph.op('Sub', [graph.op('Add', [square, cube]), x]);
    // 2x + 3x² − 1
    assert.deepEqual(await run(graph, [2, -1], sum(graph, total), [x]), [[15, 0]]);
  });

  test('a loss may be what it is differentiated by', async () => {
    const { graph, x } = vectorGraph(1);
    assert.deepEqual(await run(graph, [3], x, [x]), [[1]]);
  });

  test('computed values have gradients too, beside what they are computed from', async () => {
    const { graph, x } = vectorGraph(2);
    const square = graph.op('Mul', [x, x]);
    const loss = sum(graph, graph.op('Mul', [square, graph.scalar(3)]));
    assert.deepEqual(await run(graph, [2, 5], loss, [square, x, square]), [
      [3, 3],
      [12, 30],
      [3, 3],
    ]);
  });

  test('constants have gradients', async () => {
    const { graph, x } = vectorGraph(2);
    const weights = graph.floats([3, 4]);
    assert.deepEqual(await run(graph, [1, 2], sum(graph, graph.op('Mul', [x, weights])), [weights]), [[1, 2]]);
  });

  test('what the loss does not depend on has zeros of its shape, which take no room in the model', async () => {
    const { graph, x } = vectorGraph(2);
    const unused = graph.floats(new Float32Array(600).fill(1), [20, 30]);
    const scalar = graph.scalar(1);
    const [large, small] = await run(graph, [1, 2], sum(graph, x), [unused, scalar]);
    assert.deepEqual(large, Array<number>(600).fill(0));
    assert.deepEqual(small, [0]);
    const constants = graph.build().graph.initializer.map(({ rawData }) => rawData?.byteLength ?? 0);
    assert.equal(constants.filter((bytes) => bytes > 100).length, 1);
  });

  test('gradients can be differentiated again', async () => {
    const { graph, x } = vectorGraph(2);
    const cube = graph.op('Mul', [graph.op('Mul', [x, x]), x]);
    const [first] = gradients(graph, sum(graph, cube), [x]);
    assert.deepEqual(await run(graph, [2, -1], sum(graph, first!), [x]), [[12, -6]]);
  });

  test('a seed weights the elements of a loss of any shape', async () => {
    const { graph, x } = vectorGraph(3);
    const seed = graph.floats([1, 10, 100]);
    assert.deepEqual(await run(graph, [1, 2, 3], graph.op('Mul', [x, x]), [x], { seed }), [[2, 40, 600]]);
  });

  test('no gradient passes a value to stop at', async () => {
    const { graph, x } = vectorGraph(2);
    const square = graph.op('Mul', [x, x]);
    const loss = sum(graph, graph.op('Mul', [square, x]));
    assert.deepEqual(await run(graph, [2, 3], loss, [x, square], { stopAt: [square] }), [
      [4, 9],
      [2, 3],
    ]);
  });

  test('the same calls make the same model', () => {
    const build = () => {
      const graph = new GraphBuilder('test');
      const { inputs, output } = networkCases[4]!.build(graph);
      gradients(
        graph,
        output,
        inputs.map(({ value }) => value),
      ).forEach((gradient, i) => {
        graph.output(`gradient${i}`, gradient);
      });
      return graph.build();
    };
    assert.deepEqual(build(), build());
  });
});

describe('what is left alone', () => {
  test('nothing is added for branches that need no gradient', () => {
    const { graph, x } = vectorGraph(3);
    const other = graph.input('other', 'float32', [3]);
    const costly = graph.op('Softmax', [graph.op('Exp', [other])]);
    const beside = graph.op('Exp', [x]);
    const loss = sum(graph, graph.op('Mul', [x, costly]));
    assert.equal(beside.shape?.[0], 3);
    assert.deepEqual(
      added(graph, () => gradients(graph, loss, [x])),
      ['ConstantOfShape', 'Reshape', 'Expand', 'Mul'],
    );
  });

  test('operators without a gradient may stand where none passes', () => {
    const { graph, x } = vectorGraph(3);
    const sorted = graph.ops('TopK', [graph.input('other', 'float32', [3]), graph.integers([3])], 2)[0]!;
    const unrelated = graph.ops('TopK', [x, graph.integers([1])], 2)[0]!;
    assert.equal(unrelated.shape?.[0], 1);
    const stopped = graph.ops('TopK', [x, graph.integers([3])], 2)[0]!;
    const loss = sum(graph, graph.op('Mul', [graph.op('Add', [x, stopped]), sorted]));
    gradients(graph, loss, [x], { stopAt: [stopped] });
  });

  test('the input gradient of the first convolution is not computed', () => {
    const graph = new GraphBuilder('test');
    const x = graph.input('x', 'float32', [2, 3, 8, 8]);
    const weights = graph.input('weights', 'float32', [4, 3, 3, 3]);
    const loss = sum(graph, graph.op('Conv', [x, weights], { strides: [2, 2] }));
    const spatialOnly = (names: string[]) => names.filter((name) => name === 'ConvTranspose');
    assert.deepEqual(spatialOnly(added(graph, () => gradients(graph, loss, [weights]))), []);
    assert.deepEqual(spatialOnly(added(graph, () => gradients(graph, loss, [x]))), ['ConvTranspose']);
  });

  test('a loss that depends on nothing asked for adds zeros only', () => {
    const { graph, x } = vectorGraph(3);
    const loss = sum(graph, graph.input('other', 'float32', [3]));
    assert.deepEqual(
      added(graph, () => gradients(graph, loss, [x])),
      ['ConstantOfShape'],
    );
  });
});

function rejects(call: () => unknown, code: ErrorCode, ...parts: readonly string[]): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof LikenessError);
    assert.equal(error.code, code);
    for (const part of parts) assert.ok(error.message.includes(part), `"${error.message}" lacks "${part}"`);
    return true;
  });
}

describe('what is refused', () => {
  test('an operator without a rule, by its name and its node', () => {
    const { graph, x } = vectorGraph(3);
    const sorted = graph.ops('TopK', [x, graph.integers([2])], 2, {}, { name: 'best' })[0]!;
    rejects(() => gradients(graph, sum(graph, sorted), [x]), ErrorCode.NoGradient, '"best"', 'TopK');
  });

  test('an operator of another domain that has the name of a known one', () => {
    const { graph, x } = vectorGraph(3);
    const types = [{ type: 'float32', shape: [3] }] as const;
    const foreign = graph.op('Relu', [x], {}, { domain: 'example.org', types });
    rejects(() => gradients(graph, sum(graph, foreign), [x]), ErrorCode.NoGradient, 'Relu');
    const standard = graph.op('Relu', [x], {}, { domain: 'ai.onnx' });
    gradients(graph, sum(graph, standard), [x]);
  });

  test('a branch that reads the value from outside', () => {
    const { graph, x } = vectorGraph(3);
    const body = new GraphBuilder('branch');
    body.output('result', body.op('Exp', [{ ...x }]));
    const branch = { graph: body.build().graph };
    const types = [{ type: 'float32', shape: [3] }] as const;
    const condition = graph.input('condition', 'bool', []);
    const chosen = graph.op('If', [condition], { then_branch: branch, else_branch: branch }, { types });
    rejects(() => gradients(graph, sum(graph, chosen), [x]), ErrorCode.NoGradient, 'If');
  });

  test('a loss of several elements, and a seed of another shape', () => {
    const { graph, x } = vectorGraph(3);
    rejects(() => gradients(graph, x, [x]), ErrorCode.InvalidGraph, 'single number', '3');
    rejects(() => gradients(graph, x, [x], { seed: graph.scalar(1) }), ErrorCode.InvalidGraph, 'seed');
  });

  test('sizes that are not fixed', () => {
    const graph = new GraphBuilder('test');
    const x = graph.input('x', 'float32', ['batch', 3]);
    const loss = sum(graph, graph.op('Exp', [x]));
    rejects(() => gradients(graph, loss, [x]), ErrorCode.InvalidGraph, 'batch');
  });

  test('gradients of integers, and old operator sets', () => {
    const { graph, x } = vectorGraph(3);
    const whole = graph.op('Cast', [x], { to: DataType.int64 });
    rejects(() => gradients(graph, sum(graph, x), [whole]), ErrorCode.InvalidGraph, 'int64');
    const old = new GraphBuilder('old', 12);
    const value = old.input('x', 'float32', []);
    rejects(() => gradients(old, value, [value]), ErrorCode.InvalidGraph, '12');
  });

  const image = (build: (graph: GraphBuilder, x: GraphValue) => GraphValue, opset?: number) => () => {
    const graph = new GraphBuilder('test', opset);
    const x = graph.input('x', 'float32', [1, 2, 5, 5]);
    gradients(graph, sum(graph, build(graph, x)), [x]);
  };
  const scales = (graph: GraphBuilder, factor: number) => graph.floats([1, 1, factor, factor]);
  const forms: Readonly<Record<string, readonly [part: string, call: () => void]>> = {
    'AveragePool with windows beyond the padding': [
      'ceil_mode',
      image((graph, x) => {
        const attributes = { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, count_include_pad: 1 };
        return graph.op('AveragePool', [x], attributes);
      }),
    ],
    'Pad by reflection that takes away too': [
      'reflect',
      image((graph, x) => graph.op('Pad', [x, graph.integers([0, 0, 1, 1, 0, 0, -1, 1])], { mode: 'reflect' })),
    ],
    'Resize to a part of the input': [
      'tf_crop_and_resize',
      image((graph, x) => {
        const part = graph.floats([0, 0, 0, 0, 1, 1, 0.5, 0.5]);
        const attributes = { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' };
        return graph.op('Resize', [x, part, scales(graph, 2)], attributes);
      }),
    ],
    'Resize with antialiasing': [
      'antialias',
      image((graph, x) => graph.op('Resize', [x, undefined, scales(graph, 2)], { mode: 'linear', antialias: 1 }), 18),
    ],
    'Dropout in training': [
      'random',
      image((graph, x) => graph.op('Dropout', [x, graph.scalar(0.5), graph.constant(booleanTensor([true], []))])),
    ],
    'bounds of Clip': [
      'input 2',
      image((graph, x) => graph.op('Clip', [x, graph.op('ReduceMin', [x], { keepdims: 0 })])),
    ],
    'new running statistics': [
      'first output',
      image((graph, x) => {
        const vector = () => graph.floats([1, 2]);
        const inputs = [x, vector(), vector(), vector(), vector()];
        return graph.ops('BatchNormalization', inputs, 3, { training_mode: 1 })[1]!;
      }),
    ],
    'Slice by computed bounds': [
      'bounds',
      image((graph, x) => {
        const bound = graph.op('Cast', [graph.op('Shape', [graph.op('Squeeze', [x, graph.integers([0])])])], {
          to: DataType.int64,
        });
        const slice = graph.op('Slice', [x, bound, bound], {}, { types: [{ type: 'float32', shape: [1, 2, 5, 5] }] });
        return slice;
      }),
    ],
    'adding by index in an old operator set': [
      'operator set',
      image((graph, x) => graph.op('MaxPool', [x], { kernel_shape: [2, 2] }), 13),
    ],
  };
  for (const [name, [part, call]] of Object.entries(forms)) {
    test(name, () => {
      rejects(call, ErrorCode.NoGradient, part);
    });
  }
});
