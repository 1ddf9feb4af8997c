import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromFloat16Bits, toFloat16Bits } from '../../../src/core/images/float16.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { withHalfPrecisionConstants } from '../../../src/core/onnx/halfPrecision.ts';
import { DataType } from '../../../src/core/onnx/model.ts';
import { floatTensor, numbersOfTensor } from '../../../src/core/onnx/tensors.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

const weights = Float32Array.from({ length: 16 * 32 }, (_, i) => Math.sin(i) / 7);

function product(values: ArrayLike<number>) {
  const graph = new GraphBuilder('product');
  const rows = graph.input('rows', 'float32', ['N', 32]);
  const weight = graph.constant({ ...floatTensor(values, [16, 32]), name: 'layer.weight' });
  const bias = graph.constant({ ...floatTensor(new Float32Array(16).fill(0.1), [16]), name: 'layer.bias' });
  graph.output('embedding', graph.op('Gemm', [rows, weight, bias], { transB: 1 }), 'float32', ['N', 16]);
  return graph.build();
}

test('large constants take half the room, keep their names, and are computed with in float32', async () => {
  const model = product(weights);
  const half = withHalfPrecisionConstants(model);
  const kept = half.graph.initializer.find(({ name }) => name === 'layer.weight')!;
  assert.equal(kept.dataType, DataType.float16);
  assert.equal(half.graph.initializer.find(({ name }) => name === 'layer.bias')!.dataType, DataType.float32);
  assert.ok(encodeModel(half).length < encodeModel(model).length - weights.length);

  const rounded = Float32Array.from(weights, (value) => fromFloat16Bits(toFloat16Bits(value)));
  assert.deepEqual(Float32Array.from(numbersOfTensor(kept)!), rounded);
  const rows = { dims: [3, 32], data: Float32Array.from({ length: 96 }, (_, i) => Math.cos(i)) };
  const [expected, found] = await Promise.all(
    [product(rounded), half].map(async (each) => (await runner.run({ build: () => each }, { rows }))['embedding']!),
  );
  assert.deepEqual(found, expected);
  // The model itself is left as it was.
  assert.equal(model.graph.initializer.find(({ name }) => name === 'layer.weight')!.dataType, DataType.float32);
});
