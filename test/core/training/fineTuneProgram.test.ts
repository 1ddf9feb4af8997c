import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifierEvaluationModel, classifierModel } from '../../../src/core/training/classifierNetwork.ts';
import { fineTuneProgram, type FineTuneConfig } from '../../../src/core/training/fineTuneProgram.ts';
import { classTargets } from '../../../src/core/training/losses/classificationLoss.ts';
import { networkParts, partOf } from '../../../src/core/training/networks/networks.ts';
import type { TensorMap } from '../../../src/core/training/parameters.ts';
import { encoderModel, pretrainProgram } from '../../../src/core/training/pretrainProgram.ts';
import { nextName } from '../../../src/core/training/trainingProgram.ts';
import { assertClose } from '../../close.ts';
import { assertSlope, ProgramRunner, trainedValues, twoKinds, type StepOutcome } from './programRunner.ts';

const runner = new ProgramRunner();

const SGD = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const;
const config: FineTuneConfig = {
  network: 'resnet10-light',
  size: 32,
  batchImages: 8,
  classes: 3,
  classifier: 'linear',
  feature: 'projection',
  trainedStages: 'all',
  runningStatistics: 'frozen',
  optimizer: SGD,
};
const labels = [0, 1, 0, 1, 0, -1, 0, 1];
const images = twoKinds(8, 32);
const feeds = { images, targets: { dims: [8, 3], data: classTargets(labels, 3) } };

const names = (tensors: readonly { readonly name: string }[]) => tensors.map(({ name }) => name);

describe('what trains', () => {
  for (const [trainedStages, trained] of [
    ['all', ['stem', 'stage1', 'stage2', 'stage3', 'stage4', 'head', 'classifier']],
    [4, ['stage1', 'stage2', 'stage3', 'stage4', 'head', 'classifier']],
    [2, ['stage3', 'stage4', 'head', 'classifier']],
    [0, ['head', 'classifier']],
  ] as const) {
    test(`with ${trainedStages} stages: ${trained.join(', ')}; the rest is fixed, statistics included`, () => {
      const { state, fixed, model } = fineTuneProgram({ ...config, trainedStages });
      assert.deepEqual(
        [...new Set(state.filter(({ kind }) => kind !== 'moment').map(({ name }) => partOf(name)))],
        trained,
      );
      const stay = networkParts(config.network).filter((part) => !(trained as readonly string[]).includes(part));
      assert.deepEqual(new Set(fixed.map(({ name }) => partOf(name))), new Set(stay));
      const outputs = new Set(model.graph.output.map(({ name }) => name));
      for (const { name } of state) assert.ok(outputs.has(nextName(name)), name);
      for (const { name } of fixed) assert.ok(!outputs.has(nextName(name)), name);
      const fed = new Set([...names(state), ...names(fixed), 'images', 'targets', 'learningRate']);
      assert.deepEqual(new Set(model.graph.input.map(({ name }) => name)), fed);
    });
  }

  test('with running statistics everywhere, no statistic is part of the state', () => {
    const { state, fixed } = fineTuneProgram({ ...config, runningStatistics: 'all' });
    assert.ok(!state.some(({ kind }) => kind === 'statistic'));
    assert.ok(fixed.length > 10 && fixed.every(({ kind }) => kind === 'statistic'));
  });

  test('a classifier on the representation has no projection', () => {
    const { state } = fineTuneProgram({ ...config, feature: 'representation' });
    assert.ok(!state.some(({ name }) => name.includes('head')));
  });

  test('stages that the network doesn’t have are refused', () => {
    for (const trainedStages of [-1, 1.5, 5]) {
      assert.throws(() => fineTuneProgram({ ...config, trainedStages }), {
        code: 'usage',
        message: /choose 0 to 4, or all/,
      });
    }
  });
});

test('a pretrained encoder and the first layer of its head come in by their names', () => {
  const pretraining = pretrainProgram({
    ...config,
    head: { layers: 3, outputs: 16 },
    loss: 'nt-xent',
    temperature: 0.2,
  });
  const pretrained = trainedValues(pretraining, 3);
  for (const trainedStages of ['all', 1] as const) {
    const program = fineTuneProgram({ ...config, trainedStages });
    const state = program.initialState(1, pretrained);
    for (const { name, kind } of [...program.state, ...program.fixed]) {
      if (kind !== 'moment' && partOf(name) !== 'classifier')
        assert.deepEqual(state.get(name), pretrained.get(name), name);
    }
    assert.ok(state.get('classifier.weight')!.every((value) => value === 0));
  }
});

let settling: Promise<TensorMap> | undefined;

/** Values with the running statistics of these pictures: steps at rate 0 change nothing else. */
async function settledValues(): Promise<TensorMap> {
  const program = fineTuneProgram(config);
  const loaded = await runner.load(program);
  let values = trainedValues(program, 2);
  for (let step = 1; step <= 30; step++) values = (await loaded.step(values, feeds, 0)).next;
  return values;
}

/** Takes steps on the same batch, and gives all outcomes. */
async function train(options: Partial<FineTuneConfig>, learningRate: number, steps: number) {
  const program = fineTuneProgram({ ...config, optimizer: { ...SGD, momentum: 0.9 }, ...options });
  const start = program.initialState(2, await (settling ??= settledValues()));
  const loaded = await runner.load(program);
  const outcomes: StepOutcome[] = [];
  for (let step = 1; step <= steps; step++) {
    outcomes.push(await loaded.step(outcomes.at(-1)?.next ?? start, feeds, learningRate, step));
  }
  return { program, start, outcomes, last: outcomes.at(-1)! };
}

