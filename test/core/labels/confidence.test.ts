import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fitConfidence } from '../../../src/core/labels/confidence.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose, mean } from '../evaluation/matrices.ts';

const sigmoid = (score: number) => 1 / (1 + Math.exp(-score));
const logit = (share: number) => Math.log(share / (1 - share));

/** Guesses that are right with the probability that `truth` gives. */
function drawn(count: number, classes: number, truth: (share: number, label: number) => number, seed = 1) {
  const random = new RandomStream(seed);
  const shares = Float64Array.from({ length: count }, () => random.uniform(0.05, 0.98));
  const labels = Int32Array.from({ length: count }, () => random.integer(classes));
  const correct = Uint8Array.from(shares, (share, i) => (random.chance(truth(share, labels[i]!)) ? 1 : 0));
  return { shares, labels, correct, classes };
}

suite('fitConfidence', () => {
  test('finds the curve that guesses were drawn from', () => {
    const truth = (share: number) => sigmoid(0.6 * logit(share) - 0.4);
    const confidence = fitConfidence(drawn(40_000, 2, truth));
    for (const share of [0.1, 0.3, 0.5, 0.8, 0.95]) assertClose(confidence(share, 0), truth(share), 0.02);
  });

  test('finds how classes differ, where there are enough guesses to tell', () => {
    const shifts = [1.2, 0, -1.5];
    const truth = (share: number, label: number) => sigmoid(logit(share) + shifts[label]!);
    const confidence = fitConfidence(drawn(60_000, 3, truth));
    for (const label of shifts.keys()) assertClose(confidence(0.6, label), truth(0.6, label), 0.03, `class ${label}`);
    const few = fitConfidence(drawn(12, 3, truth));
    const spread = Math.abs(logit(few(0.6, 0)) - logit(few(0.6, 2)));
    assert.ok(spread < 2, 'twelve guesses tell little');
    assert.ok(Number.isFinite(confidence(0.6, 7)), 'a class without guesses has the curve of all');
  });

  test('rises with the share, and equals the shares of right guesses on average', () => {
    const guesses = drawn(500, 4, (share) => share ** 2, 3);
    const confidence = fitConfidence(guesses);
    for (let share = 0; share < 1; share += 0.01) {
      assert.ok(confidence(share + 0.01, 1) >= confidence(share, 1));
    }
    const predicted = mean(Array.from(guesses.shares, (share, i) => confidence(share, guesses.labels[i]!)));
    assertClose(predicted, mean([...guesses.correct]), 0.03);
  });

  test('where shares mislead, every share gives the same', () => {
    const confidence = fitConfidence(drawn(400, 1, (share) => 1 - share));
    assert.equal(confidence(0.1, 0), confidence(0.9, 0));
    assertClose(confidence(0.5, 0), 0.5, 0.1);
  });

  test('a few guesses that are all right, or all the same, or none make nothing certain', () => {
    const all = (count: number, share: number) => ({
      shares: new Float64Array(count).fill(share),
      labels: new Int32Array(count),
      correct: new Uint8Array(count).fill(1),
      classes: 1,
    });
    const certain = fitConfidence(all(5, 1))(1, 0);
    assert.ok(certain > 0.7 && certain < 0.95, String(certain));
    assert.ok(fitConfidence(all(500, 1))(1, 0) > 0.99);
    assert.equal(fitConfidence(all(0, 1))(1, 0), 0.5);
    const sharp = fitConfidence(drawn(48, 1, (share) => (share > 0.5 ? 1 : 0)));
    assert.equal(sharp(1, 0), 49 / 50, 'by the rule of succession');
  });
});
