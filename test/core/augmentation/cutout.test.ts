import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutOut } from '../../../src/core/augmentation/cutout.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { cutOutOf, difference, pictureOf, planesOf, randomImage } from './reference.ts';

test('paints those pixels over whose middles lie in the rectangle, and no others', () => {
  const random = new RandomStream(1);
  const picture = pictureOf(randomImage(13, 9));
  for (let i = 0; i < 50; i++) {
    const [width, height] = [random.uniform(), random.uniform()];
    const [left, top] = [random.uniform(0, 1 - width), random.uniform(0, 1 - height)];
    for (const fill of ['mean', 0.25] as const) {
      const plan = { left, top, width, height, fill };
      const view = planesOf(picture, 2);
      cutOut(view, plan);
      assert.ok(difference(view, cutOutOf(picture, plan)) < 1e-6, JSON.stringify(plan));
      assert.deepEqual(view.data.subarray(0, 2), Float32Array.of(7, 7));
    }
  }
});

test('the whole view can be painted over', () => {
  const view = planesOf(pictureOf(randomImage(4, 3)));
  cutOut(view, { left: 0, top: 0, width: 1, height: 1, fill: 0.5 });
  assert.deepEqual(view.data, new Float32Array(36).fill(0.5));
});
