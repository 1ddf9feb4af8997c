import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients } from '../../../../src/core/differentiation/gradients.ts';
import { GraphBuilder, fixedShape, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { importInto } from '../../../../src/core/onnx/importModel.ts';
import { numbersOfTensor } from '../../../../src/core/onnx/tensors.ts';
import { RandomStream } from '../../../../src/core/random.ts';
import { contrastiveLoss, ntXentTargets } from '../../../../src/core/training/losses/contrastiveLoss.ts';
import { resnet } from '../../../../src/core/training/networks/resnet.ts';
import { projectionHead } from '../../../../src/core/training/projectionHead.ts';
import { TrainingScope } from '../../../../src/core/training/scope.ts';
import { locateModel, readModel } from '../../../../src/engine/encoders/modelFiles.ts';
import { tensorFlowGradients } from '../../../../src/engine/training/tensorflow/gradients.ts';
import { tensorOf } from '../../../../src/engine/training/tensorflow/tensors.ts';
import { gradientCases } from '../../../core/differentiation/cases.ts';
import { drawElements, type GradientCase } from '../../../core/differentiation/cases/gradientCase.ts';
import { GraphRunner, type Numbers } from '../../../graphRunner.ts';
import { shared, unlessShared } from '../../../shared.ts';
import { cpuTensorFlow } from './cpuTensorFlow.ts';

const tf = cpuTensorFlow();
const runner = new GraphRunner();

interface Problem {
  readonly graph: GraphBuilder;
  readonly loss: GraphValue;
  readonly wrt: readonly GraphValue[];
  readonly feeds: Readonly<Record<string, Numbers>>;
  readonly stopAt?: readonly GraphValue[];
}

/** Asserts that both ways give the same derivatives, up to a share of the largest of each. */
async function compare({ graph, loss, wrt, feeds, stopAt = [] }: Problem, tolerance = 1e-4): Promise<void> {
  const tensors = graph.inputs.map((input) => {
    const { dims, data } = feeds[input.name]!;
    return [input, tensorOf(tf, 'float32', dims, data)] as const;
  });
  const theirs = tensorFlowGradients(tf, graph, loss, wrt, new Map(tensors), { stopAt });
  gradients(graph, loss, wrt, { stopAt }).forEach((gradient, i) => {
    graph.output(`gradient${i}`, gradient);
  });
  const ours = await runner.run(graph, feeds);
  theirs.forEach((tensor, i) => {
    const { dims, data } = ours[`gradient${i}`]!;
    assert.deepEqual(dims, tensor.shape);
    assertNear(data as Float32Array, tensor.dataSync(), tolerance, wrt[i]!.name);
  });
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  // Some are zero but for rounding.
  const scale = Math.max(1e-3, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    assert.ok(off <= tolerance * scale, `${what}[${i}] is ${actual[i]}, TensorFlow.js says ${expected[i]}`);
  }
}

/** A random linear function of a case's output. */
function problemOf({ name, opset, build }: GradientCase): Problem {
  const graph = new GraphBuilder(name, opset);
  const { inputs, output } = build(graph);
  const shape = fixedShape(output);
  const weighted = graph.op('Mul', [output, graph.floats(randomNumbers(shape), shape)]);
  const loss = graph.op('ReduceSum', [weighted], { keepdims: 0 });
  const feeds = inputs.map(({ value, low, high }, i): [string, Numbers] => {
    const dims = fixedShape(value);
    return [value.name, { dims, data: drawElements(dims, low, high, i) }];
  });
  return { graph, loss, wrt: inputs.map(({ value }) => value), feeds: Object.fromEntries(feeds) };
}

function randomNumbers(dims: readonly number[], seed = 5): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, () => random.normal());
}

describe('our gradients on ONNX Runtime are those of TensorFlow.js', () => {
  for (const gradientCase of gradientCases) {
    test(gradientCase.name, () => compare(problemOf(gradientCase)));
  }

  test('contrastive pretraining of a residual network: all weights', async () => {
    const graph = new GraphBuilder('pretraining');
    const scope = new TrainingScope(graph);
    const images = graph.input('images', 'float32', [8, 3, 8, 8]);
    const representation = resnet(scope, images, { widths: [4, 8], blocks: [1, 1], stemStride: 1 });
    const z = projectionHead(scope, representation, { layers: 3, outputs: 5 }).at(-1)!;
    const { positives, candidates } = ntXentTargets(8);
    const [attracted, compared] = [positives, candidates].map((weights) => graph.floats(weights, [8, 8]));
    const loss = contrastiveLoss(graph, z, 0.5, attracted!, compared!);
    const feeds = graph.inputs.map(({ name, shape }, i): [string, Numbers] => {
      const dims = shape as readonly number[];
      const positive = /variance/i.test(name);
      return [name, { dims, data: randomNumbers(dims, i).map((value) => (positive ? 1 + value ** 2 : value)) }];
    });
    const wrt = scope.parameters.map(({ value }) => value);
    assert.ok(wrt.length > 20);
    await compare({ graph, loss, wrt, feeds: Object.fromEntries(feeds) });
  });
});

