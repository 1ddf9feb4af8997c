import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotate } from '../../../src/core/augmentation/rotate.ts';
import { difference, pictureOf, planesOf, quarterTurned, randomImage, rotated, type Picture } from './reference.ts';

const rotatedView = (picture: Picture, degrees: number) => {
  const view = planesOf(picture, 3);
  const result = { ...view, data: new Float32Array(view.data.length + 4), offset: 7 };
  rotate(view, degrees, result);
  return result;
};

test('equals bilinear interpolation at the turned places, with the edges continued', () => {
  for (const [width, height] of [
    [9, 9],
    [12, 5],
    [4, 11],
    [1, 6],
    [1, 1],
  ] as const) {
    // prettier-ignore
    const picture = pictureOf(randomImage(width, height));
    for (const degrees of [3.7, -20, 90, 133, -180]) {
      const distance = difference(rotatedView(picture, degrees), rotated(picture, degrees));
      assert.ok(distance < 1e-6, `${width} × ${height} by ${degrees}° is off by ${distance}`);
    }
  }
});

test('90 degrees are a quarter turn counter-clockwise', () => {
  for (const size of [6, 7]) {
    const picture = pictureOf(randomImage(size, size));
    assert.ok(difference(rotatedView(picture, 90), quarterTurned(picture)) < 1e-6);
  }
});

test('a plain picture stays as it is, corners included', () => {
  const plain = pictureOf({ width: 8, height: 8, data: new Uint8Array(192).fill(200) });
  assert.ok(difference(rotatedView(plain, 45), plain) < 1e-7);
});
