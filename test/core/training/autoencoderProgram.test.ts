import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import {
  autoencoderEvaluationModel,
  autoencoderModel,
  autoencoderProgram,
  decoderModel,
} from '../../../src/core/training/autoencoderProgram.ts';
import { decoder } from '../../../src/core/training/decoder.ts';
import { NETWORKS } from '../../../src/core/training/networks/networks.ts';
import { initialParameters, initialStatistics } from '../../../src/core/training/parameters.ts';
import { encoderModel } from '../../../src/core/training/pretrainProgram.ts';
import { TrainingScope } from '../../../src/core/training/scope.ts';
import { assertClose } from '../../close.ts';
import type { TrainingProgram } from '../../../src/core/training/trainingProgram.ts';
import { assertSlope, ProgramRunner, trainedValues, twoKinds, type Feeds } from './programRunner.ts';

const runner = new ProgramRunner();

const config = {
  network: 'resnet10-light',
  size: 32,
  batchImages: 4,
  optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
} as const;
const images = twoKinds(4, 32);
const feeds = { images, targets: images };

describe('the decoder', () => {
  for (const { id, dim } of NETWORKS.values()) {
    for (const size of [32, 40, 64, 72, 128]) {
      test(`of ${id} gives pictures of ${size} px`, () => {
        const scope = new TrainingScope(new GraphBuilder('decoder'));
        const representation = scope.graph.input('representation', 'float32', [2, dim]);
        const shape = { network: id, size };
        assert.deepEqual(decoder(scope, representation, shape).shape, [2, 3, size, size]);
        assert.ok(scope.parameters.every(({ spec }) => spec.name.startsWith('decoder.')));
      });
    }
  }

  test('mirrors the encoder: its maps are as wide and as large', () => {
    const scope = new TrainingScope(new GraphBuilder('decoder'));
    decoder(scope, scope.graph.input('h', 'float32', [2, 256]), { network: 'resnet10', size: 64 });
    const maps = scope.graph.nodes
      .filter(({ opType }) => opType === 'BatchNormalization')
      .map(({ outputs }) => outputs[0]!.shape);
    assert.deepEqual(maps, [
      [2, 256, 4, 4],
      [2, 128, 8, 8],
      [2, 64, 16, 16],
      [2, 32, 32, 32],
      [2, 16, 64, 64],
    ]);
  });

  test('repeats pixels, and cuts off what an odd size has too many of', async () => {
    // 40 px: 40 → 20 → 10 → 5 → 3. With every convolution passing its map's middle on, a picture is the small map enlarged.
    const shape = { network: 'resnet10-light', size: 40 } as const;
    const scope = new TrainingScope(new GraphBuilder('decoder'));
    decoder(scope, scope.graph.input('h', 'float32', [1, 128]), shape);
    const values = new Map([
      ...initialParameters(
        scope.parameters.map(({ spec }) => spec),
        0,
      ),
      ...initialStatistics(scope.statisticSpecs),
    ]);
    for (const [name, given] of values) if (/(linear|convolution|colours)\.weight$/.test(name)) given.fill(0);
    // Channel 0 alone: the small map's pixel p is h_p.
    for (let pixel = 0; pixel < 9; pixel++) values.get('decoder.linear.weight')![pixel * 128 + pixel] = 1;
    for (const [name, given] of values) if (/(convolution|colours)\.weight$/.test(name)) given[4] = 1;

    const h = new Float32Array(128).map((_, i) => (i < 9 ? (i + 1) / 10 : 0));
    const { reconstruction } = await runner.run(decoderModel(shape, values), {
      embedding: { dims: [1, 128], data: h },
    });
    // 3 → 6, cut to 5 → 10 → 20 → 40: the pixel of 40 comes from row ⌊row / 8⌋ of 5, and from the half of that of 3.
    const from = (at: number) => Math.floor(Math.floor(at / 8) / 2);
    const scale = (1 + 1e-5) ** -2.5;
    const expected = Array.from({ length: 1600 }, (_, i) => {
      const value = h[3 * from(Math.floor(i / 40)) + from(i % 40)]! * scale;
      return 1 / (1 + Math.exp(-value));
    });
    assertClose(reconstruction!.subarray(0, 1600), expected, 1e-5);
    assert.ok(reconstruction!.subarray(1600).every((value) => value === 0.5));
  });
});

test('gradients of encoder and decoder are those of finite differences', async () => {
  const program = autoencoderProgram(config);
  await assertSlope(await runner.load(program), program, trainedValues(program, 1), feeds);
});

test('steps make reconstructions better than the mean picture', async () => {
  const program = autoencoderProgram({
    ...config,
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  });
  const loaded = await runner.load(program);
  let state = program.initialState(1);
  const losses: number[] = [];
  for (let step = 1; step <= 40; step++) {
    const { results, next } = await loaded.step(state, feeds, 0.003, step);
    losses.push(results['loss']![0]!);
    assert.ok(results['reconstruction']!.every((value) => value >= 0 && value <= 1));
    state = next;
  }
  // The two kinds differ by 0.2 from their mean, and their noise is 0.1.
  assert.ok(losses[0]! > 0.04, String(losses[0]));
  assert.ok(losses.at(-1)! < 0.02, losses.join());
});

test('a denoising autoencoder is measured by other pixels than it sees', async () => {
  const program = autoencoderProgram(config);
  const loaded = await runner.load(program);
  const state = trainedValues(program, 2);
  const clean = twoKinds(4, 32, 9);
  const { results } = await loaded.step(state, { images, targets: clean }, 0.1);
  const errors = results['reconstruction']!.map((value, i) => (value - clean.data[i]!) ** 2);
  assertClose(results['loss']!, [errors.reduce((sum, error) => sum + error, 0) / errors.length], 1e-4);
});

for (const size of [32, 40]) {
  test(`encoder and decoder in one model are encoder and decoder one after the other, at ${size} px`, async () => {
    const shape = { network: config.network, size };
    const values = trainedValues(autoencoderProgram({ ...config, ...shape }), 3);
    const pictures = twoKinds(3, size);
    const both = await runner.run(autoencoderModel(shape, values), { images: pictures });
    const { embedding } = await runner.run(encoderModel(shape, values), { images: pictures });
    const feed = { dims: [3, 128], data: embedding! };
    const { reconstruction } = await runner.run(decoderModel(shape, values), { embedding: feed });
    assertClose(both['embedding']!, embedding!, 1e-5);
    assertClose(both['reconstruction']!, reconstruction!, 1e-5);
    const evaluated = await runner.run(autoencoderEvaluationModel(shape), { images: pictures }, values);
    assertClose(evaluated['reconstruction']!, reconstruction!, 1e-5);
  });
}

test('the images themselves are the targets where their normalisation is known', async () => {
  const normalisation = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] } as const;
  const pixels = images.data;
  const plane = 32 * 32;
  const normalised = Float32Array.from(pixels, (value, i) => {
    const channel = Math.floor(i / plane) % 3;
    return (value - normalisation.mean[channel]!) / normalisation.std[channel]!;
  });
  const input = { ...images, data: normalised };
  const lossOf = async (program: TrainingProgram, given: Feeds) => {
    const { results } = await (await runner.load(program)).step(trainedValues(program, 2), given, 0.1);
    return results['loss']!;
  };
  const own = await lossOf(autoencoderProgram({ ...config, normalisation }), { images: input });
  const fed = await lossOf(autoencoderProgram(config), { images: input, targets: images });
  assertClose(own, fed, 1e-6);
});
