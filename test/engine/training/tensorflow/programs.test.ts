import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { RandomStream } from '../../../../src/core/random.ts';
import { autoencoderProgram } from '../../../../src/core/training/autoencoderProgram.ts';
import { distillProgram, type Lesson } from '../../../../src/core/training/distillProgram.ts';
import { imageTextHeadsProgram } from '../../../../src/core/training/imageTextHeads.ts';
import { fineTuneProgram } from '../../../../src/core/training/fineTuneProgram.ts';
import { classTargets } from '../../../../src/core/training/losses/classificationLoss.ts';
import { textMatches } from '../../../../src/core/training/losses/imageTextLoss.ts';
import { importedEncoder, importedValues } from '../../../../src/core/training/imported/importedEncoder.ts';
import type { TensorMap } from '../../../../src/core/training/parameters.ts';
import type { TrainingProgram } from '../../../../src/core/training/trainingProgram.ts';
import type { TensorValue } from '../../../../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../../../../src/engine/encoders/onnxRuntime.ts';
import { OnnxTrainingSession } from '../../../../src/engine/training/onnxTrainingSession.ts';
import { TensorFlowSession } from '../../../../src/engine/training/tensorflow/tensorFlowSession.ts';
import {
  convNext,
  mobileNet,
  visionTransformer,
  type ExportedModel,
} from '../../../core/training/imported/exportedModels.ts';
import { furtherModels } from '../../../core/training/imported/furtherModels.ts';
import { cpuTensorFlow } from './cpuTensorFlow.ts';

const tf = cpuTensorFlow();
const worker = new OnnxWorker();
after(() => worker.dispose());

const IMAGES = 4;
// Plain JavaScript computes the other side.
const SIZE = 8;
const CLASSES = 3;
const TEACHER_DIM = 6;
const OTHERS = 5;
const common = {
  network: 'resnet10-light',
  size: SIZE,
  batchImages: IMAGES,
  optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4 },
  clipNorm: 1,
} as const;
const random = new RandomStream(17);
const drawn = (stream: RandomStream, ...dims: number[]): TensorValue => {
  const length = dims.reduce((product, size) => product * size, 1);
  return { type: 'float32', dims, data: Float32Array.from({ length }, () => stream.normal()) };
};
const tensor = (...dims: number[]): TensorValue => drawn(random, ...dims);
const images = tensor(IMAGES, 3, SIZE, SIZE);
const targets: TensorValue = {
  type: 'float32',
  dims: [IMAGES, CLASSES],
  data: classTargets([0, 2, -1, 1], CLASSES),
};
const classifier = { kind: 'linear', classes: CLASSES } as const;

const lessons: Readonly<Record<string, Lesson>> = {
  classes: { kind: 'classes', temperature: 2, opinion: 'logits' },
  similarities: {
    kind: 'similarities',
    others: OTHERS,
    teacherDim: TEACHER_DIM,
    adaptor: true,
    teacherTemperature: 0.1,
    studentTemperature: 0.2,
  },
  embeddings: { kind: 'embeddings', teacherDim: TEACHER_DIM, adaptor: true },
};

const programs: readonly (readonly [string, TrainingProgram, Readonly<Record<string, TensorValue>>])[] = [
  [
    'fine-tuning of the last stages, with a kept projection and rates by stage',
    fineTuneProgram({
      ...common,
      classes: CLASSES,
      classifier: 'linear',
      feature: 'projection',
      trainedStages: 2,
      runningStatistics: 'frozen',
      stageRate: 0.5,
      labelSmoothing: 0.1,
    }),
    { images, targets },
  ],
  ...Object.entries(lessons).map(([name, lesson]) => {
    const isOfClasses = lesson.kind === 'classes';
    const program = distillProgram({
      ...common,
      lesson,
      ...(isOfClasses && { classifier, labels: { alpha: 0.6 } }),
    });
    const feeds = {
      images,
      teacher: tensor(IMAGES, isOfClasses ? CLASSES : TEACHER_DIM),
      ...(isOfClasses && { targets }),
      ...(lesson.kind === 'similarities' && { others: tensor(OTHERS, TEACHER_DIM) }),
    };
    return [`distillation of ${name}`, program, feeds] as const;
  }),
  [
    'an autoencoder',
    autoencoderProgram({ ...common, normalisation: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] } }),
    { images },
  ],
  [
    'heads over an image tower and a text tower',
    imageTextHeadsProgram(
      { image: 7, text: TEACHER_DIM, outputs: 5 },
      { batch: IMAGES, optimizer: common.optimizer, clipNorm: 1 },
    ),
    {
      images: tensor(IMAGES, 7),
      texts: tensor(IMAGES, TEACHER_DIM),
      matches: { type: 'float32', dims: [IMAGES, IMAGES], data: textMatches([0, 1, 0, 2]) },
    },
  ],
];

/** Fine-tuning of a model as others export one, all of it. */
function importedProgram(exported: ExportedModel): TrainingProgram {
  return fineTuneProgram({
    ...common,
    network: exported.id,
    size: exported.input.size[0],
    imported: importedEncoder(exported.model, exported),
    classes: CLASSES,
    classifier: 'linear',
    feature: 'representation',
    trainedStages: 'all',
    runningStatistics: 'all',
  });
}

const cases = [
  ...programs.map(([name, program, feeds]) => ({ name, program, feeds, start: new Map() as TensorMap })),
  ...[visionTransformer(), convNext(), mobileNet(), ...furtherModels()].map((exported) => ({
    name: `fine-tuning of an exported ${exported.id}`,
    program: importedProgram(exported),
    feeds: { images: drawn(new RandomStream(19), IMAGES, 3, ...exported.input.size), targets },
    start: importedValues(importedEncoder(exported.model, exported)),
  })),
];

describe('a whole step with the gradients of TensorFlow.js is ours on ONNX Runtime', () => {
  for (const { name, program, feeds, start } of cases) {
    test(name, async () => {
      const state = program.initialState(5, start);
      // At the beginning whole layers have no gradient.
      for (const { name: key, kind } of [...program.state, ...program.fixed]) {
        const values = state.get(key)!;
        if (kind !== 'parameter') continue;
        values.forEach((value, i) => (values[i] = value + 0.05 * random.normal()));
      }
      const copies = () =>
        Object.fromEntries(Object.entries(feeds).map(([key, value]) => [key, { ...value, data: value.data.slice() }]));
      const ours = await OnnxTrainingSession.open(worker, program, state, 1);
      const theirs = new TensorFlowSession(tf, program, state);
      try {
        const [expected, actual] = await Promise.all(
          [theirs, ours].map((session) => session.step(1, 0.05, copies(), ['loss', 'gradientNorm'])),
        );
        for (const result of ['loss', 'gradientNorm']) {
          assertNear(actual!.results[result]!, expected!.results[result]!, 2e-4, result);
        }
        const [next, wanted] = await Promise.all([ours.state(), theirs.state()]);
        assert.deepEqual([...next.keys()], [...wanted.keys()]);
        for (const [key, values] of wanted) assertNear(next.get(key)!, values, 1e-3, key);
      } finally {
        await Promise.all([ours.dispose(), theirs.dispose()]);
      }
    });
  }
});

/** Equal but for a share of the largest number. */
function assertNear(actual: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= tolerance * scale, `${what}[${i}]: ${value} and ${expected[i]}`);
  });
}
