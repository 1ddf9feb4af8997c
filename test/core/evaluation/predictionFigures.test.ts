import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  accuracyFigures,
  headline,
  scoredRows,
  surestMistakes,
  type PredictedImages,
} from '../../../src/core/evaluation/predictionFigures.ts';
import { classProbabilities, expectedCalibrationError } from '../../../src/core/evaluation/temperatureScaling.ts';
import { RandomStream } from '../../../src/core/random.ts';

function images(
  rows: readonly (readonly [prediction: number, label: number, split?: string, seen?: 0 | 1])[],
  isSeenKnown = true,
): PredictedImages {
  return {
    predictions: Int32Array.from(rows, ([prediction]) => prediction),
    labels: Int32Array.from(rows, ([, label]) => label),
    confidences: Float64Array.from(rows, (_, i) => 0.5 + i / 100),
    splits: rows.map(([, , split]) => split),
    seen: isSeenKnown ? Uint8Array.from(rows, ([, , , seen = 0]) => seen) : undefined,
  };
}

suite('figures of predictions', () => {
  test('count what has a prediction and a label', () => {
    const all = images([
      [0, 0],
      [1, 0],
      [-1, 0],
      [0, -1],
      [1, 1, 'train', 1],
      [0, 0],
    ]);
    const rows = scoredRows(all);
    assert.deepEqual([...rows], [0, 1, 4, 5]);
    const { images: count, correct, accuracy, macroAccuracy, seen } = accuracyFigures(all, rows, 2);
    assert.deepEqual([count, correct, accuracy, seen], [4, 3, 3 / 4, 1]);
    // Class 0: two of three; class 1: one of one.
    assert.ok(Math.abs(macroAccuracy - (2 / 3 + 1) / 2) < 1e-12);
    assert.equal(accuracyFigures({ ...all, seen: undefined }, rows, 2).seen, null);
  });

  test('the calibration error is that of the whole probabilities', () => {
    const [count, classes] = [400, 3];
    const random = new RandomStream(4);
    const logits = Float64Array.from({ length: count * classes }, () => random.normal());
    const probabilities = classProbabilities(logits, classes, 0.4);
    const rowOf = (i: number) => probabilities.subarray(i * classes, (i + 1) * classes);
    const predictions = Int32Array.from({ length: count }, (_, i) => rowOf(i).indexOf(Math.max(...rowOf(i))));
    const labels = predictions.map((prediction) => (random.chance(0.6) ? prediction : random.integer(classes)));
    const confidences = Float64Array.from({ length: count }, (_, i) => Math.max(...rowOf(i)));
    const all = { predictions, labels, confidences, splits: [], seen: undefined };
    const { calibrationError } = accuracyFigures(all, scoredRows(all), classes);
    const expected = expectedCalibrationError(probabilities, labels, classes);
    assert.ok(expected > 0.01);
    assert.ok(Math.abs(calibrationError - expected) < 1e-9);
  });

  test('the surest mistakes come first', () => {
    const all = images([
      [1, 0],
      [0, 0],
      [0, 1],
      [1, -1],
      [2, 1],
    ]);
    assert.deepEqual([...surestMistakes(all, 2)], [4, 2]);
    assert.deepEqual([...surestMistakes(all, 9)], [4, 2, 0]);
  });
});

suite('the images that figures are of', () => {
  const rows = [
    [0, 0, 'train', 1],
    [0, 0, 'validation'],
    [0, 0, 'test', 1],
    [0, 0, 'test'],
    [0, 0],
  ] as const;

  test('are those of the test split that were not trained on', () => {
    assert.deepEqual(headline(images(rows)), { of: 'test', rows: Uint32Array.of(3) });
    assert.deepEqual(headline(images(rows, false)), { of: 'test', rows: Uint32Array.of(2, 3) });
  });

  test('else of the validation split, else all others', () => {
    assert.deepEqual(headline(images(rows.slice(0, 3))), { of: 'validation', rows: Uint32Array.of(1) });
    const others = [rows[0], rows[4], rows[4]];
    assert.deepEqual(headline(images(others)), { of: 'all', rows: Uint32Array.of(1, 2) });
    assert.deepEqual(headline(images(others, false)), { of: 'all', rows: Uint32Array.of(0, 1, 2) });
  });

  test('else what it was trained on; there are none without labels', () => {
    assert.deepEqual(headline(images([rows[0], rows[2]])), { of: 'all', rows: Uint32Array.of(0, 1) });
    assert.equal(headline(images([[0, -1, 'test']])), undefined);
    assert.equal(headline(images([])), undefined);
  });
});
