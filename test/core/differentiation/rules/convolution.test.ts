import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients } from '../../../../src/core/differentiation/gradients.ts';
import { GraphBuilder } from '../../../../src/core/onnx/graphBuilder.ts';
import { assertClose } from '../../../close.ts';
import { GraphRunner, type Numbers } from '../../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../../shared.ts';
import { transposedVolumeCases, convolutionCases } from '../cases/convolution.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll([...convolutionCases, ...transposedVolumeCases]);

const runner = new GraphRunner();

type Images = readonly (readonly (readonly (readonly number[])[])[])[];

interface ConvolutionVectors {
  readonly x_nchw: Images;
  readonly w_oihw: Images;
  readonly grad_out: Images;
  readonly y: Images;
  readonly grad_x: Images;
  readonly grad_w: Images;
}

function numbers(images: Images): Numbers {
  const [planes] = images;
  const [rows] = planes!;
  return { dims: [images.length, planes!.length, rows!.length, rows![0]!.length], data: images.flat(3) };
}

test('a convolution with stride 2 and padding equals the reference', { skip: unlessVectors }, async () => {
  const vectors = testVectors('conv2d_s2_p1') as ConvolutionVectors;
  const [x, w, seed] = [numbers(vectors.x_nchw), numbers(vectors.w_oihw), numbers(vectors.grad_out)];
  const graph = new GraphBuilder('reference');
  const inputs = [graph.input('x', 'float32', x.dims), graph.input('w', 'float32', w.dims)];
  const y = graph.op('Conv', inputs, { strides: [2, 2], pads: [1, 1, 1, 1] });
  const [dx, dw] = gradients(graph, y, inputs, { seed: graph.input('seed', 'float32', seed.dims) });
  Object.entries({ y, dx: dx!, dw: dw! }).forEach(([name, value]) => {
    graph.output(`${name}_`, value);
  });
  const results = await runner.run(graph, { x, w, seed });
  assert.deepEqual(results['y_']!.dims, numbers(vectors.y).dims);
  assertClose(results['y_']!.data as Float32Array, vectors.y.flat(3), 1e-5);
  assertClose(results['dx_']!.data as Float32Array, vectors.grad_x.flat(3), 1e-5);
  assertClose(results['dw_']!.data as Float32Array, vectors.grad_w.flat(3), 1e-5);
});
