import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { topK } from '../../../src/core/neighbors/topK.ts';

/** The definition, slowly: sort everything, take the first. */
function reference(scores: Float32Array, count: number, accept: (row: number) => boolean): number[] {
  return [...scores.keys()]
    .filter((row) => accept(row) && !Number.isNaN(scores[row]))
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, count);
}

describe('topK', () => {
  it('equals sorting everything, with ties in the order of the rows', () => {
    // Few distinct values, so that ties are the rule.
    const scores = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN)), { maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 70 }), fc.integer({ min: 1, max: 4 }), (values, count, modulus) => {
        const array = Float32Array.from(values);
        const accept = (row: number) => row % modulus !== 1;
        const best = topK(array, count, accept);
        assert.deepEqual([...best.rows], reference(array, count, accept));
        assert.deepEqual(
          [...best.scores],
          [...best.rows].map((row) => array[row]),
        );
      }),
    );
  });
});