describe('encoders of others', () => {
  const path = 'models/mobilenetv3-small-embed';
  test('every eighth weight of MobileNetV3, imported into a graph', { skip: unlessShared(path) }, async () => {
    const { model } = await readModel(await locateModel(shared(path)));
    const graph = new GraphBuilder('fine-tuning');
    const x = graph.input('images', 'float32', [2, 3, 32, 32]);
    const weights: (readonly [GraphValue, Numbers])[] = [];
    let seen = 0;
    const outputs = importInto(graph, model, {
      inputs: { input: x },
      initializer: (name, tensor, uses) => {
        const isKernel = uses.some(({ opType, input }) => opType === 'Conv' && input === 1);
        if (!isKernel || seen++ % 8 !== 0) return undefined;
        const value = graph.input(name, 'float32', tensor.dims);
        weights.push([value, { dims: tensor.dims, data: numbersOfTensor(tensor)! }]);
        return value;
      },
    });
    const [embedding] = Object.values(outputs);
    const loss = graph.op('ReduceSumSquare', [embedding!], { keepdims: 0 });
    const feeds = weights.map(([{ name }, numbers]) => [name, numbers] as const);
    assert.equal(weights.length, 7);
    await compare({
      graph,
      loss,
      wrt: weights.map(([value]) => value),
      feeds: { ...Object.fromEntries(feeds), images: { dims: [2, 3, 32, 32], data: randomNumbers([2, 3, 32, 32]) } },
    });
  });
});

describe('what is differentiated by', () => {
  const shape = [2, 3];
  const feeds = { x: { dims: shape, data: randomNumbers(shape) } };

  function chain() {
    const graph = new GraphBuilder('chain');
    const x = graph.input('x', 'float32', shape);
    const weight = graph.floats([1, 2, -1], [3]);
    const hidden = graph.op('Tanh', [graph.op('Mul', [x, weight])]);
    const output = graph.op('Mul', [graph.op('Exp', [hidden]), x]);
    return { graph, x, weight, hidden, loss: graph.op('ReduceSum', [output], { keepdims: 0 }) };
  }

  test('inputs, constants and computed values at once', async () => {
    const { graph, x, weight, hidden, loss } = chain();
    await compare({ graph, loss, wrt: [x, weight, hidden], feeds });
  });

  test('gradients end where they are told to', async () => {
    const { graph, x, weight, hidden, loss } = chain();
    await compare({ graph, loss, wrt: [x, weight], feeds, stopAt: [hidden] });
  });

  test('a value that the loss does not depend on has a gradient of zeros', () => {
    const { graph, x, loss } = chain();
    const other = graph.input('other', 'float32', [4]);
    const given = new Map([
      [x, tensorOf(tf, 'float32', shape, feeds.x.data)],
      [other, tf.ones([4])],
    ]);
    const [gradient] = tensorFlowGradients(tf, graph, loss, [other], given);
    assert.deepEqual([...gradient!.dataSync()], [0, 0, 0, 0]);
  });

  test('with a seed, the loss may have several elements', () => {
    const graph = new GraphBuilder('seeded');
    const x = graph.input('x', 'float32', [3]);
    const squares = graph.op('Mul', [x, x]);
    const given = new Map([[x, tf.tensor([1, 2, 3])]]);
    const [gradient] = tensorFlowGradients(tf, graph, squares, [x], given, { seed: tf.tensor([1, 0, -1]) });
    assert.deepEqual([...gradient!.dataSync()], [2, 0, -6]);
  });

  test('only the gradients are left in memory', () => {
    const { graph, x, hidden, loss } = chain();
    const given = new Map([[x, tensorOf(tf, 'float32', shape, feeds.x.data)]]);
    const before = tf.memory().numTensors;
    const result = tensorFlowGradients(tf, graph, loss, [x, hidden], given);
    assert.equal(tf.memory().numTensors, before + 2);
    tf.dispose(result);
  });
});
