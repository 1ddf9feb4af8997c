import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { changeColours } from '../../../src/core/augmentation/colour.ts';
import type { ColourStep } from '../../../src/core/augmentation/plan.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { unlessShared } from '../../shared.ts';
import {
  augmentVectors,
  coloured,
  difference,
  grey,
  pictureOf,
  planesOf,
  randomImage,
  vectorsPath,
  type Picture,
} from './reference.ts';

const permutationsOf = <T>(items: readonly T[]): T[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item) => permutationsOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));

suite('the float64 vectors', { skip: unlessShared(vectorsPath) }, () => {
  const cases: [name: string, steps: ColourStep[]][] = [
    ['brightness_mul_1.3 (simclrv2/torchvision), clipped', [{ operation: 'brightness', factor: 1.3 }]],
    ['contrast_0.6_torchvision (blend with mean gray)', [{ operation: 'contrast', factor: 0.6 }]],
    ['saturation_1.5_torchvision (blend with gray), clipped', [{ operation: 'saturation', factor: 1.5 }]],
    ['hue_+0.1 (HSV, h in turns)', [{ operation: 'hue', turns: 0.1 }]],
  ];
  for (const [name, steps] of cases) {
    test(name, () => {
      const vectors = augmentVectors();
      const view = planesOf(vectors['img_hwc_0_1'] as Picture, 5);
      changeColours(view, steps, false);
      assert.ok(difference(view, vectors[name] as Picture) < 1e-6);
    });
  }

  test('grey', () => {
    const vectors = augmentVectors();
    const view = planesOf(vectors['img_hwc_0_1'] as Picture, 5);
    changeColours(view, [], true);
    const expected = (vectors['gray_0.2989_0.587_0.114'] as number[][]).map((row) =>
      row.map((value) => [value, value, value]),
    );
    assert.ok(difference(view, expected) < 1e-6);
  });
});

test('all orders of the four steps equal the steps one by one, clipped after each', () => {
  const picture = pictureOf(randomImage(9, 7));
  const random = new RandomStream(3);
  for (const order of permutationsOf(['brightness', 'contrast', 'saturation', 'hue'] as const)) {
    const steps = order.map((operation): ColourStep =>
      operation === 'hue'
        ? { operation, turns: random.uniform(-0.5, 0.5) }
        : { operation, factor: random.uniform(0.2, 1.8) },
    );
    for (const greyscale of [false, true]) {
      const view = planesOf(picture, 2);
      changeColours(view, steps, greyscale);
      const expected = steps.reduce(coloured, picture);
      assert.ok(difference(view, greyscale ? grey(expected) : expected) < 1e-6, order.join());
      assert.deepEqual(view.data.subarray(0, 2), Float32Array.of(7, 7));
    }
  }
});

test('several contrasts each take the mean of what they find', () => {
  const picture = pictureOf(randomImage(5, 4));
  const steps: ColourStep[] = [
    { operation: 'contrast', factor: 1.7 },
    { operation: 'contrast', factor: 0.5 },
    { operation: 'brightness', factor: 1.4 },
    { operation: 'contrast', factor: 1.2 },
  ];
  const view = planesOf(picture);
  changeColours(view, steps, false);
  assert.ok(difference(view, steps.reduce(coloured, picture)) < 1e-6);
});

test('hue turns the primary colours into each other, also backwards and across a whole turn', () => {
  const primaries: Picture = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]; // prettier-ignore
  const turned: Picture = [[[0, 1, 0], [0, 0, 1], [1, 0, 0]]]; // prettier-ignore
  for (const turns of [1 / 3, -2 / 3, 4 / 3]) {
    const view = planesOf(primaries);
    changeColours(view, [{ operation: 'hue', turns }], false);
    assert.ok(difference(view, turned) < 1e-6, `${turns}`);
  }
});

test('a grey picture stays grey, whatever is done to it', () => {
  const random = new RandomStream(4);
  for (const order of permutationsOf(['brightness', 'contrast', 'saturation', 'hue'] as const)) {
    const steps = order.map((operation): ColourStep =>
      operation === 'hue' ? { operation, turns: 0.2 } : { operation, factor: random.uniform(0, 2) },
    );
    const view = planesOf(grey(pictureOf(randomImage(6, 6))));
    changeColours(view, steps, false);
    assert.deepEqual(view.data.subarray(36, 72), view.data.subarray(0, 36));
    assert.deepEqual(view.data.subarray(72), view.data.subarray(0, 36));
  }
});
