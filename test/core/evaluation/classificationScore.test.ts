import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  macroAccuracyInterval,
  scoreClassification,
  wilsonInterval,
  type Interval,
} from '../../../src/core/evaluation/classificationScore.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose } from './matrices.ts';

suite('scoreClassification', () => {
  test('counts per class, and every class once in the macro accuracy', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, -1, 3);
    const predictions = Int32Array.of(0, 0, 0, 1, 1, -1, 0, 0);
    const score = scoreClassification(predictions, labels, 4);
    assert.deepEqual([score.count, score.correct], [7, 4]);
    assert.equal(score.accuracy, 4 / 7);
    // Class 2 has no images and doesn't count.
    assertClose(score.macroAccuracy, (3 / 4 + 1 / 2 + 0) / 3, 1e-15);
    assert.deepEqual([...score.perClass.counts], [4, 2, 0, 1]);
    assert.deepEqual([...score.perClass.correct], [3, 1, 0, 0]);
    assert.deepEqual([...score.perClass.predicted], [4, 2, 0, 0]);
  });

  test('has no accuracy without labels', () => {
    const score = scoreClassification(Int32Array.of(0, 1), Int32Array.of(-1, -1), 2);
    assert.ok(Number.isNaN(score.accuracy) && Number.isNaN(score.macroAccuracy));
    assert.ok(Number.isNaN(macroAccuracyInterval(score).low));
  });
});

suite('intervals', () => {
  test("Wilson's interval solves (p̂ − p)² = z² p (1 − p) / n", () => {
    for (const [correct, count] of [
      [0, 10],
      [10, 10],
      [1, 3],
      [81, 263],
    ] as const) {
      const { low, high } = wilsonInterval(correct, count);
      for (const p of [low, high]) {
        assertClose((correct / count - p) ** 2, (1.959963984540054 ** 2 * p * (1 - p)) / count, 1e-12);
      }
      assert.ok(low <= correct / count && correct / count <= high && low < high);
    }
  });

  test('nothing is known of nothing', () => {
    assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
  });

  test('of one class, the macro interval is Wilson’s', () => {
    const score = scoreClassification(Int32Array.of(0, 0, 0, 1, 1), new Int32Array(5), 2);
    const [actual, expected] = [macroAccuracyInterval(score), wilsonInterval(3, 5)];
    assertClose(actual.low, expected.low, 1e-12);
    assertClose(actual.high, expected.high, 1e-12);
  });

  test('both cover the truth about as often as they claim', () => {
    const random = new RandomStream(1);
    const recalls = [0.95, 0.7, 0.5, 0.9, 1];
    const counts = [12, 40, 8, 25, 15];
    const truth = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
    const labels = Int32Array.from(counts.flatMap((count, label) => new Array<number>(count).fill(label)));
    const covers = ({ low, high }: Interval, value: number) => (low <= value && value <= high ? 1 : 0);
    const trials = 2000;
    let [macro, single] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const predictions = labels.map((label) => (random.chance(recalls[label]!) ? label : 5));
      const score = scoreClassification(predictions, labels, 6);
      macro += covers(macroAccuracyInterval(score), truth);
      single += covers(wilsonInterval(score.perClass.correct[1]!, 40), 0.7);
    }
    assert.ok(macro / trials > 0.93 && macro / trials < 0.99, `macro interval: ${macro / trials}`);
    assert.ok(single / trials > 0.93 && single / trials < 0.98, `Wilson: ${single / trials}`);
  });
});
