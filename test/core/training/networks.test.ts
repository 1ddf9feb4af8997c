import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { encoderNetwork, NETWORKS, networkDefinition } from '../../../src/core/training/networks/networks.ts';
import { initialParameters, initialStatistics, sizeOf } from '../../../src/core/training/parameters.ts';
import { encoderModel, evaluationModel, pretrainProgram } from '../../../src/core/training/pretrainProgram.ts';
import { TrainingScope } from '../../../src/core/training/scope.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

describe('networks', () => {
  for (const { id, dim } of NETWORKS.values()) {
    for (const size of [32, 40, 64, 128]) {
      test(`${id} gives ${dim} numbers for pictures of ${size} px`, () => {
        const scope = new TrainingScope(new GraphBuilder('network'));
        const images = scope.graph.input('images', 'float32', [2, 3, size, size]);
        assert.deepEqual(encoderNetwork(scope, images, id).shape, [2, dim]);
      });
    }
  }

  test('ResNet-10 has the weights of its definition, whatever the size', () => {
    for (const size of [32, 64]) {
      const scope = new TrainingScope(new GraphBuilder('network'));
      encoderNetwork(scope, scope.graph.input('images', 'float32', [2, 3, size, size]), 'resnet10');
      const weights = scope.parameters.filter(({ spec }) => spec.role === 'weight');
      // 3·32·9, then per stage two convolutions, and a shortcut where the width changes.
      const widths = [32, 32, 64, 128, 256];
      let expected = 3 * 32 * 9;
      for (let stage = 1; stage < 5; stage++) {
        const [before, after] = [widths[stage - 1]!, widths[stage]!];
        expected += 9 * before * after + 9 * after * after + (before === after ? 0 : before * after);
      }
      assert.equal(
        weights.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0),
        expected,
      );
    }
  });

  test('small pictures keep their resolution in the first convolution', () => {
    const firstSize = (size: number) => {
      const scope = new TrainingScope(new GraphBuilder('network'));
      encoderNetwork(scope, scope.graph.input('images', 'float32', [2, 3, size, size]), 'resnet10');
      return scope.graph.nodes.find(({ name }) => name === 'stem.convolution')!.outputs[0]!.shape![2];
    };
    assert.equal(firstSize(32), 32);
    assert.equal(firstSize(64), 32);
  });

  test('a centred network gives vectors whose mean is zero, others vectors without negative numbers', async () => {
    const meanOf = async (network: string) => {
      const graph = new GraphBuilder(network);
      const scope = new TrainingScope(graph, 'batch');
      const images = graph.input('images', 'float32', [8, 3, 32, 32]);
      const representation = encoderNetwork(scope, images, network);
      graph.output('h', representation, 'float32', representation.shape);
      const values = new Map([
        ...initialParameters(
          scope.parameters.map(({ spec }) => spec),
          5,
        ),
        ...initialStatistics(scope.statisticSpecs),
      ]);
      const specs = [...scope.parameters.map(({ spec }) => spec), ...scope.statisticSpecs];
      const feeds = specs.map(({ name, shape }) => [name, { dims: shape, data: values.get(name)! }] as const);
      const random = new RandomStream(1);
      const data = Float32Array.from({ length: 8 * 3 * 32 * 32 }, () => random.uniform() - 0.5);
      const outputs = await runner.run(graph, {
        images: { dims: [8, 3, 32, 32], data },
        ...Object.fromEntries(feeds),
      });
      const rows = outputs['h']!.data as Float32Array;
      const { dim } = networkDefinition(network);
      const means = Array.from({ length: dim }, (_, column) => {
        return Array.from({ length: 8 }, (_, row) => rows[row * dim + column]!).reduce((a, b) => a + b) / 8;
      });
      return { largestMean: Math.max(...means.map(Math.abs)), least: Math.min(...rows) };
    };
    const centred = await meanOf('resnet14-fast');
    assert.ok(centred.largestMean < 1e-5 && centred.least < -0.5, JSON.stringify(centred));
    const usual = await meanOf('resnet10');
    assert.ok(usual.least >= 0 && usual.largestMean > 0.01, JSON.stringify(usual));
  });

  test('unknown networks are refused with those there are', () => {
    assert.throws(() => networkDefinition('vgg'), /no network "vgg"; choose one of resnet10, /);
  });
});

describe('first values', () => {
  const scope = new TrainingScope(new GraphBuilder('network'));
  encoderNetwork(scope, scope.graph.input('images', 'float32', [2, 3, 64, 64]), 'resnet10');
  const specs = scope.parameters.map(({ spec }) => spec);

  test('follow the seed and the name alone', () => {
    const all = initialParameters(specs, 3);
    const last = specs.at(-3)!;
    assert.deepEqual(initialParameters([last], 3).get(last.name), all.get(last.name));
    assert.notDeepEqual(initialParameters(specs, 4).get('stem.convolution.weight'), all.get('stem.convolution.weight'));
  });

  test('have the spread of their initialiser', () => {
    const values = initialParameters(specs, 3).get('stage4.block1.convolution2.weight')!;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const expected = 2 / (256 * 9);
    // Of 589,824 normal numbers: the standard error is 0.2 %.
    assert.ok(Math.abs(variance / expected - 1) < 0.01);
  });

  test('let residual blocks start as identities', () => {
    const values = initialParameters(specs, 3);
    assert.ok(values.get('stage1.block1.normalization2.scale')!.every((value) => value === 0));
    assert.ok(values.get('stage1.block1.normalization1.scale')!.every((value) => value === 1));
  });
});

test('training, evaluation and export agree on the encoder’s parameters', () => {
  const config = { network: 'resnet10-light', size: 32 } as const;
  const program = pretrainProgram({
    ...config,
    batchImages: 4,
    head: { layers: 2, outputs: 16 },
    loss: 'nt-xent',
    temperature: 0.2,
    optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
  });
  const state = program.initialState(1);
  const wanted = evaluationModel(config).graph.input.map(({ name }) => name);
  for (const name of wanted.filter((name) => name !== 'images')) assert.ok(state.has(name), name);
  const exported = encoderModel(config, state);
  assert.deepEqual(
    exported.graph.input.map(({ name }) => name),
    ['images'],
  );
  assert.ok(program.activationBytes > 8 * 16 * 32 * 32 * 4 * 4);
  const statistics = program.state.filter(({ kind }) => kind === 'statistic');
  assert.ok(statistics.length > 10);
  assert.deepEqual(initialStatistics([{ name: 'a', shape: [2], initial: 1 }]), new Map([['a', Float32Array.of(1, 1)]]));
});
