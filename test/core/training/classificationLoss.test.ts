import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import {
  balancedClassWeights,
  classificationLoss,
  classTargets,
  type ClassificationOptions,
} from '../../../src/core/training/losses/classificationLoss.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { gradientCase } from '../differentiation/cases/gradientCase.ts';
import { GradientChecker } from '../differentiation/gradientChecker.ts';

const runner = new GraphRunner();

type Matrix = readonly (readonly number[])[];

async function lossOf(logits: Matrix, targets: ArrayLike<number>, options: ClassificationOptions = {}) {
  const dims = [logits.length, logits[0]!.length];
  const graph = new GraphBuilder('classification');
  const input = graph.input('logits', 'float32', dims);
  const { loss, accuracy, labelled } = classificationLoss(
    graph,
    input,
    graph.input('targets', 'float32', dims),
    options,
  );
  const outputs = { loss, accuracy, labelled, gradient: gradients(graph, loss, [input])[0]! };
  for (const [name, value] of Object.entries(outputs)) graph.output(`${name}/value`, value);
  const results = await runner.run(graph, { logits: { dims, data: logits.flat() }, targets: { dims, data: targets } });
  const numberOf = (name: string) => Number(results[`${name}/value`]!.data[0]);
  return {
    loss: numberOf('loss'),
    accuracy: numberOf('accuracy'),
    labelled: numberOf('labelled'),
    gradient: results['gradient/value']!.data as Float32Array,
  };
}

/** The loss by its definition, row by row and class by class. */
function reference(logits: Matrix, labels: readonly number[], smoothing: number, weights: ArrayLike<number>): number {
  let [total, weight] = [0, 0];
  labels.forEach((label, row) => {
    if (label < 0) return;
    const scores = logits[row]!;
    const partition = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    scores.forEach((score, c) => {
      const target = (c === label ? 1 - smoothing : 0) + smoothing / scores.length;
      total -= weights[label]! * target * (score - Math.log(partition));
    });
    weight += weights[label]!;
  });
  return weight === 0 ? 0 : total / weight;
}

const random = new RandomStream(4);
const logits = Array.from({ length: 7 }, () => Array.from({ length: 4 }, () => 2 * random.normal()));
const labels = [2, 0, -1, 3, 3, -1, 1];
const targets = classTargets(labels, 4);
const weights = [0.5, 2, 1.25, 3];
const even = [1, 1, 1, 1];

describe('cross-entropy', () => {
  test('equals the reference', { skip: unlessVectors }, async () => {
    const vectors = testVectors('distillation') as {
      readonly student_logits: Matrix;
      readonly labels: number[];
      readonly 'with_labels (paper eq.3: (1-alpha)*hard + alpha*soft)': readonly { readonly hard_ce: number }[];
    };
    const { loss } = await lossOf(vectors.student_logits, classTargets(vectors.labels, 3));
    assertClose([loss], [vectors['with_labels (paper eq.3: (1-alpha)*hard + alpha*soft)'][0]!.hard_ce], 1e-5);
  });

  for (const [what, smoothing, options] of [
    ['plain', 0, {}],
    ['with smoothed labels', 0.1, { labelSmoothing: 0.1 }],
    ['with weights', 0, { classWeights: weights }],
    ['with both', 0.2, { labelSmoothing: 0.2, classWeights: weights }],
  ] as const) {
    test(`${what} equals its definition, of labelled rows alone`, async () => {
      const { loss, gradient } = await lossOf(logits, targets, options);
      assertClose([loss], [reference(logits, labels, smoothing, 'classWeights' in options ? weights : even)], 1e-5);
      for (const row of [2, 5]) assert.ok(gradient.subarray(4 * row, 4 * row + 4).every((value) => value === 0));
    });
  }

  test('of equal logits is the logarithm of the number of classes', async () => {
    const { loss } = await lossOf(
      [
        [3, 3, 3, 3],
        [-1, -1, -1, -1],
      ],
      classTargets([0, 2], 4),
      { labelSmoothing: 0.3 },
    );
    assertClose([loss], [Math.log(4)], 1e-6);
  });

  test('takes soft targets', async () => {
    const [first, second] = [
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ] as const;
    const row = [logits[0]!];
    const mixed = await lossOf(
      row,
      first.map((value, i) => 0.3 * value + 0.7 * second[i]!),
    );
    const [a, b] = [await lossOf(row, first), await lossOf(row, second)];
    assertClose([mixed.loss], [0.3 * a.loss + 0.7 * b.loss], 1e-5);
  });

  test('stays finite where a class is impossible', async () => {
    const { loss, gradient } = await lossOf([[1e4, -1e4, 0]], classTargets([1], 3));
    assertClose([loss], [2e4], 1e-5);
    assert.ok(gradient.every(Number.isFinite));
  });

  test('of a batch without labels is 0, with gradients of 0', async () => {
    const { loss, accuracy, labelled, gradient } = await lossOf(logits, new Float32Array(28), {
      classWeights: weights,
    });
    assert.deepEqual([loss, accuracy, labelled], [0, 0, 0]);
    assert.ok(gradient.every((value) => value === 0));
  });
});

const checker = new GradientChecker();
describe('its gradient is that of finite differences', () => {
  checker.testAll(
    [{}, { labelSmoothing: 0.15 }, { labelSmoothing: 0.15, classWeights: weights }].map((options) =>
      gradientCase(`with ${JSON.stringify(options)}`, [[7, 4]], (graph, x) => {
        return classificationLoss(graph, x, graph.floats(targets, [7, 4]), options).loss;
      }),
    ),
  );
});

test('accuracy counts labelled rows; of equal logits the first class is chosen', async () => {
  const rows = [
    [1, 5, 0], // right
    [4, 1, 0], // wrong
    [0, 9, 0], // without a label
    [2, 2, 2], // right: the first
    [2, 2, 2], // wrong
  ];
  const { accuracy, labelled } = await lossOf(rows, classTargets([1, 2, -1, 0, 1], 3));
  assert.equal(labelled, 4);
  assertClose([accuracy], [0.5], 1e-6);
});

test('balanced weights give each class that has images the same say, and images 1 on average', () => {
  const given = [0, 0, 0, 0, 0, 0, 1, 1, 3, -1, -1];
  const balanced = balancedClassWeights(given, 4);
  assertClose(balanced, [9 / 18, 9 / 6, 0, 9 / 3], 1e-6);
  const total = given.reduce((sum, label) => sum + (label < 0 ? 0 : balanced[label]!), 0);
  assertClose([total], [9], 1e-6);
});
