import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { batchNormalization, convolution, placeMeans } from '../../../src/core/training/layers.ts';
import { ExportScope, TrainingScope } from '../../../src/core/training/scope.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../shared.ts';

const runner = new GraphRunner();

function randomValues(count: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

describe('a convolution of very small pictures is a product', () => {
  for (const { size, stride, kernel } of [
    { size: 2, stride: 1, kernel: 3 },
    { size: 4, stride: 2, kernel: 3 },
    { size: 3, stride: 2, kernel: 1 },
    { size: 1, stride: 1, kernel: 3 },
  ]) {
    test(`${size} × ${size}, stride ${stride}, kernel ${kernel}: the same values and gradients`, async () => {
      const [batch, channels, filters] = [3, 64, 4];
      const graph = new GraphBuilder('convolution');
      const scope = new TrainingScope(graph);
      const images = graph.input('images', 'float32', [batch, channels, size, size]);
      const ours = convolution(scope, images, 'ours', { filters, kernel, stride });
      assert.ok(!graph.nodes.some(({ opType }) => opType === 'Conv'));
      const weight = scope.parameters[0]!.value;
      const padding = (kernel - 1) / 2;
      const attributes = { strides: [stride, stride], pads: [padding, padding, padding, padding] };
      const plain = graph.op('Conv', [images, weight], attributes);
      assert.deepEqual(ours.shape, plain.shape);
      for (const [name, value] of Object.entries({ ours, plain })) {
        graph.output(`${name}/value`, value);
        const loss = graph.op('ReduceSum', [graph.op('Mul', [value, value])], { keepdims: 0 });
        gradients(graph, loss, [images, weight]).forEach((gradient, i) => {
          graph.output(`${name}/gradient${i}`, gradient);
        });
      }
      const outputs = await runner.run(graph, {
        images: { dims: images.shape as number[], data: randomValues(batch * channels * size * size, 1) },
        'ours.weight': { dims: weight.shape as number[], data: randomValues(filters * channels * kernel * kernel, 2) },
      });
      for (const part of ['value', 'gradient0', 'gradient1']) {
        const [a, b] = ['ours', 'plain'].map((name) => outputs[`${name}/${part}`]!.data as Float32Array);
        assertClose(a!, b!, 1e-5, part);
      }
    });
  }
});

describe('means over places', () => {
  for (const [height, width] of [
    [4, 4],
    [8, 6],
    [7, 5],
    [2, 3],
  ] as const) {
    test(`${height} × ${width} positions in 4 × 4 places`, async () => {
      const graph = new GraphBuilder('places');
      const images = graph.input('images', 'float32', [2, 3, height, width]);
      const places = placeMeans(graph, images, 4);
      assert.deepEqual(places.shape, [2, 3, 16]);
      graph.output('places', places);
      const data = randomValues(2 * 3 * height * width, 3);
      const outputs = await runner.run(graph, { images: { dims: [2, 3, height, width], data } });
      const expected: number[] = [];
      for (let plane = 0; plane < 6; plane++) {
        for (let place = 0; place < 16; place++) {
          const [row, column] = [Math.floor(place / 4), place % 4];
          let [sum, count] = [0, 0];
          for (let y = Math.floor((row * height) / 4); y < Math.ceil(((row + 1) * height) / 4); y++) {
            for (let x = Math.floor((column * width) / 4); x < Math.ceil(((column + 1) * width) / 4); x++) {
              sum += data[(plane * height + y) * width + x]!;
              count++;
            }
          }
          expected.push(sum / count);
        }
      }
      assertClose(outputs['places']!.data as Float32Array, Float32Array.from(expected), 1e-5);
    });
  }
});

describe('batch normalisation', () => {
  test('updates its running statistics as the reference does', { skip: unlessVectors }, async () => {
    const vectors = testVectors('batch_norm_train') as Record<
      string,
      readonly number[] & readonly (readonly number[])[]
    >;
    const x = vectors['x']!;
    const graph = new GraphBuilder('normalisation');
    const scope = new TrainingScope(graph);
    const input = graph.input('x', 'float32', [x.length, 3]);
    graph.output('y', batchNormalization(scope, input, 'bn'));
    for (const { spec, next } of scope.statisticUpdates) graph.output(`next/${spec.name}`, next);
    const outputs = await runner.run(graph, {
      x: { dims: [x.length, 3], data: x.flat() },
      'bn.scale': { dims: [3], data: vectors['gamma']! },
      'bn.shift': { dims: [3], data: vectors['beta']! },
      'bn.runningMean': { dims: [3], data: [0, 0, 0] },
      'bn.runningVariance': { dims: [3], data: [1, 1, 1] },
    });
    const expect = (name: string, expected: readonly number[]) => {
      assertClose(outputs[name]!.data as Float32Array, expected, 1e-5, name);
    };
    expect('y', vectors['y']!.flat());
    expect('next/bn.runningMean', vectors['running_mean_from_0_torch_m0.1']!);
    expect('next/bn.runningVariance', vectors['running_var_from_1_torch_unbiased']!);
  });

  test('exported, it normalises with the running statistics', async () => {
    const graph = new GraphBuilder('exported');
    const values = new Map(
      Object.entries({ scale: [2], shift: [1], runningMean: [3], runningVariance: [4 - 1e-5] }).map(([part, data]) => {
        return [`bn.${part}`, Float32Array.from(data)] as const;
      }),
    );
    const input = graph.input('x', 'float32', ['N', 1]);
    graph.output('y', batchNormalization(new ExportScope(graph, values), input, 'bn'));
    const { y } = await runner.run(graph, { x: { dims: [2, 1], data: [3, 5] } });
    assertClose(y!.data as Float32Array, [1, 3], 1e-5);
  });

  test('parameters that are missing at export are named', () => {
    const scope = new ExportScope(new GraphBuilder('exported'), new Map());
    const input = scope.graph.input('x', 'float32', ['N', 1]);
    assert.throws(() => batchNormalization(scope, input, 'bn'), /"bn\.scale".*missing/);
  });
});
