import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  augmentationNames,
  recipeOf,
  settingsOf,
  strengths,
  switched,
  withProbability,
  withRecipe,
  withStrength,
  type StrengthName,
} from '../../../src/core/augmentation/augmentationSettings.ts';
import { drawAugmentation } from '../../../src/core/augmentation/draw.ts';
import { augmentationPresets } from '../../../src/core/augmentation/presets.ts';
import { parseAugmentationRecipe } from '../../../src/core/augmentation/recipeRules.ts';
import {
  isSwitch,
  mixedCurve,
  probeNames,
  probeRecipe,
  probeShare,
} from '../../../src/core/augmentation/sensitivity.ts';

const strengthNames = Object.keys(strengths) as StrengthName[];

describe('a recipe while it is being set', () => {
  it('is the preset that it was taken from', () => {
    for (const { recipe } of augmentationPresets) assert.deepEqual(recipeOf(settingsOf(recipe(96))), recipe(96));
    assert.deepEqual(recipeOf(settingsOf({})), {});
  });

  it('keeps what was set of an augmentation that is switched off and on again, or that a preset leaves out', () => {
    const set = withStrength(settingsOf(augmentationPresets[0]!.recipe(96)), 'blur', 3);
    const off = switched(set, 'blur', false);
    assert.equal(recipeOf(off).blur, undefined);
    assert.deepEqual(switched(off, 'blur', true), { ...set, off: off.off.filter((name) => name !== 'blur') });
    assert.deepEqual(recipeOf(switched(withRecipe(set, {}), 'blur', true)), { blur: set.all.blur });
  });

  it('is valid whatever the controls are set to', () => {
    for (const name of strengthNames) {
      for (const value of [-1, 0, 0.03, strengths[name].maximum, 1e6]) {
        const set = withStrength(settingsOf({}), name, value);
        const on = augmentationNames.reduce((sum, other) => switched(sum, other, true), set);
        assert.doesNotThrow(() => parseAugmentationRecipe(recipeOf(on)), `${name} ${value}`);
      }
    }
    const { all } = withProbability(settingsOf({}), 'crop', 7);
    assert.equal(all.crop.probability, 1);
  });

  it('says of each strength what it was set to', () => {
    for (const name of strengthNames) {
      const value = strengths[name].maximum / 2;
      assert.ok(Math.abs(strengths[name].of(withStrength(settingsOf({}), name, value).all) - value) < 1e-12, name);
    }
  });
});

describe('one augmentation by itself', () => {
  it('does nothing at strength 0, and at others nothing but that', () => {
    const key = { seed: 1, epoch: 0, sample: 2, view: 3 };
    const source = { width: 60, height: 40 };
    const still = drawAugmentation({}, source, key);
    for (const name of probeNames) {
      assert.deepEqual(drawAugmentation(probeRecipe(name, 0), source, key), still, name);
      for (const share of [0.2, 1]) {
        const recipe = parseAugmentationRecipe(probeRecipe(name, share));
        const operations = Object.keys(recipe);
        assert.equal(operations.length, 1, name);
        const plan = drawAugmentation(recipe, source, key);
        assert.notDeepEqual(plan, still, `${name} at ${share}`);
        if (!isSwitch(name)) assert.ok(Math.abs(probeShare(name, recipe) - share) < 1e-9, name);
        if (operations[0] === 'colourJitter')
          assert.deepEqual(
            plan.colourJitter.map(({ operation }) => operation),
            [name],
          );
      }
    }
  });

  it('lies where the recipe has it', () => {
    const { crop, horizontalFlip } = augmentationPresets[0]!.recipe(64);
    assert.equal(probeShare('crop', { crop: crop! }), 0.5 / 0.92);
    assert.equal(probeShare('horizontalFlip', { horizontalFlip: horizontalFlip! }), 0.5);
    assert.equal(probeShare('blur', { crop: crop! }), 0);
  });

  it('applied now and then is between never and always', () => {
    assert.deepEqual([...mixedCurve(Float64Array.of(0, 0.5, 1), 1, 0.5)], [1, 0.75, 0.5]);
  });
});
