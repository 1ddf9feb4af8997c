import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fillImageTensor, imageTensorDims, allocateImageTensor } from '../../../../src/core/images/tensor.ts';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { GraphBuilder } from '../../../../src/core/onnx/graphBuilder.ts';
import { floatTensor } from '../../../../src/core/onnx/tensors.ts';
import { RandomStream } from '../../../../src/core/random.ts';
import {
  classifierEvaluationModel,
  classifierModel,
  type ClassifierShape,
} from '../../../../src/core/training/classifierNetwork.ts';
import { fineTuneProgram, type FineTuneConfig } from '../../../../src/core/training/fineTuneProgram.ts';
import {
  importedEncoder,
  importedName,
  importedValues,
  withTrainedStages,
} from '../../../../src/core/training/imported/importedEncoder.ts';
import { withImportFaults } from '../../../../src/core/training/imported/importFaults.ts';
import { importedImages } from '../../../../src/core/training/imported/importedNetwork.ts';
import { VIEW_NORMALISATION } from '../../../../src/core/training/viewNormalisation.ts';
import { assertClose } from '../../../close.ts';
import { GraphRunner } from '../../../graphRunner.ts';
import { assertSlope, ProgramRunner } from '../programRunner.ts';
import { convNext, inputExample, mobileNet, SIZE, visionTransformer, type ExportedModel } from './exportedModels.ts';
import { furtherModels } from './furtherModels.ts';

const runner = new ProgramRunner();
const graphs = new GraphRunner();
const CLASSES = 3;
const BATCH = 4;

function imported({ id, model, input, output }: ExportedModel) {
  return importedEncoder(model, { id, input, output });
}

function shapeOf(exported: ExportedModel, stages: 'all' | number = 'all'): ClassifierShape {
  return {
    ...{ network: exported.id, size: SIZE, classes: CLASSES, classifier: 'linear', feature: 'representation' },
    imported: withTrainedStages(imported(exported), stages),
  };
}

function programOf(exported: ExportedModel, config: Partial<FineTuneConfig> = {}) {
  const stages = config.trainedStages ?? 'all';
  const program = fineTuneProgram({
    ...shapeOf(exported, stages),
    batchImages: BATCH,
    trainedStages: stages,
    runningStatistics: 'all',
    optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
    ...config,
  });
  const state = program.initialState(1, importedValues(imported(exported)));
  // One of zeros would pass nothing back.
  const random = new RandomStream(4);
  state.set(
    'classifier.weight',
    state.get('classifier.weight')!.map(() => 0.5 * random.normal()),
  );
  return { program, state };
}

function randomNumbers(dims: readonly number[], seed = 9) {
  const random = new RandomStream(seed);
  const count = dims.reduce((product, size) => product * size, 1);
  return { dims, data: Float32Array.from({ length: count }, () => random.normal()) };
}

const feeds = {
  images: randomNumbers([BATCH, 3, SIZE, SIZE]),
  targets: { dims: [BATCH, CLASSES], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0) },
};

const models = [visionTransformer(), convNext(), mobileNet(), ...furtherModels()];

