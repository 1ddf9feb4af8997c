import { augmentationPreset, augmentationPresets, labelledRecipe } from '../augmentation/presets.ts';
import type { AugmentationRecipe } from '../augmentation/recipe.ts';
import { parseAugmentationRecipe } from '../augmentation/recipeRules.ts';
import { usage } from '../errors.ts';

/** What is done to the images of a run before they are learnt from. */
export interface AugmentationChoice {
  /** A preset's id, `CROP_AUGMENTATION` or `CUSTOM_AUGMENTATION`. */
  readonly augmentation: string;
  /** Of the latter. */
  readonly recipe?: AugmentationRecipe;
}

/** Stands for a recipe that isn't a preset's. */
export const CUSTOM_AUGMENTATION = 'custom';
/** Stands for crops and mirror images alone, where what is learnt says itself which differences don't matter. */
export const CROP_AUGMENTATION = 'crops';

/** @param size height and width of the views in pixels */
export function recipeOf({ augmentation, recipe }: AugmentationChoice, size: number): AugmentationRecipe {
  if (augmentation === CUSTOM_AUGMENTATION) return recipe!;
  return augmentation === CROP_AUGMENTATION ? labelledRecipe : augmentationPreset(augmentation)!.recipe(size);
}

/** Throws usage, naming those there are. */
export function checkAugmentation({ augmentation, recipe }: AugmentationChoice): void {
  if (augmentation === CUSTOM_AUGMENTATION) {
    parseAugmentationRecipe(recipe);
  } else if (recipe !== undefined) {
    throw usage(`A recipe belongs to the augmentation "${CUSTOM_AUGMENTATION}", not to "${augmentation}".`);
  } else if (augmentation !== CROP_AUGMENTATION && augmentationPreset(augmentation) === undefined) {
    const ids = [...augmentationPresets.map(({ id }) => id), CROP_AUGMENTATION, CUSTOM_AUGMENTATION].join(', ');
    throw usage(`There is no augmentation preset "${augmentation}"; choose one of ${ids}.`);
  }
}
