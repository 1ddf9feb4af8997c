import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder, type GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classificationLoss, classTargets } from '../../../src/core/training/losses/classificationLoss.ts';
import {
  combinedLoss,
  distillationLoss,
  embeddingRegressionLoss,
  similarityDistillationLoss,
} from '../../../src/core/training/losses/distillationLoss.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { gradientCase } from '../differentiation/cases/gradientCase.ts';
import { GradientChecker } from '../differentiation/gradientChecker.ts';

const runner = new GraphRunner();
const checker = new GradientChecker();

type Matrix = readonly (readonly number[])[];

function randomRows(count: number, dim: number, seed: number): number[][] {
  const random = new RandomStream(seed);
  return Array.from({ length: count }, () => Array.from({ length: dim }, () => random.normal()));
}

const constant = (graph: GraphBuilder, rows: Matrix) => graph.floats(rows.flat(), [rows.length, rows[0]!.length]);

/** A loss of the student's rows, and its gradient. */
async function lossOf(student: Matrix, write: (graph: GraphBuilder, student: GraphValue) => GraphValue) {
  const dims = [student.length, student[0]!.length];
  const graph = new GraphBuilder('loss');
  const input = graph.input('student', 'float32', dims);
  const loss = write(graph, input);
  graph.output('value', loss);
  graph.output('gradient', gradients(graph, loss, [input])[0]!);
  const { value, gradient } = await runner.run(graph, { student: { dims, data: student.flat() } });
  return { loss: Number(value!.data[0]), gradient: gradient!.data as Float32Array };
}

