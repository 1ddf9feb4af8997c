import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { DataType } from '../../../src/core/onnx/model.ts';
import { inSinglePrecision } from '../../../src/core/onnx/singlePrecision.ts';
import { numericTensor } from '../../../src/core/onnx/tensors.ts';
import { importedWeights } from '../../../src/core/training/imported/importedWeights.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

/** Weights in float16, computing in float16, with an input and an output of it. */
function halfModel() {
  const graph = new GraphBuilder('half');
  const x = graph.input('x', 'float16', ['N', 2]);
  const weight = graph.constant({ ...numericTensor('float16', [2, 2], [0.5, -2, 1.25, 3]), name: 'weight' });
  const shift = graph.op('Constant', [], { value: { tensor: numericTensor('float16', [2], [1, 10]) } });
  const product = graph.op('Add', [graph.op('MatMul', [x, weight]), shift]);
  graph.output(
    'y',
    graph.op('Cast', [graph.op('Cast', [product], { to: DataType.float32 })], { to: DataType.float16 }),
  );
  return graph.build();
}

test('a model in float16 gives the same in float32, from inputs to outputs', async () => {
  const model = inSinglePrecision(halfModel());
  const elementTypes = [...model.graph.input, ...model.graph.output].map(({ type }) => type?.tensorType?.elemType);
  assert.deepEqual(elementTypes, [DataType.float32, DataType.float32]);
  // A number that float16 would round.
  const { y } = await runner.run({ build: () => model }, { x: { dims: [1, 2], data: [1.0001, 2] } });
  assertClose(y!.data as Float32Array, [0.50005 + 2.5 + 1, -2.0002 + 6 + 10], 1e-6, 'y');
});

test('its weights can be trained, those in Constant nodes too', () => {
  const { graph } = inSinglePrecision(halfModel());
  assert.deepEqual(
    importedWeights(graph, 'x').map(({ name, role }) => [name, role]),
    [
      ['weight', 'weight'],
      [graph.node[0]!.output[0], 'bias'],
    ],
  );
});

test('a model without halves stays as it is', () => {
  const graph = new GraphBuilder('single');
  graph.output('y', graph.op('Mul', [graph.input('x', 'float32', [2]), graph.floats([2, 3])]));
  const model = graph.build();
  assert.deepEqual(inSinglePrecision(model), model);
});
