import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Augmenter } from '../../../src/core/augmentation/augmenter.ts';
import { drawAugmentation } from '../../../src/core/augmentation/draw.ts';
import { identityPlan, type AugmentationPlan } from '../../../src/core/augmentation/plan.ts';
import { augmentationPresets } from '../../../src/core/augmentation/presets.ts';
import type { AugmentationRecipe } from '../../../src/core/augmentation/recipe.ts';
import type { RgbImage } from '../../../src/core/images/pixels.ts';
import {
  augmented,
  difference,
  mirroredHorizontally,
  mirroredVertically,
  pictureOf,
  planarOf,
  quarterTurned,
  randomImage,
  resized,
} from './reference.ts';

const everything: AugmentationRecipe = {
  crop: { probability: 0.9, area: [0.1, 1], aspectRatio: [1 / 2, 2] },
  horizontalFlip: { probability: 0.5 },
  verticalFlip: { probability: 0.5 },
  quarterTurns: { probability: 0.75 },
  rotation: { probability: 0.5, maximumDegrees: 90 },
  colourJitter: { probability: 0.8, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.3 },
  greyscale: { probability: 0.2 },
  blur: { probability: 0.5, sigma: [0.1, 2] },
  noise: { probability: 0.5, deviation: [0.01, 0.2], monochrome: false },
  cutout: { probability: 0.5, area: [0.05, 0.4], aspectRatio: [0.3, 3], fill: 'mean' },
};

const augmenter = new Augmenter();

function viewOf(source: RgbImage, plan: AugmentationPlan, width: number, height: number): Float32Array {
  const out = new Float32Array(3 * width * height);
  augmenter.apply(source, plan, { width, height }, out);
  return out;
}

/** What a plan adds to the values: as seen on grey, scaled up from where nothing is clipped. */
function noiseOf(plan: AugmentationPlan, width: number, height: number): Float32Array | undefined {
  if (plan.noise === undefined) return undefined;
  const plain = { width, height, data: new Uint8Array(3 * width * height).fill(51) };
  const noise = { ...plan.noise, deviation: 0.04 };
  const out = viewOf(plain, { ...identityPlan(plain), noise }, width, height);
  return out.map((value) => ((value - 0.2) / 0.04) * plan.noise!.deviation);
}

suite('the whole pipeline equals its operations one by one', () => {
  const sources: [width: number, height: number][] = [[64, 85], [40, 17], [1, 1], [1, 30], [50, 1], [3, 2]]; // prettier-ignore
  for (const [width, height] of sources) {
    test(`of ${width} × ${height} pixels`, () => {
      const source = randomImage(width, height, width);
      for (let sample = 0; sample < 30; sample++) {
        const plan = drawAugmentation(everything, source, { seed: 11, epoch: 0, sample, view: 0 });
        for (const [columns, rows] of [
          [24, 24],
          [41, 20],
          [1, 1],
        ] as const) {
          // prettier-ignore
          const view = { data: viewOf(source, plan, columns, rows), offset: 0, width: columns, height: rows };
          const expected = augmented(source, plan, columns, rows, noiseOf(plan, columns, rows));
          const distance = difference(view, expected);
          assert.ok(distance < 1e-5, `off by ${distance} for ${JSON.stringify(plan)} at ${columns} × ${rows}`);
        }
      }
    });
  }
});

test('without a change the view is the scaled picture', () => {
  const source = randomImage(21, 15);
  const view = { data: viewOf(source, identityPlan(source), 8, 10), offset: 0, width: 8, height: 10 };
  assert.ok(difference(view, resized(pictureOf(source), 8, 10)) < 1e-6);
  const same = viewOf(source, identityPlan(source), 21, 15);
  assert.deepEqual(same, Float32Array.from(planarOf(pictureOf(source))));
});

