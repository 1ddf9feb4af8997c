import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { countMultiplications } from '../../../src/core/onnx/multiplications.ts';
import { encoderNetwork } from '../../../src/core/training/networks/networks.ts';
import { TrainingScope } from '../../../src/core/training/scope.ts';

test('convolutions, also in groups and transposed, and products of matrices are counted', () => {
  const graph = new GraphBuilder('counted');
  const images = graph.input('images', 'float32', [2, 4, 8, 8]);
  const weight = (...dims: number[]) => graph.floats(new Float32Array(dims.reduce((a, b) => a * b)), dims);
  // 2 · 6 · 4 · 4 numbers of 4 · 3 · 3 products each.
  const plain = graph.op('Conv', [images, weight(6, 4, 3, 3)], { strides: [2, 2], pads: [1, 1, 1, 1] });
  // 2 · 6 · 4 · 4 numbers of 3 · 3 products each.
  const depthwise = graph.op('Conv', [plain, weight(6, 1, 3, 3)], { group: 6, pads: [1, 1, 1, 1] });
  // 2 · 6 · 4 · 4 numbers of the input, each into 5 · 2 · 2.
  const larger = graph.op('ConvTranspose', [depthwise, weight(6, 5, 2, 2)], { strides: [2, 2] });
  const flat = graph.op('Flatten', [larger]);
  // 2 · 7 numbers of 5 · 8 · 8 products each.
  const product = graph.op('Gemm', [flat, weight(7, 320)], { transB: 1 });
  // 2 · 3 numbers of 7 products each.
  graph.output('y', graph.op('MatMul', [product, weight(7, 3)]));
  const expected = 192 * 36 + 192 * 9 + 192 * 20 + 14 * 320 + 6 * 7;
  assert.equal(countMultiplications(graph), expected);
});

test('what an encoder takes grows with the pictures, and is not known for any number of them', () => {
  const ofSize = (size: number, batch: number | string) => {
    const graph = new GraphBuilder('encoder');
    const images = graph.input('images', 'float32', [batch, 3, size, size]);
    encoderNetwork(new TrainingScope(graph, 'running'), images, 'resnet10-light');
    return countMultiplications(graph);
  };
  // Halved by the stem from 64 px on, as maps of 32 px then; the stem alone sees more.
  const [small, large] = [ofSize(32, 1)!, ofSize(64, 1)!];
  assert.equal(large, small);
  assert.equal(ofSize(64, 3), 3 * large);
  assert.equal(ofSize(64, 'N'), undefined);
});