describe('models as exporters write them', () => {
  for (const exported of models) {
    test(`${exported.id}: the gradients of all weights are those of finite differences`, async () => {
      const { program, state } = programOf(exported);
      assert.equal(program.parameters.length, imported(exported).trained.length + 2);
      await assertSlope(await runner.load(program), program, state, feeds);
    });

    test(`${exported.id}: each weight by itself, along its own gradient`, async () => {
      const { program, state } = programOf(exported);
      const loaded = await runner.load(program);
      const { next } = await loaded.step(state, feeds, 1);
      for (const { name } of program.parameters) {
        const gradient = state.get(name)!.map((value, i) => value - next.get(name)![i]!);
        const length = Math.hypot(...gradient);
        assert.ok(length > 1e-5, `${name} has no gradient`);
        const distance = 2e-3;
        const [above, below] = await Promise.all(
          [distance, -distance].map(async (step) => {
            const moved = new Map(state);
            moved.set(
              name,
              state.get(name)!.map((value, i) => value + (step / length) * gradient[i]!),
            );
            return (await loaded.step(moved, feeds, 0)).results['loss']![0]!;
          }),
        );
        const slope = (above! - below!) / (2 * distance);
        assert.ok(Math.abs(slope - length) < 0.02 * length + 2e-4, `${name}: ${slope} is not ${length}`);
      }
    });

    test(`${exported.id}: what is exported gives the vectors of the model that it was made of`, async () => {
      const shape = shapeOf(exported);
      const { state } = programOf(exported);
      const { input, output } = exported;
      const pictures = randomNumbers(imageTensorDims(input, 3));
      const original = await runner.run(exported.model, { [input.name]: pictures });
      const vectors = pooledByHand(original[output.name]!, 3, exported);
      const made = await runner.run(classifierModel(shape, state), { images: pictures });
      assertClose(made['embedding']!, vectors, 1e-5, 'embedding');
      const evaluated = await runner.run(classifierEvaluationModel(shape), { images: pictures }, state);
      assertClose(evaluated['embedding']!, vectors, 1e-5, 'while it trains');
      assertClose(made['logits']!, evaluated['logits']!, 1e-5, 'logits');
    });
  }

  test('an exported encoder can be trained again, under the same names', () => {
    const { state } = programOf(convNext());
    const model = classifierModel(shapeOf(convNext()), state);
    const again = importedEncoder(model, {
      id: 'again',
      input: { ...inputExample, name: 'images' },
      output: { name: 'embedding', pooling: 'none', dim: 6 },
    });
    assert.deepEqual(
      again.trained.map(({ name, role, stage }) => [name, role, stage]),
      imported(convNext()).trained.map(({ name, role, stage }) => [importedName(name), role, stage]),
    );
  });
});

/** Vectors as `poolOutput` takes them from the outputs of the models here. */
function pooledByHand(values: Float32Array, count: number, { output: { pooling, dim } }: ExportedModel): number[] {
  const length = values.length / count;
  return Array.from({ length: count * dim }, (_, i) => {
    const start = Math.floor(i / dim) * length;
    if (pooling !== 'gap') return values[start + (i % dim)]!;
    const places = length / dim;
    const plane = values.subarray(start + (i % dim) * places, start + (i % dim) * places + places);
    return plane.reduce((sum, value) => sum + value, 0) / places;
  });
}

describe('what trains', () => {
  test('weights by the layers that read them; neither preprocessing nor running statistics nor parts of formulas', () => {
    const { trained } = imported(mobileNet());
    assert.deepEqual(
      trained.map(({ name, role, stage }) => `${stage} ${role} ${name}`),
      [
        '1 weight stem.weight',
        '1 normalization stem.bn.weight',
        '1 normalization stem.bn.bias',
        '2 weight block.dw.weight',
        '2 bias block.dw.bias',
        '3 weight block.se.weight',
        '3 bias block.se.bias',
        '4 weight block.pw.weight',
        '4 bias block.pw.bias',
      ],
    );
    const names = imported(visionTransformer()).trained.map(({ name }) => name);
    assert.ok(names.includes('position') && names.includes('block.norm2.weight'));
    assert.ok(!names.includes('cls_token'));
  });

  test('the last stages alone: what lies before them is no part of the state, and stays in the result', async () => {
    const { program, state } = programOf(mobileNet(), { trainedStages: 1 });
    assert.deepEqual(
      program.parameters.map(({ name }) => name),
      ['encoder/block.pw.weight', 'encoder/block.pw.bias', 'classifier.weight', 'classifier.bias'],
    );
    await assertSlope(await runner.load(program), program, state, feeds);
    const head = programOf(mobileNet(), { trainedStages: 0 });
    assert.deepEqual(
      head.program.parameters.map(({ name }) => name),
      ['classifier.weight', 'classifier.bias'],
    );
  });

  test('layers learn more slowly the further they are from the classifier', async () => {
    const { program, state } = programOf(mobileNet(), { stageRate: 0.5 });
    const even = await (await runner.load(programOf(mobileNet()).program)).step(state, feeds, 1);
    const { next } = await (await runner.load(program)).step(state, feeds, 1);
    for (const [name, factor] of [
      ['classifier.weight', 1],
      ['encoder/block.pw.weight', 0.5],
      ['encoder/stem.weight', 0.0625],
    ] as const) {
      const moved = (to: ReadonlyMap<string, Float32Array>) =>
        to.get(name)!.map((value, i) => value - state.get(name)![i]!);
      assertClose(
        moved(next),
        moved(even.next).map((value) => factor * value),
        1e-4,
        name,
      );
    }
  });
});

