import {
  settingsOf,
  strengths,
  withStrength,
  type AllAugmentations,
  type StrengthName,
} from './augmentationSettings.ts';
import type { AugmentationRecipe } from './recipe.ts';

/** What is done or not done, without a strength. */
export type SwitchName = 'horizontalFlip' | 'verticalFlip' | 'quarterTurns' | 'greyscale';
/** An augmentation, or a part of the colour jitter, by itself. */
export type ProbeName = StrengthName | SwitchName;

/** In the order in which they are applied. */
export const probeNames: readonly ProbeName[] = [
  'crop',
  'horizontalFlip',
  'verticalFlip',
  'quarterTurns',
  'rotation',
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'greyscale',
  'blur',
  'noise',
  'cutout',
];

export function isSwitch(name: ProbeName): name is SwitchName {
  return !Object.hasOwn(strengths, name);
}

/**
 * A recipe that does this one thing to every view.
 *
 * @param share of the greatest strength, from 0, with which nothing is done, to 1; what has no strength is done above 0
 */
export function probeRecipe(name: ProbeName, share: number): AugmentationRecipe {
  if (share <= 0) return {};
  if (isSwitch(name)) return { [name]: { probability: 1 } };
  const { augmentation, maximum } = strengths[name];
  const { all } = withStrength({ all: untouched, off: [] }, name, share * maximum);
  return { [augmentation]: { ...all[augmentation], probability: 1 } };
}

/** Where a recipe lies between 0 and the greatest strength; 0 where it leaves this out. */
export function probeShare(name: ProbeName, recipe: AugmentationRecipe): number {
  if (isSwitch(name)) return recipe[name]?.probability ?? 0;
  const { augmentation, maximum, of } = strengths[name];
  if (recipe[augmentation] === undefined) return 0;
  return Math.min(1, of(settingsOf(recipe).all) / maximum);
}

const { all: usual } = settingsOf({});
/** A change of one part of the colour jitter leaves the others out. */
const untouched: AllAugmentations = {
  ...usual,
  colourJitter: { probability: 1, brightness: 0, contrast: 0, saturation: 0, hue: 0 },
};

/**
 * Means over a sample of images at several shares of the greatest strength.
 *
 * @param applied at share 1 of what has no strength: at a share it is applied with that probability, which makes the mean of
 *   `without` and `applied` in that proportion
 */
export function mixedCurve(shares: Float64Array, without: number, applied: number): Float32Array {
  return Float32Array.from(shares, (share) => without + share * (applied - without));
}
