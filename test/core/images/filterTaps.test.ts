import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bicubic, bilinear, FilterTaps, lanczos, type ScaleFilter } from '../../../src/core/images/filterTaps.ts';

/** Weights of result pixels over all source pixels, by the definition. */
function defined(from: number, to: number, { support, weight }: ScaleFilter): number[][] {
  const ratio = from / to;
  const spread = Math.max(1, ratio);
  return Array.from({ length: to }, (_, i) => {
    const weights = Array.from({ length: from }, (_, j) => {
      const distance = Math.abs(j + 0.5 - (i + 0.5) * ratio) / spread;
      return distance < support ? weight(distance) : 0;
    });
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((value) => value / sum);
  });
}

function spreadOut({ first, count, weights, stride }: FilterTaps, from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const row = new Array<number>(from).fill(0);
    for (let k = 0; k < count[i]!; k++) row[first[i]! + k] = weights[i * stride + k]!;
    return row;
  });
}

describe('which pixels make a scaled one', () => {
  for (const [name, filter] of Object.entries({ bilinear, bicubic, lanczos })) {
    it(`is as defined for ${name}, enlarging and reducing, with buffers that are used again`, () => {
      const taps = new FilterTaps();
      for (const [from, to] of [
        [7, 3],
        [3, 7],
        [100, 64],
        [1, 5],
        [5, 1],
      ] as const) {
        taps.prepare({ from, ratio: from / to, length: to, filter });
        const [own, expected] = [spreadOut(taps, from, to), defined(from, to, filter)];
        for (const [i, row] of own.entries()) {
          for (const [j, value] of row.entries()) {
            assert.ok(
              Math.abs(value - expected[i]![j]!) < 1e-12,
              `${from} to ${to}, ${i}: ${value} ${expected[i]![j]}`,
            );
          }
        }
      }
    });
  }

  it('is one pixel where none are mixed, also where a centre is a hair below the next', () => {
    const taps = new FilterTaps();
    taps.prepare({ from: 2, ratio: 2 / 49, length: 25, filter: undefined });
    assert.deepEqual([...taps.count.subarray(0, 25)], new Array<number>(25).fill(1));
    assert.deepEqual([taps.stride, taps.weights[24], taps.first[23]], [1, 1, 0]);
  });

  it('is a part of a row as in the whole row', () => {
    const [whole, part] = [new FilterTaps(), new FilterTaps()];
    whole.prepare({ from: 30, ratio: 3, length: 10, filter: bicubic });
    part.prepare({ from: 30, ratio: 3, start: 4, length: 2, filter: bicubic });
    assert.deepEqual(spreadOut(part, 30, 2), spreadOut(whole, 30, 10).slice(4, 6));
  });
});
