import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients } from '../../../../src/core/differentiation/gradients.ts';
import { GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { GraphRunner } from '../../../graphRunner.ts';

const runner = new GraphRunner();

/** Gradient of the sum of what `body` makes of `data`. */
async function gradientAt(
  data: readonly number[],
  dims: readonly number[],
  body: (graph: GraphBuilder, x: GraphValue) => GraphValue,
): Promise<number[]> {
  const graph = new GraphBuilder('kink');
  const x = graph.input('x', 'float32', dims);
  const loss = graph.op('ReduceSum', [body(graph, x)], { keepdims: 0 });
  graph.output('gradient', gradients(graph, loss, [x])[0]!);
  const { gradient } = await runner.run(graph, { x: { dims, data } });
  return [...(gradient!.data as Float32Array)];
}

test('the slope of a ReLU and of an absolute value at 0 is 0', async () => {
  assert.deepEqual(await gradientAt([-1, 0, 1], [3], (graph, x) => graph.op('Relu', [x])), [0, 0, 1]);
  assert.deepEqual(await gradientAt([-1, 0, 1], [3], (graph, x) => graph.op('Abs', [x])), [-1, 0, 1]);
});

test('clipping passes the gradient on at its bounds', async () => {
  const clipped = await gradientAt([-2, -1, 0, 1, 2], [5], (graph, x) => {
    return graph.op('Clip', [x, graph.scalar(-1), graph.scalar(1)]);
  });
  assert.deepEqual(clipped, [0, 1, 1, 1, 0]);
});

test('of equal inputs of Max and Min, the first takes the gradient, once', async () => {
  const twice = async (opType: string) => {
    return gradientAt([1, 2], [2], (graph, x) => graph.op(opType, [x, graph.op('Mul', [x, graph.scalar(1)])]));
  };
  assert.deepEqual(await twice('Max'), [1, 1]);
  assert.deepEqual(await twice('Min'), [1, 1]);
  const third = await gradientAt([3, 3], [2], (graph, x) => {
    return graph.op('Max', [graph.op('Mul', [x, graph.floats([1, 1])]), x, graph.op('Mul', [x, graph.floats([2, 1])])]);
  });
  assert.deepEqual(third, [2, 1]);
});

test('equal largest elements share the gradient of a reduction', async () => {
  const reduced = await gradientAt([5, 1, 5, 2, 3, 3], [2, 3], (graph, x) => graph.op('ReduceMax', [x], { axes: [1] }));
  assert.deepEqual(reduced, [0.5, 0, 0.5, 0, 0.5, 0.5]);
});

test('of equal largest elements of a pooling window, the first takes the gradient', async () => {
  const pooled = await gradientAt([0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 2, 4], (graph, x) => {
    return graph.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  });
  assert.deepEqual(pooled, [0, 0, 0, 0, 1, 0, 1, 0]);
});

test('the length of a zero vector has the gradient 0', async () => {
  const lengths = await gradientAt([0, 0, 3, 4], [2, 2], (graph, x) => graph.op('ReduceL2', [x], { axes: [1] }));
  [0, 0, 0.6, 0.8].forEach((expected, i) => {
    assert.ok(Math.abs(lengths[i]! - expected) < 1e-6, String(lengths));
  });
});

test('powers of 0 have finite gradients', async () => {
  const powers = async (exponents: readonly number[]) => {
    return gradientAt(
      exponents.map(() => 0),
      [exponents.length],
      (graph, x) => {
        return graph.op('Pow', [x, graph.floats(exponents)]);
      },
    );
  };
  assert.deepEqual(await powers([0, 1, 2, 3]), [0, 1, 0, 0]);
  assert.deepEqual(await powers([0]), [0]);
  const exponents = await gradientAt([1, 2], [2], (graph, x) => graph.op('Pow', [graph.floats([0, 0]), x]));
  assert.deepEqual(exponents, [0, 0]);
});
