import { test } from 'node:test';
import { gradients } from '../../../../src/core/differentiation/gradients.ts';
import { GraphBuilder } from '../../../../src/core/onnx/graphBuilder.ts';
import { assertClose } from '../../../close.ts';
import { GraphRunner } from '../../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../../shared.ts';
import { normalizationCases } from '../cases/normalization.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(normalizationCases);

const runner = new GraphRunner();

interface NormalizationVectors {
  readonly x: readonly (readonly number[])[];
  readonly gamma: readonly number[];
  readonly beta: readonly number[];
  readonly eps: number;
  readonly grad_out: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
  readonly grad_x: readonly (readonly number[])[];
  readonly grad_gamma: readonly number[];
  readonly grad_beta: readonly number[];
}

for (const momentum of [0, 0.9]) {
  const name = `batch normalisation with momentum ${momentum} equals the reference`;
  test(name, { skip: unlessVectors }, async () => {
    const vectors = testVectors('batch_norm_train') as NormalizationVectors;
    const [rows, channels] = [vectors.x.length, vectors.gamma.length];
    const graph = new GraphBuilder('reference');
    const [x, seed] = ['x', 'seed'].map((input) => graph.input(input, 'float32', [rows, channels]));
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((input) => {
      return graph.input(input, 'float32', [channels]);
    });
    const attributes = { training_mode: 1, momentum: { float: momentum }, epsilon: { float: vectors.eps } };
    const [y] = graph.ops('BatchNormalization', [x, scale, shift, mean, variance], 3, attributes);
    const [dx, dScale, dShift] = gradients(graph, y!, [x!, scale!, shift!], { seed: seed! });
    Object.entries({ y, dx, dScale, dShift }).forEach(([output, value]) => {
      graph.output(`${output}_`, value!);
    });
    const perChannel = (data: readonly number[]) => ({ dims: [channels], data });
    const outputs = await runner.run(graph, {
      x: { dims: [rows, channels], data: vectors.x.flat() },
      seed: { dims: [rows, channels], data: vectors.grad_out.flat() },
      scale: perChannel(vectors.gamma),
      shift: perChannel(vectors.beta),
      mean: perChannel([5, 5, 5]),
      variance: perChannel([2, 2, 2]),
    });
    assertClose(outputs['y_']!.data as Float32Array, vectors.y.flat(), 1e-5);
    assertClose(outputs['dx_']!.data as Float32Array, vectors.grad_x.flat(), 1e-5);
    assertClose(outputs['dScale_']!.data as Float32Array, vectors.grad_gamma, 1e-5);
    assertClose(outputs['dShift_']!.data as Float32Array, vectors.grad_beta, 1e-5);
  });
}
