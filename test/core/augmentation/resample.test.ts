import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Resampler } from '../../../src/core/augmentation/resample.ts';
import { cropped, difference, pictureOf, randomImage, resized } from './reference.ts';

const placementOf = (width: number, height: number, start: number) => ({
  start,
  rowStep: width,
  columnStep: 1,
  planeStep: width * height,
});

test('equals a weighted mean of all pixels of the part, shrunk, enlarged or one of each', () => {
  const resampler = new Resampler();
  const image = randomImage(37, 29);
  const parts = [
    { left: 0, top: 0, width: 37, height: 29 },
    { left: 3, top: 5, width: 20, height: 7 },
    { left: 36, top: 28, width: 1, height: 1 },
    { left: 10, top: 0, width: 1, height: 29 },
    { left: 0, top: 9, width: 37, height: 1 },
    { left: 5, top: 6, width: 16, height: 16 },
  ];
  for (const part of parts) {
    for (const [width, height] of [
      [16, 16],
      [5, 40],
      [50, 3],
      [1, 1],
      [37, 29],
    ] as const) {
      // prettier-ignore
      const view = { data: new Float32Array(4 + 3 * width * height), offset: 4, width, height };
      resampler.resample(image, part, width, height, view.data, placementOf(width, height, 4));
      const distance = difference(view, resized(cropped(pictureOf(image), part), width, height));
      assert.ok(distance < 1e-6, `${JSON.stringify(part)} to ${width} × ${height} is off by ${distance}`);
      assert.deepEqual(view.data.subarray(0, 4), new Float32Array(4));
    }
  }
});

test('a part of the right size is copied exactly', () => {
  const image = { width: 16, height: 16, data: Uint8Array.from({ length: 768 }, (_, i) => (i * 7) % 256) };
  const view = { data: new Float32Array(768), offset: 0, width: 16, height: 16 };
  new Resampler().resample(
    image,
    { left: 0, top: 0, width: 16, height: 16 },
    16,
    16,
    view.data,
    placementOf(16, 16, 0),
  );
  const expected = Float32Array.from({ length: 768 }, (_, i) => image.data[(i % 256) * 3 + Math.floor(i / 256)]! / 255);
  assert.deepEqual(view.data, expected);
});

test('black and white stay black and white', () => {
  const resampler = new Resampler();
  for (const [value, expected] of [
    [0, 0],
    [255, 1],
  ] as const) {
    // prettier-ignore
    const image = { width: 31, height: 17, data: new Uint8Array(31 * 17 * 3).fill(value) };
    for (const size of [3, 7, 13, 40]) {
      const out = new Float32Array(3 * size * size);
      resampler.resample(
        image,
        { left: 1, top: 2, width: 29, height: 13 },
        size,
        size,
        out,
        placementOf(size, size, 0),
      );
      assert.ok(out.every((result) => result === expected));
    }
  }
});