interface DistillationVectors {
  readonly student_logits: Matrix;
  readonly teacher_logits: Matrix;
  readonly labels: number[];
  readonly unlabelled: readonly {
    readonly T: number;
    readonly 'soft_ce_times_T2 (repo add_kd_loss)': number;
    readonly grad_student_of_T2_loss: Matrix;
  }[];
  readonly 'with_labels (paper eq.3: (1-alpha)*hard + alpha*soft)': readonly {
    readonly alpha: number;
    readonly T: number;
    readonly total: number;
    readonly grad_student: Matrix;
  }[];
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

describe('distillation of classes', { skip: unlessVectors }, () => {
  const vectors = () => testVectors('distillation') as DistillationVectors;

  for (const opinion of ['logits', 'probabilities'] as const) {
    test(`from ${opinion} equals the reference with T², at every temperature`, async () => {
      const { student_logits: student, teacher_logits, unlabelled } = vectors();
      const teacher = opinion === 'logits' ? teacher_logits : teacher_logits.map(softmax);
      assert.ok(unlabelled.length >= 4);
      for (const expected of unlabelled) {
        const { loss, gradient } = await lossOf(student, (graph, input) => {
          return distillationLoss(graph, input, constant(graph, teacher), { temperature: expected.T, opinion });
        });
        assertClose([loss], [expected['soft_ce_times_T2 (repo add_kd_loss)']], 1e-5, `loss at ${expected.T}`);
        assertClose(gradient, expected.grad_student_of_T2_loss.flat(), 1e-4, `gradient at ${expected.T}`);
      }
    });
  }

  test('with labels equals the reference', async () => {
    const { student_logits: student, teacher_logits: teacher, labels, ...others } = vectors();
    for (const expected of others['with_labels (paper eq.3: (1-alpha)*hard + alpha*soft)']) {
      const { loss, gradient } = await lossOf(student, (graph, input) => {
        const options = { temperature: expected.T, opinion: 'logits' } as const;
        const soft = distillationLoss(graph, input, constant(graph, teacher), options);
        const hard = classificationLoss(graph, input, graph.floats(classTargets(labels, 3), [4, 3])).loss;
        return combinedLoss(graph, hard, soft, expected.alpha);
      });
      assertClose([loss], [expected.total], 1e-5);
      assertClose(gradient, expected.grad_student.flat(), 1e-4);
    }
  });
});

test('a teacher that is sure gives probabilities of 0, and finite numbers', async () => {
  const { loss, gradient } = await lossOf([[0.5, -1, 2]], (graph, input) => {
    return distillationLoss(graph, input, constant(graph, [[0, 1, 0]]), { temperature: 2, opinion: 'probabilities' });
  });
  assert.ok(Number.isFinite(loss));
  assertClose(
    gradient,
    softmax([0.25, -0.5, 1]).map((value, i) => 2 * (value - (i === 1 ? 1 : 0))),
    1e-5,
  );
});

interface SeedVectors {
  readonly student: Matrix;
  readonly teacher: Matrix;
  readonly queue: Matrix;
  readonly T_teacher: number;
  readonly T_student: number;
  readonly loss: number;
  readonly grad_student: Matrix;
}

describe('distillation of similarities', () => {
  const write = (vectors: Omit<SeedVectors, 'loss' | 'grad_student'>, others: Matrix) => {
    return (graph: GraphBuilder, input: GraphValue) =>
      similarityDistillationLoss(graph, input, constant(graph, vectors.teacher), constant(graph, others), {
        teacherTemperature: vectors.T_teacher,
        studentTemperature: vectors.T_student,
      });
  };

  test('equals the reference, with its gradient', { skip: unlessVectors }, async () => {
    const vectors = testVectors('seed_distillation') as SeedVectors;
    const { loss, gradient } = await lossOf(vectors.student, write(vectors, vectors.queue));
    assertClose([loss], [vectors.loss], 1e-4);
    assertClose(gradient, vectors.grad_student.flat(), 1e-4);
  });

  const drawn = {
    student: randomRows(3, 5, 1),
    teacher: randomRows(3, 5, 2),
    T_teacher: 0.05,
    T_student: 0.2,
    queue: randomRows(4, 5, 3),
  };

  test('is the same with a queue that isn’t full', async () => {
    const zero = [0, 0, 0, 0, 0];
    const full = await lossOf(drawn.student, write(drawn, drawn.queue));
    const partly = await lossOf(drawn.student, write(drawn, [...drawn.queue, zero, zero]));
    assertClose([partly.loss], [full.loss], 1e-6);
    assertClose(partly.gradient, full.gradient, 1e-5);
  });

  test('with a queue that is empty, a student has nothing to learn', async () => {
    const { loss, gradient } = await lossOf(drawn.student, write(drawn, [[0, 0, 0, 0, 0]]));
    assertClose([1 + loss], [1], 1e-6);
    assert.ok(gradient.every((value) => Math.abs(value) < 1e-6));
  });

  checker.testAll([
    gradientCase('its gradient is that of finite differences', [[3, 5]], (graph, x) =>
      write(drawn, drawn.queue)(graph, x),
    ),
  ]);
});

describe('regression of embeddings', () => {
  const teacher = randomRows(4, 6, 5);

  test('is the mean of 1 − cosine similarity', async () => {
    const student = randomRows(4, 6, 6);
    const expected = student.map((row, i) => {
      const product = row.reduce((sum, value, j) => sum + value * teacher[i]![j]!, 0);
      return 1 - product / (Math.hypot(...row) * Math.hypot(...teacher[i]!));
    });
    const { loss } = await lossOf(student, (graph, x) => embeddingRegressionLoss(graph, x, constant(graph, teacher)));
    assertClose([loss], [expected.reduce((sum, value) => sum + value, 0) / 4], 1e-5);
  });

  test('is 0 for the teacher’s directions, of whatever length, and 2 for the opposite ones', async () => {
    for (const [factor, expected] of [
      [3, 0],
      [-0.2, 2],
    ] as const) {
      const student = teacher.map((row) => row.map((value) => factor * value));
      const { loss } = await lossOf(student, (graph, x) => embeddingRegressionLoss(graph, x, constant(graph, teacher)));
      assert.ok(Math.abs(loss - expected) < 1e-6);
    }
  });

  checker.testAll([
    gradientCase('its gradient is that of finite differences', [[4, 6]], (graph, x) =>
      embeddingRegressionLoss(graph, x, constant(graph, teacher)),
    ),
  ]);
});