describe('views for models of others', () => {
  const pixels = Uint8Array.from({ length: 2 * SIZE * SIZE * 3 }, (_, i) => (i * 37) % 256);
  const views = Float32Array.from({ length: pixels.length }, (_, i) => {
    const [picture, rest] = [Math.floor(i / (3 * SIZE * SIZE)), i % (3 * SIZE * SIZE)];
    const [channel, place] = [Math.floor(rest / (SIZE * SIZE)), rest % (SIZE * SIZE)];
    const value = pixels[(picture * SIZE * SIZE + place) * 3 + channel]! / 255;
    return (value - VIEW_NORMALISATION.mean[channel]!) / VIEW_NORMALISATION.std[channel]!;
  });

  for (const [what, changes] of Object.entries({
    'ImageNet statistics': {},
    'from −1 to 1, channels last': { range: [-1, 1], mean: [0, 0, 0], std: [1, 1, 1], layout: 'NHWC' },
    'from 0 to 255 in the order of the channels': { range: [0, 255], mean: [103.5, 116.3, 123.7], std: [57, 57, 58] },
    'blue first': { channelOrder: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] },
  } as const)) {
    test(`are what pictures are for them: ${what}`, async () => {
      const input = { ...inputExample, ...changes };
      const graph = new GraphBuilder('views');
      const value = importedImages(graph, graph.input('images', 'float32', [2, 3, SIZE, SIZE]), input);
      graph.output('seen', value);
      const { seen } = await graphs.run(graph, { images: { dims: [2, 3, SIZE, SIZE], data: views } });
      const expected = allocateImageTensor(input, 2);
      fillImageTensor(pixels, 2, input, 2, expected);
      assert.deepEqual(seen!.dims, imageTensorDims(input, 2));
      assertClose(seen!.data as Float32Array, expected, 1e-3, 'pixels');
    });
  }

  test('are grey where pictures are', async () => {
    const input = { ...inputExample, mean: [0.2], std: [0.5] };
    const graph = new GraphBuilder('views');
    graph.output('seen', importedImages(graph, graph.input('images', 'float32', [1, 3, 1, 1]), input));
    const white = Float32Array.from([0, 1, 2], (i) => (1 - VIEW_NORMALISATION.mean[i]!) / VIEW_NORMALISATION.std[i]!);
    const { seen } = await graphs.run(graph, { images: { dims: [1, 3, 1, 1], data: white } });
    assertClose(seen!.data as Float32Array, [(1 - 0.2) / 0.5], 1e-4, 'white');
  });
});

/** A convolution, what comes after it, and a convolution. */
function withOperator(opType: string, { domain = '' } = {}): ExportedModel {
  const graph = new GraphBuilder('main_graph');
  const images = graph.input('pixel_values', 'float32', ['N', 3, SIZE, SIZE]);
  const weight = (name: string, dims: readonly number[]) =>
    graph.constant({ ...floatTensor(new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.1), dims), name });
  const first = graph.op('Conv', [images, weight('first', [4, 3, 1, 1])]);
  const types = [{ type: 'float32', shape: first.shape }] as const;
  const middle = graph.op(opType, [first], {}, { domain, types });
  const last = graph.op('Conv', [middle, weight('last', [4, 4, 1, 1])]);
  graph.output('features', graph.op('ReduceMean', [last], { axes: [2, 3], keepdims: 0 }), 'float32', ['N', 4]);
  return {
    id: 'unusual',
    model: graph.build(),
    input: inputExample,
    output: { name: 'features', pooling: 'none', dim: 4 },
  };
}

