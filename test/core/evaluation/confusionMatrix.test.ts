import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { classScores, confusionMatrix, mostConfused } from '../../../src/core/evaluation/confusionMatrix.ts';

const classes = 4;
const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 2, 2, 2, -1, 0);
const predictions = Int32Array.of(0, 0, 1, 2, 1, 1, 0, 2, 1, 1, 0, -1);

/** Counted by hand from the two lists above; the last two images don't count. */
const matrix = Uint32Array.of(...[2, 1, 1, 0], ...[1, 2, 0, 0], ...[0, 2, 1, 0], ...[0, 0, 0, 0]);

suite('a confusion matrix', () => {
  test('has true classes as rows and predicted ones as columns', () => {
    assert.deepEqual(confusionMatrix(predictions, labels, classes), matrix);
    assert.deepEqual(confusionMatrix(new Int32Array(0), new Int32Array(0), 2), new Uint32Array(4));
  });

  test('gives precision, recall and F1 of each class, and none of a class that never occurs', () => {
    const { support, predicted, precision, recall, f1 } = classScores(matrix, classes);
    assert.deepEqual([...support], [4, 3, 3, 0]);
    assert.deepEqual([...predicted], [3, 5, 2, 0]);
    assert.deepEqual([...precision], [2 / 3, 2 / 5, 1 / 2, NaN]);
    assert.deepEqual([...recall], [2 / 4, 2 / 3, 1 / 3, NaN]);
    // F1 by its definition, as the harmonic mean.
    for (const label of [0, 1, 2]) {
      const harmonic = 2 / (1 / precision[label]! + 1 / recall[label]!);
      assert.ok(Math.abs(f1[label]! - harmonic) < 1e-12, String(label));
    }
    assert.ok(Number.isNaN(f1[3]));
  });

  test('a class that is never predicted has a recall of 0, and one that is only predicted a precision of 0', () => {
    const scores = classScores(Uint32Array.of(0, 3, 0, 0), 2);
    assert.deepEqual([...scores.recall], [0, NaN]);
    assert.deepEqual([...scores.precision], [NaN, 0]);
    assert.deepEqual([...scores.f1], [0, 0]);
  });

  test('names the most frequent mistakes first', () => {
    const pairs = mostConfused(matrix, classes, 3).map(({ label, predicted, count }) => [label, predicted, count]);
    assert.deepEqual(pairs, [
      [2, 1, 2],
      [0, 1, 1],
      [0, 2, 1],
    ]);
    assert.deepEqual(mostConfused(Uint32Array.of(5, 0, 0, 5), 2, 3), []);
  });
});
