import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AugmentationRecipe } from '../../../src/core/augmentation/recipe.ts';
import { parseAugmentationRecipe } from '../../../src/core/augmentation/recipeRules.ts';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';

const full: AugmentationRecipe = {
  crop: { probability: 1, area: [0.08, 1], aspectRatio: [0.75, 1.5] },
  horizontalFlip: { probability: 0.5 },
  verticalFlip: { probability: 0 },
  quarterTurns: { probability: 0.75 },
  rotation: { probability: 0.2, maximumDegrees: 180 },
  colourJitter: { probability: 0.8, brightness: 0.4, contrast: 0, saturation: 10, hue: 0.5 },
  greyscale: { probability: 0.1 },
  blur: { probability: 0.5, sigma: [0.1, 0.1] },
  noise: { probability: 1, deviation: [0, 1], monochrome: false },
  cutout: { probability: 0.5, area: [0.02, 0.3], aspectRatio: [0.3, 3.3], fill: 'mean' },
};

test('takes every operation or none, and survives JSON', () => {
  assert.deepEqual(parseAugmentationRecipe({}), {});
  assert.deepEqual(parseAugmentationRecipe(JSON.parse(JSON.stringify(full))), full);
  assert.deepEqual(parseAugmentationRecipe({ cutout: { ...full.cutout, fill: 0 } }).cutout?.fill, 0);
});

test('refuses what is wrong with one sentence that names the field and what it has to be', () => {
  const refusals: [recipe: unknown, message: string][] = [
    [undefined, 'it has to be an object in braces'],
    [[], 'it has to be an object in braces'],
    ['natural', 'it has to be an object in braces'],
    [{ crop: true }, '"crop" has to be an object in braces'],
    [{ crop: null }, '"crop" has to be an object in braces'],
    [{ mirror: {} }, '"mirror" is not one of the operations crop, horizontalFlip, verticalFlip, quarterTurns, rotation, colourJitter, greyscale, blur, noise, cutout'],
    [{ toString: {} }, '"toString" is not one of the operations crop, horizontalFlip, verticalFlip, quarterTurns, rotation, colourJitter, greyscale, blur, noise, cutout'],
    [{ greyscale: {} }, '"greyscale.probability" is missing, it has to be a number from 0 to 1'],
    [{ greyscale: { probability: 1.1 } }, '"greyscale.probability" has to be a number from 0 to 1'],
    [{ greyscale: { probability: Number.NaN } }, '"greyscale.probability" has to be a number from 0 to 1'],
    [{ greyscale: { probability: '1' } }, '"greyscale.probability" has to be a number from 0 to 1'],
    [{ greyscale: { probability: 1, p: 1 } }, '"greyscale.p" is not one of probability'],
    [{ crop: { ...full.crop, area: [0, 1] } }, '"crop.area" has to be two numbers above 0 and at most 1, the smaller one first'],
    [{ crop: { ...full.crop, area: [0.5, 1.1] } }, '"crop.area" has to be two numbers above 0 and at most 1, the smaller one first'],
    [{ crop: { ...full.crop, area: [0.5, 0.4] } }, '"crop.area" has to be two numbers above 0 and at most 1, the smaller one first'],
    [{ crop: { ...full.crop, area: 0.5 } }, '"crop.area" has to be two numbers above 0 and at most 1, the smaller one first'],
    [{ crop: { ...full.crop, aspectRatio: [1, Infinity] } }, '"crop.aspectRatio" has to be two numbers above 0, the smaller one first'],
    [{ rotation: { probability: 1, maximumDegrees: -5 } }, '"rotation.maximumDegrees" has to be a number from 0 to 180'],
    [{ colourJitter: { ...full.colourJitter, brightness: 11 } }, '"colourJitter.brightness" has to be a number from 0 to 10'],
    [{ colourJitter: { ...full.colourJitter, hue: 0.6 } }, '"colourJitter.hue" has to be a number from 0 to 0.5'],
    [{ blur: { probability: 1, sigma: [0, 1] } }, '"blur.sigma" has to be two numbers above 0, the smaller one first'],
    [{ noise: { ...full.noise, deviation: [-1, 1] } }, '"noise.deviation" has to be two numbers from 0 to 1, the smaller one first'],
    [{ noise: { ...full.noise, monochrome: 1 } }, '"noise.monochrome" has to be true or false'],
    [{ cutout: { ...full.cutout, fill: 'white' } }, '"cutout.fill" has to be "mean" or a number from 0 to 1'],
  ]; // prettier-ignore
  for (const [recipe, detail] of refusals) {
    assert.throws(
      () => parseAugmentationRecipe(recipe),
      (error) => {
        assert.ok(error instanceof LikenessError);
        assert.equal(error.code, ErrorCode.InvalidAugmentation);
        assert.equal(error.message, `The augmentation recipe is not valid: ${detail}; correct it or choose a preset.`);
        return true;
      },
    );
  }
});
