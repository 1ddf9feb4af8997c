import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blurRadius, gaussianBlur } from '../../../src/core/augmentation/blur.ts';
import { unlessShared } from '../../shared.ts';
import {
  augmentVectors,
  blurred,
  difference,
  pictureOf,
  planesOf,
  randomImage,
  vectorsPath,
  type Picture,
} from './reference.ts';

test('equals the float64 vectors with a mirrored edge', { skip: unlessShared(vectorsPath) }, () => {
  const vectors = augmentVectors();
  const view = planesOf(vectors['img_hwc_0_1'] as Picture, 5);
  gaussianBlur(view, 1, 2, new Float32Array(48));
  assert.ok(difference(view, vectors['blur_sigma1_k5_reflect_pad (torchvision)'] as Picture) < 1e-6);
});

test('equals a weighted mean of the square around each pixel', () => {
  const picture = pictureOf(randomImage(11, 8));
  for (const [sigma, radius] of [
    [0.1, 3],
    [0.8, 1],
    [2, 7],
    [1e-9, 2],
    [50, 4],
  ] as const) {
    // prettier-ignore
    const view = planesOf(picture, 1);
    gaussianBlur(view, sigma, radius, new Float32Array(3 * 88));
    assert.ok(difference(view, blurred(picture, sigma, radius)) < 1e-6, `sigma ${sigma}, radius ${radius}`);
    assert.equal(view.data[0], 7);
  }
});

test('the radius is that of SimCLR: a kernel of 23 at 224 pixels, 7 at 64, none below 20', () => {
  const radii = [224, 128, 96, 64, 32, 19, 1].map((size) => blurRadius({ width: size, height: size }));
  assert.deepEqual(radii, [11, 6, 4, 3, 1, 0, 0]);
  assert.equal(blurRadius({ width: 224, height: 64 }), 3);
});
