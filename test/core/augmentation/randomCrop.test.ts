import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropSize, drawCrop } from '../../../src/core/augmentation/randomCrop.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { unlessShared } from '../../shared.ts';
import { augmentVectors, vectorsPath } from './reference.ts';
import { assertUniform } from './statistics.ts';

test('the size of a part is that of torchvision', { skip: unlessShared(vectorsPath) }, () => {
  const cases = augmentVectors()['random_resized_crop_geometry'] as Record<string, number>[];
  assert.equal(cases.length, 4);
  for (const { H, W, scale, log_ratio, w, h } of cases) {
    assert.deepEqual(cropSize({ width: W!, height: H! }, scale!, log_ratio!), { width: w, height: h });
  }
});

test('area, logarithm of the aspect ratio and place are uniform', () => {
  const source = { width: 3000, height: 3000 };
  const random = new RandomStream(1);
  const parts = Array.from({ length: 3000 }, () =>
    drawCrop({ probability: 1, area: [0.2, 0.5], aspectRatio: [3 / 4, 4 / 3] }, source, random),
  );
  assertUniform(
    parts.map(({ width, height }) => (width * height) / 9e6),
    0.2,
    0.5,
  );
  assertUniform(
    parts.map(({ width, height }) => Math.log(width / height)),
    Math.log(3 / 4),
    Math.log(4 / 3),
  );
  assertUniform(
    parts.map(({ left, width }) => left / (3000 - width)),
    0,
    1,
  );
  assertUniform(
    parts.map(({ top, height }) => top / (3000 - height)),
    0,
    1,
  );
});

test('parts lie within the picture and reach its edges', () => {
  const source = { width: 7, height: 5 };
  const random = new RandomStream(2);
  const reached = new Set<string>();
  for (let i = 0; i < 2000; i++) {
    const part = drawCrop({ probability: 1, area: [0.08, 1], aspectRatio: [3 / 4, 4 / 3] }, source, random);
    assert.ok(part.left >= 0 && part.top >= 0 && part.width >= 1 && part.height >= 1);
    assert.ok(part.left + part.width <= 7 && part.top + part.height <= 5);
    if (part.left === 0) reached.add('left');
    if (part.top === 0) reached.add('top');
    if (part.left + part.width === 7) reached.add('right');
    if (part.top + part.height === 5) reached.add('bottom');
  }
  assert.equal(reached.size, 4);
});

test('where no part fits, the largest one in the middle whose aspect ratio is in range is taken', () => {
  const recipe = { probability: 1, area: [1, 1], aspectRatio: [3 / 4, 4 / 3] } as const;
  const centre = (width: number, height: number) => drawCrop(recipe, { width, height }, new RandomStream(3));
  assert.deepEqual(centre(300, 90), { left: 90, top: 0, width: 120, height: 90 });
  assert.deepEqual(centre(90, 301), { left: 0, top: 90, width: 90, height: 120 });
  assert.deepEqual(centre(1, 500), { left: 0, top: 249, width: 1, height: 1 });
  assert.deepEqual(centre(500, 1), { left: 249, top: 0, width: 1, height: 1 });
  assert.deepEqual(centre(1, 1), { left: 0, top: 0, width: 1, height: 1 });
});
