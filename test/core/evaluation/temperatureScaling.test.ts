import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  classProbabilities,
  confidenceBins,
  expectedCalibrationError,
  fitTemperature,
  negativeLogLikelihood,
} from '../../../src/core/evaluation/temperatureScaling.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose } from '../../close.ts';

const classes = 4;

/** Labels drawn from softmax(scores), with logits that are `factor` times the scores: their temperature is `factor`. */
function drawn(count: number, factor: number, seed: number) {
  const random = new RandomStream(seed);
  const scores = Float64Array.from({ length: count * classes }, () => 2 * random.normal());
  const labels = Int32Array.from({ length: count }, (_, row) => {
    const weights = Array.from(scores.subarray(row * classes, (row + 1) * classes), Math.exp);
    let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    return Math.max(
      0,
      weights.findIndex((weight) => (left -= weight) < 0),
    );
  });
  return { logits: scores.map((score) => factor * score), labels, classes };
}

/** The mean of −log softmax by its definition. */
function loss({ logits, labels }: ReturnType<typeof drawn>, temperature: number): number {
  let [total, count] = [0, 0];
  labels.forEach((label, row) => {
    if (label < 0) return;
    const scores = Array.from(logits.subarray(row * classes, (row + 1) * classes), (logit) => logit / temperature);
    total += Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[label]!;
    count++;
  });
  return total / count;
}

/** The best of a fine grid over the logarithm of the temperature. */
function bruteForce(rows: ReturnType<typeof drawn>): number {
  const grid = Array.from({ length: 8001 }, (_, i) => Math.exp(Math.log(0.05) + (i / 8000) * Math.log(400)));
  return grid.reduce((best, temperature) => (loss(rows, temperature) < loss(rows, best) ? temperature : best));
}

describe('the temperature', () => {
  for (const factor of [0.3, 1, 2.5, 8]) {
    test(`of logits that are ${factor} times too large is the one that brute force finds`, () => {
      const rows = drawn(300, factor, 1);
      const { temperature, lossBefore, lossAfter } = fitTemperature(rows);
      // Two neighbours of the grid are 0.075 % apart.
      assertClose([temperature], [bruteForce(rows)], 1e-3);
      assertClose([lossBefore, lossAfter], [loss(rows, 1), loss(rows, temperature)], 1e-10);
      for (const other of [0.99, 1.01]) assert.ok(loss(rows, other * temperature) > lossAfter);
    });
  }

  test('approaches the true one with many images', () => {
    const { temperature } = fitTemperature(drawn(20_000, 3, 2));
    assert.ok(Math.abs(temperature / 3 - 1) < 0.03, String(temperature));
  });

  test('stays in its range where all are right, or worse than chance', () => {
    const rows = { logits: [2, 0, 0, 3, 1, 0], classes: 3 };
    assertClose([fitTemperature({ ...rows, labels: [0, 0] }).temperature], [0.05], 1e-9);
    assertClose([fitTemperature({ ...rows, labels: [1, 2] }).temperature], [20], 1e-9);
  });

  test('finds its way from far off', () => {
    const wide = drawn(40, 15, 3);
    assertClose([fitTemperature(wide).temperature], [bruteForce(wide)], 1e-3);
    const large = { ...wide, logits: wide.logits.map((logit) => logit + 1e4) };
    assertClose([fitTemperature(large).temperature], [fitTemperature(wide).temperature], 1e-6);
  });

  test('is 1 where nothing tells it: no labels, or logits without differences', () => {
    const none = fitTemperature({ logits: [1, 2, 3, 4], labels: [-1], classes });
    assert.equal(none.temperature, 1);
    assert.ok(Number.isNaN(none.lossBefore));
    assert.equal(fitTemperature({ logits: new Float32Array(8), labels: [0, 2], classes }).temperature, 1);
  });

  test('passes over rows without a label', () => {
    const rows = drawn(100, 2, 4);
    const some = { ...rows, labels: rows.labels.map((label, i) => (i % 3 === 0 ? -1 : label)) };
    const kept = [...rows.labels.keys()].filter((i) => i % 3 !== 0);
    const alone = {
      classes,
      labels: kept.map((i) => rows.labels[i]!),
      logits: kept.flatMap((i) => [...rows.logits.subarray(i * classes, (i + 1) * classes)]),
    };
    assertClose([fitTemperature(some).temperature], [fitTemperature(alone).temperature], 1e-12);
    assertClose([negativeLogLikelihood(some, 1.7)], [loss(some, 1.7)], 1e-12);
  });
});

test('probabilities are the softmax at the temperature, of large logits too', () => {
  const probabilities = classProbabilities([1000, 1002, 0, -1], 2, 2);
  const [a, b] = [1 / (1 + Math.exp(1)), 1 / (1 + Math.exp(-0.5))];
  assertClose(probabilities, [a, 1 - a, b, 1 - b], 1e-6);
});

describe('the calibration error', () => {
  // Five predictions of two classes: confidences 0.9 (right), 0.92 (wrong), 0.6 (right), 0.58 (wrong), 1 (right).
  const probabilities = [0.9, 0.1, 0.08, 0.92, 0.6, 0.4, 0.42, 0.58, 1, 0];
  const labels = [0, 0, 0, 0, 0];

  test('is the mean difference of confidence and accuracy in bins of a fifteenth', () => {
    // Bins: (13/15, 14/15] has 0.9 and 0.92; (8/15, 9/15] has 0.6 and 0.58; the last has 1.
    const expected = (2 * Math.abs(0.91 - 0.5) + 2 * Math.abs(0.59 - 0.5) + 0) / 5;
    assertClose([expectedCalibrationError(probabilities, labels, 2)], [expected], 1e-9);
  });

  test('with a single bin is the difference of the means', () => {
    assertClose([expectedCalibrationError(probabilities, labels, 2, 1)], [Math.abs(4 / 5 - 3 / 5)], 1e-9);
  });

  test('passes over rows without a label, and counts the rest in its bins', () => {
    const bins = confidenceBins(probabilities, [0, -1, 0, -1, 0], 2, 10);
    assert.equal(bins.length, 10);
    assert.equal(
      bins.reduce((sum, { count }) => sum + count, 0),
      3,
    );
    assert.deepEqual(bins[9], { low: 0.9, high: 1, count: 1, confidence: 1, accuracy: 1 });
    assert.ok(Number.isNaN(expectedCalibrationError([0.5, 0.5], [-1], 2)));
  });

  test('falls where overconfident logits are scaled', () => {
    const rows = drawn(3000, 4, 5);
    const errorAt = (temperature: number) =>
      expectedCalibrationError(classProbabilities(rows.logits, classes, temperature), rows.labels, classes);
    const { temperature } = fitTemperature(rows);
    assert.ok(errorAt(1) > 0.1);
    assert.ok(errorAt(temperature) < 0.03);
  });
});
