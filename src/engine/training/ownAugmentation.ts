import { noOwnAugmentation } from '../../core/augmentation/augmentationErrors.ts';
import { CUSTOM_AUGMENTATION, type AugmentationChoice } from '../../core/training/augmentationChoice.ts';
import { readConfig } from '../store/config.ts';

/**
 * The settings with the dataset's own recipe where that is meant: the run keeps it as it is now, so that one that goes on
 * doesn't change. Throws no-own-augmentation.
 */
export function withRecipe<Wished extends Partial<AugmentationChoice>>(wished: Wished, root: string): Wished {
  if (wished.augmentation !== CUSTOM_AUGMENTATION || wished.recipe !== undefined) return wished;
  const recipe = readConfig(root).augmentation;
  if (recipe === undefined) throw noOwnAugmentation(root);
  return { ...wished, recipe };
}
