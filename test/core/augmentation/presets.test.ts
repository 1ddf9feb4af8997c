import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmentationPreset, augmentationPresets } from '../../../src/core/augmentation/presets.ts';
import { parseAugmentationRecipe } from '../../../src/core/augmentation/recipeRules.ts';

const recipeOf = (id: string, viewSize = 64) => augmentationPreset(id)!.recipe(viewSize);

test('every preset is a valid recipe at every size, with an id of its own, a title and one sentence', () => {
  assert.equal(new Set(augmentationPresets.map(({ id }) => id)).size, augmentationPresets.length);
  for (const { id, title, description, recipe } of augmentationPresets) {
    for (const size of [32, 64, 224]) {
      const copy: unknown = JSON.parse(JSON.stringify(recipe(size)));
      assert.deepEqual(parseAugmentationRecipe(copy), recipe(size), id);
    }
    assert.match(title, /^[A-Z].{3,40}$/);
    assert.match(description, /^[A-Z][^.]{20,110}\.$/);
  }
});

test('an unknown preset is none', () => {
  assert.equal(augmentationPreset('toString'), undefined);
});

test('photos are blurred above 64 pixels only', () => {
  assert.equal(recipeOf('natural', 64).blur, undefined);
  assert.deepEqual(recipeOf('natural', 65).blur, { probability: 0.5, sigma: [0.1, 2] });
});

test('no preset is invariant to what its pictures are told apart by', () => {
  const colour = recipeOf('fine-grained-colour');
  assert.equal(colour.colourJitter?.hue, 0);
  assert.equal(colour.greyscale, undefined);
  for (const id of ['documents', 'medical-gray']) {
    const { horizontalFlip, verticalFlip, quarterTurns, rotation } = recipeOf(id);
    assert.deepEqual([horizontalFlip, verticalFlip, quarterTurns], [undefined, undefined, undefined]);
    assert.ok(rotation!.maximumDegrees <= 10);
  }
  const { colourJitter, noise } = recipeOf('medical-gray');
  assert.deepEqual([colourJitter?.saturation, colourJitter?.hue, noise?.monochrome], [0, 0, true]);
});