describe('what can’t be trained is refused with a sentence', () => {
  const write = (exported: ExportedModel, stages: 'all' | number) => {
    const shape = shapeOf(exported, stages);
    return withImportFaults(shape, stages === 0 ? 'nothing' : 'classifier', () =>
      programOf(exported, { trainedStages: stages }),
    );
  };

  test('an operator without a rule, which is named; what lies behind it can be trained all the same', () => {
    const exported = withOperator('Hardmax');
    assert.throws(() => write(exported, 'all'), {
      code: ErrorCode.EncoderNotTrainable,
      message:
        "The encoder unusual can't be trained through its operator Hardmax; train fewer of its last stages, or a classifier alone (--stages 0).",
    });
    assert.deepEqual(
      write(exported, 1).program.parameters.map(({ name }) => name),
      ['encoder/last', 'classifier.weight', 'classifier.bias'],
    );
    write(exported, 0);
  });

  test('operators of ONNX Runtime’s own: which export can be trained is said', () => {
    assert.throws(() => write(withOperator('GridSample', { domain: 'com.microsoft' }), 'all'), {
      code: ErrorCode.EncoderNotTrainable,
      message: /operator com\.microsoft\.GridSample; take the export without ONNX Runtime’s optimisations/,
    });
    assert.throws(() => imported(withOperator('ReorderOutput', { domain: 'com.microsoft.nchwc' })), {
      code: ErrorCode.EncoderNotTrainable,
      message: /arranged for one kind of processor \(com\.microsoft\.nchwc\.ReorderOutput\)/,
    });
  });

  test('a batch that is fixed within the model', () => {
    const graph = new GraphBuilder('main_graph');
    const images = graph.input('pixel_values', 'float32', [1, 3, SIZE, SIZE]);
    const flat = graph.op('Reshape', [images, graph.integers([1, 3 * SIZE * SIZE])]);
    const weight = graph.constant({
      ...floatTensor(new Float32Array(3 * SIZE * SIZE * 2), [3 * SIZE * SIZE, 2]),
      name: 'w',
    });
    graph.output('features', graph.op('MatMul', [flat, weight]));
    const output = { name: 'features', pooling: 'none', dim: 2 } as const;
    assert.throws(() => write({ id: 'fixed', model: graph.build(), input: inputExample, output }, 'all'), {
      code: ErrorCode.EncoderNotTrainable,
      message: /^The encoder fixed can't be made a part of a training: .* with a batch of any size/,
    });
  });

  test('quantised models, pictures that are not square, models without weights', () => {
    const exported = withOperator('DynamicQuantizeLinear');
    assert.throws(() => imported(exported), {
      code: ErrorCode.EncoderNotTrainable,
      message: /is quantised \(DynamicQ/,
    });
    const wide = { ...convNext(), input: { ...inputExample, size: [SIZE, 2 * SIZE] as const } };
    assert.throws(() => imported(wide), { code: ErrorCode.EncoderNotTrainable, message: /16 × 32 pixels/ });
    const graph = new GraphBuilder('main_graph');
    const images = graph.input('pixel_values', 'float32', ['N', 3, SIZE, SIZE]);
    graph.output('features', graph.op('GlobalAveragePool', [images]));
    const output = { name: 'features', pooling: 'none', dim: 3 } as const;
    assert.throws(() => imported({ id: 'bare', model: graph.build(), input: inputExample, output }), {
      code: ErrorCode.EncoderNotTrained,
      message: /^The encoder bare has no weights/,
    });
  });
});
