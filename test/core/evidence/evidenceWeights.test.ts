import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evidenceWeights, type ClassGuesses } from '../../../src/core/evidence/evidenceWeights.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Guesses of three classes; `answers` and `votes` say how much more speaks for the class that an image is of. */
function guesses(images: number, known: { readonly answers: number; readonly votes: number }): ClassGuesses {
  const random = new RandomStream(5, 5);
  const truth = Int32Array.from({ length: images }, () => random.integer(3));
  const of = (by: number) =>
    Float32Array.from(
      { length: 3 * images },
      (_, i) => random.normal() + (i % 3 === truth[Math.floor(i / 3)] ? by : 0),
    );
  // Some labels are wrong, whatever is known.
  const classOf = truth.map((label) => (random.uniform() < 0.1 ? random.integer(3) : label));
  return { answers: of(known.answers), votes: of(known.votes), classes: 3, classOf };
}

/** Minus the logarithm of how likely the labels are. */
function loss({ answers, votes, classes, classOf }: ClassGuesses, a: number, v: number): number {
  return [...classOf].reduce((sum, given, image) => {
    const likelihoods = Array.from({ length: classes }, (_, label) =>
      Math.exp(a * answers[image * classes + label]! + v * votes[image * classes + label]!),
    );
    return sum - Math.log(likelihoods[given]! / likelihoods.reduce((all, value) => all + value, 0));
  }, 0);
}

describe('weights of evidence', () => {
  it('are those that make the labels most likely', () => {
    const both = guesses(400, { answers: 1.5, votes: 0.7 });
    const { answers, votes } = evidenceWeights(both);
    assert.ok(answers > 0.5 && votes > 0.1 && answers > votes);
    const least = loss(both, answers, votes);
    for (const [a, v] of [
      [0.05, 0],
      [-0.05, 0],
      [0, 0.05],
      [0, -0.05],
      [0.05, -0.05],
    ] as const) {
      assert.ok(loss(both, answers + a, votes + v) > least, `${a} and ${v} away`);
    }
  });

  it('are 0 for what says nothing, or the contrary', () => {
    const { answers, votes } = evidenceWeights(guesses(400, { answers: -1, votes: 2 }));
    assert.equal(answers, 0);
    assert.ok(votes > 0.8);
    assert.deepEqual(evidenceWeights(guesses(400, { answers: -1, votes: -1 })), { answers: 0, votes: 0 });
  });

  it('end where a source is never wrong, and without an image', () => {
    const sure = guesses(60, { answers: 60, votes: 0 });
    const certain = {
      ...sure,
      classOf: Int32Array.from({ length: 60 }, (_, i) => largest(sure.answers.subarray(3 * i, 3 * i + 3))),
    };
    const { answers } = evidenceWeights(certain);
    assert.ok(Number.isFinite(answers) && answers > 0.1);
    const none = { answers: new Float32Array(), votes: new Float32Array(), classes: 3, classOf: new Int32Array() };
    assert.deepEqual(evidenceWeights(none), { answers: 0, votes: 0 });
  });
});

function largest(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
