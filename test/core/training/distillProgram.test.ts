import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import { classifierModel } from '../../../src/core/training/classifierNetwork.ts';
import { distillProgram, type DistillConfig, type Lesson } from '../../../src/core/training/distillProgram.ts';
import { classTargets } from '../../../src/core/training/losses/classificationLoss.ts';
import { encoderModel } from '../../../src/core/training/pretrainProgram.ts';
import { assertClose } from '../../close.ts';
import type { Numbers } from '../../graphRunner.ts';
import { assertSlope, ProgramRunner, trainedValues, twoKinds } from './programRunner.ts';

const runner = new ProgramRunner();

const config: Omit<DistillConfig, 'lesson'> = {
  network: 'resnet10-light',
  size: 32,
  batchImages: 8,
  optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
};
const images = twoKinds(8, 32);

/** Embeddings of a teacher that tells the two kinds apart, and others between them. */
function teacherRows(count: number, dim: number, seed: number): Numbers {
  const random = new RandomStream(seed);
  const data = Array.from({ length: count * dim }, (_, i) => {
    const kind = Math.floor(i / dim) % 2 === 0 ? 1 : -1;
    return ((i % dim) % 2 === 0 ? kind : 0.5) + 0.3 * random.normal();
  });
  return { dims: [count, dim], data };
}

const opinion = {
  dims: [8, 3],
  data: Array.from({ length: 8 }, (_, row) => (row % 2 === 0 ? [3, -1, 0] : [-1, 2, 1])).flat(),
};
const targets = { dims: [8, 3], data: classTargets([0, 1, -1, -1, -1, -1, 0, 1], 3) };
const classes: Lesson = { kind: 'classes', temperature: 2, opinion: 'logits' };
const similarities = (teacherDim: number): Lesson => {
  return { kind: 'similarities', teacherDim, others: 12, teacherTemperature: 0.1, studentTemperature: 0.2 };
};
const classifier = { kind: 'linear', classes: 3 } as const;
const labels = { alpha: 0.6, labelSmoothing: 0.1 };

const lessons: readonly (readonly [
  what: string,
  Pick<DistillConfig, 'lesson' | 'classifier' | 'labels'>,
  Record<string, Numbers>,
])[] = [
  ['classes', { lesson: classes, classifier }, { teacher: opinion }],
  ['classes and labels', { lesson: classes, classifier, labels }, { teacher: opinion, targets }],
  ['similarities', { lesson: similarities(128) }, { teacher: teacherRows(8, 128, 1), others: teacherRows(12, 128, 2) }],
  [
    'similarities of another length',
    { lesson: similarities(20) },
    { teacher: teacherRows(8, 20, 1), others: teacherRows(12, 20, 2) },
  ],
  [
    'embeddings and labels',
    { lesson: { kind: 'embeddings', teacherDim: 20 }, classifier: { kind: 'cosine', classes: 3 }, labels },
    { teacher: teacherRows(8, 20, 1), targets },
  ],
  [
    'embeddings of the same length, through an adaptor',
    { lesson: { kind: 'embeddings', teacherDim: 128, adaptor: true } },
    { teacher: teacherRows(8, 128, 1) },
  ],
];

describe('a student learns from a teacher’s', () => {
  for (const [what, lesson, given] of lessons) {
    test(`${what}, with the gradients of finite differences`, async () => {
      const program = distillProgram({ ...config, ...lesson });
      const loaded = await runner.load(program);
      const feeds = { images, ...given };
      const state = trainedValues(program, 1);
      await assertSlope(loaded, program, state, feeds);

      const momentum = distillProgram({
        ...config,
        ...lesson,
        optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
      });
      const training = await runner.load(momentum);
      let current = momentum.initialState(3, state);
      const losses: number[] = [];
      for (let step = 1; step <= 12; step++) {
        const { results, next } = await training.step(current, feeds, 0.05, step);
        losses.push(results['distillation']![0]!);
        if (lesson.labels) {
          const { alpha } = lesson.labels;
          const both = (1 - alpha) * results['classification']![0]! + alpha * results['distillation']![0]!;
          assertClose(results['loss']!, [both], 1e-5);
          assert.equal(results['labelled']![0], 4);
        } else {
          assert.deepEqual(results['loss'], results['distillation']);
        }
        if (lesson.lesson.kind === 'classes' && step === 12) assert.equal(results['agreement']![0], 1);
        current = next;
      }
      assert.ok(losses.at(-1)! < 0.9 * losses[0]!, losses.join());

      // The student is an encoder like others.
      const { embedding } = await runner.run(encoderModel(config, current), { images });
      assert.equal(embedding!.length, 8 * 128);
      if (lesson.classifier) {
        const { kind, classes: count } = lesson.classifier;
        const shape = { ...config, classifier: kind, classes: count, feature: 'representation' } as const;
        const { probabilities } = await runner.run(classifierModel(shape, current), { images });
        assert.equal(probabilities!.length, 8 * 3);
      }
    });
  }
});

test('an adaptor is there where the lengths differ, or where it is asked for', () => {
  const parameters = (lesson: Lesson) => distillProgram({ ...config, lesson }).parameters.map(({ name }) => name);
  const has = (lesson: Lesson) => parameters(lesson).includes('adaptor.weight');
  assert.ok(has({ kind: 'embeddings', teacherDim: 64 }));
  assert.ok(!has({ kind: 'embeddings', teacherDim: 128 }));
  assert.ok(has({ kind: 'embeddings', teacherDim: 128, adaptor: true }));
  assert.ok(!has(similarities(128)));
});

test('classes and labels need a classifier', () => {
  assert.throws(() => distillProgram({ ...config, lesson: classes }), { code: 'usage', message: /needs a classifier/ });
  const lesson = { kind: 'embeddings', teacherDim: 8 } as const;
  assert.throws(() => distillProgram({ ...config, lesson, labels }), { code: 'usage', message: /needs a classifier/ });
});
