import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blend, drawMixing } from '../../../src/core/augmentation/mixing.ts';

describe('mixing', () => {
  const keys = Array.from({ length: 2000 }, (_, sample) => ({ seed: 7, epoch: 3, sample, view: 0 }));

  test('is a function of the key, as often as wished, with others evenly and in equally likely shares', () => {
    const drawn = keys.map((key) => drawMixing(0.25, 2000, key));
    assert.deepEqual(
      drawn,
      keys.map((key) => drawMixing(0.25, 2000, key)),
    );
    const mixed = drawn.flatMap((mixing, sample) => (mixing ? [{ ...mixing, sample }] : []));
    // Four standard deviations of 500 ± 19.
    assert.ok(Math.abs(mixed.length - 500) < 78, String(mixed.length));
    assert.ok(mixed.every(({ partner, sample }) => partner !== sample && partner >= 0 && partner < 2000));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean(mixed.map(({ share }) => share)) - 0.5) < 4 * Math.sqrt(1 / 12 / mixed.length));
    assert.ok(Math.abs(mean(mixed.map(({ partner }) => partner)) / 2000 - 0.5) < 4 * Math.sqrt(1 / 12 / mixed.length));
    const other = keys.map((key) => drawMixing(0.25, 2000, { ...key, epoch: 4 }));
    assert.notDeepEqual(other, drawn);
  });

  test('leaves a picture alone that is the only one, and all where nothing is to be mixed', () => {
    assert.equal(drawMixing(1, 1, keys[0]!), undefined);
    assert.ok(keys.every((key) => drawMixing(0, 10, { ...key, sample: key.sample % 10 }) === undefined));
    // Of two, the other.
    assert.deepEqual([drawMixing(1, 2, keys[0]!)!.partner, drawMixing(1, 2, keys[1]!)!.partner], [1, 0]);
  });

  test('blends in place', () => {
    const views = Float32Array.of(9, 1, 0, 9);
    blend(views, 1, Float32Array.of(0, 4), 0.75);
    assert.deepEqual(views, Float32Array.of(9, 0.75, 1, 9));
  });
});
