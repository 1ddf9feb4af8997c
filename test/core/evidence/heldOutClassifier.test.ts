import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeldOutClassifier, type LabelledVectors } from '../../../src/core/evidence/heldOutClassifier.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

const RIDGE = 3;

/** Unit vectors of three classes of different sizes; some have no class, two are copies with other labels. */
function images(): LabelledVectors {
  const random = new RandomStream(11, 3);
  const [rows, dim, classes] = [40, 6, 3];
  const classOf = Int32Array.from({ length: rows }, (_, row) =>
    row % 11 === 10 ? -1 : row % 7 < 4 ? 0 : 1 + (row % 2),
  );
  const points = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: dim }, (_, k) => random.normal() + (k === classOf[row] ? 1.5 : 0)),
  );
  points[21] = points[4]!;
  points[30] = points[4]!;
  points[10] = points[5]!;
  const vectors = Float32Array.from(points.flatMap((point) => point.map((value) => value / Math.hypot(...point))));
  const contentKeys = points.map((point) => points.indexOf(point));
  return { vectors, rows, dim, classOf, classes, contentKeys };
}

/** Ridge regression on the classes without all rows of a content, solved anew: what the row is answered then. */
function refitted({ vectors, rows, dim, classOf, classes, contentKeys }: LabelledVectors, asked: number): number[] {
  const width = dim + 1;
  const labelled = [...classOf].filter((label) => label >= 0).length;
  const counts = Array.from({ length: classes }, (_, label) => classOf.filter((own) => own === label).length);
  const augmented = (row: number) => [...vectors.subarray(row * dim, (row + 1) * dim), 1];
  const equations = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (_, j) => (i === j ? RIDGE : 0)),
    ...new Array<number>(classes).fill(0),
  ]);
  for (let row = 0; row < rows; row++) {
    const label = classOf[row]!;
    if (label < 0 || contentKeys[row] === contentKeys[asked]) continue;
    const weight = labelled / classes / counts[label]!;
    const values = augmented(row);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) equations[i]![j]! += weight * values[i]! * values[j]!;
      equations[i]![width + label]! += weight * values[i]!;
    }
  }
  // Gauss and Jordan; the ridge leaves no zero on the diagonal.
  for (let i = 0; i < width; i++) {
    const pivot = equations[i]!.map((value) => value / equations[i]![i]!);
    for (let j = 0; j < width; j++) {
      const factor = equations[j]![i]!;
      if (j !== i) equations[j] = equations[j]!.map((value, k) => value - factor * pivot[k]!);
    }
    equations[i] = pivot;
  }
  const values = augmented(asked);
  return Array.from({ length: classes }, (_, label) =>
    equations.reduce((sum, equation, i) => sum + values[i]! * equation[width + label]!, 0),
  );
}

describe('a classifier that has not seen what it is asked', () => {
  it('answers what one does that was taught without it and its copies', async () => {
    const labelled = images();
    const classifier = await HeldOutClassifier.taught(labelled, plainProducts, () => {});
    const all = await classifier.answer([...labelled.classOf.keys()]);
    const some = await classifier.answer([20, 3]);
    await classifier.release();
    for (let row = 0; row < labelled.rows; row++) {
      const expected = refitted(labelled, row);
      for (const [label, value] of expected.entries()) {
        const found = all[row * 3 + label]!;
        assert.ok(Math.abs(found - value) < 1e-4, `row ${row}, class ${label}: ${found} is not ${value}`);
      }
    }
    assert.deepEqual([...some], [...all.subarray(60, 63), ...all.subarray(9, 12)]);
  });

  it('is taught in blocks, and stops where it is told to', async () => {
    const labelled = images();
    const times = 60;
    const many = {
      ...labelled,
      rows: labelled.rows * times,
      vectors: Float32Array.from(
        { length: labelled.vectors.length * times },
        (_, i) => labelled.vectors[i % labelled.vectors.length]!,
      ),
      classOf: Int32Array.from({ length: labelled.rows * times }, (_, row) => labelled.classOf[row % labelled.rows]!),
      contentKeys: Array.from({ length: labelled.rows * times }, (_, row) => row),
    };
    const steps: number[] = [];
    const classifier = await HeldOutClassifier.taught(many, plainProducts, (done) => {
      steps.push(done);
    });
    assert.deepEqual([...new Set(steps)], [1024, 2048, 2400]);
    const [answers, expected] = [await classifier.answer([100, 101]), [100, 101].flatMap((row) => refitted(many, row))];
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(answers[i]! - value) < 1e-4);
    await assert.rejects(
      HeldOutClassifier.taught(many, plainProducts, () => {
        throw new Error('enough');
      }),
      /enough/,
    );
  });
});