describe('steps', () => {
  for (const [what, learningRate, options] of [
    ['of everything', 0.05, {}],
    [
      'of everything, with the cosine classifier on the representation',
      0.05,
      { classifier: 'cosine', feature: 'representation' },
    ],
    ['of the last two stages', 0.05, { trainedStages: 2 }],
    // Nothing keeps activations in bounds when weights move and statistics don't: such training needs a smaller rate.
    ['of everything, with running statistics', 0.005, { runningStatistics: 'all' }],
    [
      'of the head alone, by AdamW',
      0.01,
      {
        trainedStages: 0,
        optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
      },
    ],
    ['of everything, by LARS', 0.05, { optimizer: { kind: 'lars', momentum: 0.9, weightDecay: 1e-4, trust: 0.001 } }],
  ] as readonly (readonly [string, number, Partial<FineTuneConfig>])[]) {
    test(`${what} learn two kinds of pictures and leave frozen values bit by bit`, async () => {
      const { program, start, outcomes, last } = await train(options, learningRate, 12);
      const [first, final] = [outcomes[0]!, last].map(({ results }) => results['loss']![0]!) as [number, number];
      assert.ok(final < first / 2, `the loss went from ${first} to ${final}`);
      assert.deepEqual([...last.results['accuracy']!, ...last.results['labelled']!], [1, 7]);
      for (const { name } of program.fixed) assert.deepEqual(last.next.get(name), start.get(name), name);
      for (const { name } of program.state) assert.notDeepEqual(last.next.get(name), start.get(name), name);
    });
  }

  test('of the head alone see the encoder as it is without training, whatever else is in the batch', async () => {
    const { start, last } = await train({ trainedStages: 0 }, 0.1, 5);
    const encoder = await runner.run(encoderModel(config, start), { images });
    assertClose(last.results['representation']!, encoder['embedding']!, 1e-4);
    // Nothing but the first picture.
    const single = { dims: [1, 3, 32, 32], data: Array.from(images.data).slice(0, 3 * 32 * 32) };
    const alone = await runner.run(encoderModel(config, last.next), { images: single });
    assertClose(last.results['representation']!.subarray(0, 128), alone['embedding']!, 1e-4);
  });
});

describe('learning rates', () => {
  test('shrink by the factor from stage to stage back from the head', async () => {
    const program = fineTuneProgram(config);
    const start = trainedValues(program, 4);
    const [whole, halved] = await Promise.all(
      [config, { ...config, stageRate: 0.5 }].map(async (options) => {
        return (await runner.load(fineTuneProgram(options))).step(start, feeds, 1);
      }),
    );
    const back: Record<string, number> = {
      classifier: 0,
      head: 0,
      stage4: 1,
      stage3: 2,
      stage2: 3,
      stage1: 4,
      stem: 5,
    };
    const moved = ({ next }: StepOutcome, name: string) =>
      next.get(name)!.map((value, i) => value - start.get(name)![i]!);
    for (const { name } of program.parameters) {
      const [full, part] = [moved(whole!, name), moved(halved!, name)];
      const largest = full.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largest > 1e-4, `${name} moves by ${largest}`);
      const factor = 0.5 ** back[partOf(name)]!;
      // Positions near 1 are known up to 6e-8.
      full.forEach((value, i) => {
        assert.ok(Math.abs(part[i]! - factor * value) < 1e-5 * factor * largest + 2e-7, `${name}[${i}]`);
      });
    }
  });

  test('are the whole rate where nothing is said: the graph is the same', () => {
    assert.deepEqual(fineTuneProgram({ ...config, stageRate: 1 }).model, fineTuneProgram(config).model);
  });
});

describe('gradients are those of finite differences', () => {
  for (const [what, options] of [
    ['with the projection', { labelSmoothing: 0.1, classWeights: [1, 2, 1] }],
    ['with frozen stages', { trainedStages: 2, classifier: 'cosine' }],
    ['with running statistics', { runningStatistics: 'all', feature: 'representation' }],
  ] as readonly (readonly [string, Partial<FineTuneConfig>])[]) {
    test(what, async () => {
      const program = fineTuneProgram({ ...config, ...options });
      await assertSlope(await runner.load(program), program, trainedValues(program, 5), feeds);
    });
  }
});

describe('the exported classifier', () => {
  for (const feature of ['representation', 'projection'] as const) {
    for (const classifier of ['linear', 'cosine'] as const) {
      test(`with a ${classifier} head on the ${feature} gives what training evaluates, calibrated`, async () => {
        const shape = { ...config, feature, classifier };
        const values = trainedValues(fineTuneProgram(shape), 6);
        const exported = classifierModel(shape, values, 2.5);
        assert.equal(exported.graph.name, config.network);
        assert.deepEqual(
          exported.graph.input.map(({ name }) => name),
          ['images'],
        );
        const { embedding, logits, probabilities } = await runner.run(exported, { images });
        const evaluated = await runner.run(classifierEvaluationModel(shape), { images }, values);
        const encoder = await runner.run(encoderModel(shape, values), { images });
        assertClose(embedding!, encoder['embedding']!, 1e-5);
        assertClose(evaluated['embedding']!, encoder['embedding']!, 1e-5);
        assertClose(
          logits!,
          evaluated['logits']!.map((logit) => logit / 2.5),
          1e-5,
        );
        if (feature === 'representation') assertClose(evaluated['feature']!, embedding!, 1e-5);
        else assert.equal(evaluated['feature']!.length, 8 * 128);
        for (let row = 0; row < 8; row++) {
          const weights = [...logits!.subarray(3 * row, 3 * row + 3)].map(Math.exp);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const expected = weights.map((weight) => weight / total);
          assertClose(probabilities!.subarray(3 * row, 3 * row + 3), expected, 1e-5);
        }
      });
    }
  }
});
