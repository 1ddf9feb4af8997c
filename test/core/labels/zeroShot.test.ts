import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classPrototypes, guessByWords, promptsFor } from '../../../src/core/labels/zeroShot.ts';
import { assertClose } from '../../close.ts';

const unit = (...values: number[]) => values.map((value) => value / Math.hypot(...values));

describe('labels by words', () => {
  it('puts a name into every template, as often as it stands there', () => {
    assert.deepEqual(promptsFor('cat', ['a photo of a {}', '{}, just a {}']), ['a photo of a cat', 'cat, just a cat']);
  });

  it('takes the mean of the prompts of each class', () => {
    const prompts = Float32Array.from([unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1), unit(0, 0, 1)].flat());
    assertClose(classPrototypes(prompts, 2, 3), [...unit(1, 1, 0), 0, 0, 1], 1e-6);
  });

  it('takes an image for the class that fits best, with the softmax of the scaled cosines', () => {
    const vectors = Float32Array.from([unit(3, 4), unit(1, 0)].flat());
    const prototypes = Float32Array.from([unit(1, 0), unit(0, 1)].flat());
    const { classes, shares, familiarity } = guessByWords({ vectors, rows: 2, dim: 2 }, prototypes, 10);
    assert.deepEqual([...classes], [1, 0]);
    assertClose(familiarity, [0.8, 1], 1e-6);
    assertClose(shares, [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(-10))], 1e-5);
  });

  it('is not upset by a scale that would overflow', () => {
    const guesses = guessByWords(
      { vectors: Float32Array.of(1, 0), rows: 1, dim: 2 },
      Float32Array.of(1, 0, -1, 0),
      1e6,
    );
    assert.deepEqual([guesses.classes[0], guesses.shares[0]], [0, 1]);
  });
});