test('flips and quarter turns are exact, one after the other, also of oblong views', () => {
  const source = randomImage(12, 9);
  for (const horizontalFlip of [false, true]) {
    for (const verticalFlip of [false, true]) {
      let expected = pictureOf(source);
      if (horizontalFlip) expected = mirroredHorizontally(expected);
      if (verticalFlip) expected = mirroredVertically(expected);
      for (const quarterTurns of [0, 1, 2, 3]) {
        const plan = { ...identityPlan(source), horizontalFlip, verticalFlip, quarterTurns };
        const [width, height] = quarterTurns % 2 === 0 ? [12, 9] : [9, 12];
        assert.deepEqual(viewOf(source, plan, width, height), Float32Array.from(planarOf(expected)));
        expected = quarterTurned(expected);
      }
    }
  }
});

test('values stay between 0 and 1 before they are normalised', () => {
  const extreme: AugmentationRecipe = {
    ...everything,
    colourJitter: { probability: 1, brightness: 10, contrast: 10, saturation: 10, hue: 0.5 },
    noise: { probability: 1, deviation: [1, 1], monochrome: false },
  };
  const source = randomImage(30, 20);
  for (let sample = 0; sample < 100; sample++) {
    const recipe = sample % 2 === 0 ? extreme : everything;
    const plan = drawAugmentation(recipe, source, { seed: 1, epoch: 0, sample, view: 0 });
    assert.ok(viewOf(source, plan, 25, 25).every((value) => value >= 0 && value <= 1));
  }
});

test('writes the view at its offset, normalised, and nothing else', () => {
  const source = randomImage(20, 30);
  const normalisation = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.5] } as const;
  const plan = drawAugmentation(everything, source, { seed: 1, epoch: 0, sample: 0, view: 1 });
  const plain = viewOf(source, plan, 16, 16);
  const out = new Float32Array(1000).fill(9);
  augmenter.apply(source, plan, { width: 16, height: 16 }, out, 100, normalisation);
  assert.ok(out.every((value, i) => (i >= 100 && i < 868) || value === 9));
  for (const [i, value] of plain.entries()) {
    const channel = Math.floor(i / 256);
    const expected = (value - normalisation.mean[channel]!) / normalisation.std[channel]!;
    assert.ok(Math.abs(out[100 + i]! - expected) < 1e-5);
  }
});

test('a view does not depend on those that were made before it', () => {
  const source = randomImage(50, 40);
  const plan = drawAugmentation({ ...everything, rotation: { probability: 1, maximumDegrees: 45 } }, source, {
    seed: 3,
    epoch: 0,
    sample: 0,
    view: 0,
  });
  const used = viewOf(source, plan, 32, 24);
  const fresh = new Float32Array(used.length);
  new Augmenter().apply(source, plan, { width: 32, height: 24 }, fresh);
  viewOf(randomImage(90, 90), identityPlan({ width: 90, height: 90 }), 64, 64);
  assert.deepEqual(viewOf(source, plan, 32, 24), used);
  assert.deepEqual(fresh, used);
});

test('grey scans stay grey under their preset', () => {
  const pixels = randomImage(40, 40).data;
  const source = { width: 40, height: 40, data: pixels.map((_, i) => pixels[i - (i % 3)]!) };
  const { recipe } = augmentationPresets.find(({ id }) => id === 'medical-gray')!;
  for (let sample = 0; sample < 20; sample++) {
    const view = viewOf(source, drawAugmentation(recipe(24), source, { seed: 1, epoch: 0, sample, view: 0 }), 24, 24);
    assert.deepEqual(view.subarray(576, 1152), view.subarray(0, 576));
    assert.deepEqual(view.subarray(1152), view.subarray(0, 576));
  }
});

test("refuses another picture's plan, and an array that is too short", () => {
  const source = randomImage(8, 8);
  const size = { width: 4, height: 4 };
  const plan = identityPlan({ width: 8, height: 9 });
  assert.throws(() => {
    augmenter.apply(source, plan, size, new Float32Array(48));
  }, /8 × 9/);
  assert.throws(() => {
    augmenter.apply(source, identityPlan(source), size, new Float32Array(48), 1);
  }, /beyond the end/);
});
