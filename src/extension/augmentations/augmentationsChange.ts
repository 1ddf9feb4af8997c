import {
  augmentationNames,
  settingsOf,
  strengths,
  switched,
  withProbability,
  withRecipe,
  withStrength,
  type AugmentationSettings,
} from '../../core/augmentation/augmentationSettings.ts';
import { augmentationPreset } from '../../core/augmentation/presets.ts';
import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import { viewCounts, viewSizes } from '../../protocol/augmentations.ts';
import {
  EDITED_PRESET,
  OWN_PRESET,
  type AugmentationChange,
  type AugmentationsState,
} from '../../protocol/augmentationsView.ts';

type Controls = Pick<AugmentationsState, 'preset' | 'settings' | 'viewSize' | 'count' | 'pinned'>;

/**
 * What the controls stand for after a change of one of them. What comes from a page and isn't on offer changes nothing.
 *
 * @param own the dataset's own augmentation, where it has one
 */
export function changed(
  controls: Controls,
  change: AugmentationChange,
  own: AugmentationRecipe | undefined,
): Partial<Controls> {
  const { settings } = controls;
  if ('pinned' in change) return { pinned: change.pinned };
  if ('count' in change) return viewCounts.includes(change.count) ? { count: change.count } : {};
  if ('viewSize' in change) return viewSizes.includes(change.viewSize) ? withViewSize(controls, change.viewSize) : {};
  if ('preset' in change) return withPreset(controls, change.preset, own);
  if ('strength' in change) {
    if (!Object.hasOwn(strengths, change.strength) || !Number.isFinite(change.value)) return {};
    return edited(withStrength(settings, change.strength, change.value));
  }
  if (!augmentationNames.includes(change.augmentation)) return {};
  if ('on' in change) return edited(switched(settings, change.augmentation, change.on));
  return Number.isFinite(change.probability)
    ? edited(withProbability(settings, change.augmentation, change.probability))
    : {};
}

function edited(settings: AugmentationSettings): Partial<Controls> {
  return { settings, preset: EDITED_PRESET };
}

function withPreset(
  { settings, viewSize }: Controls,
  preset: string,
  own: AugmentationRecipe | undefined,
): Partial<Controls> {
  const recipe = preset === OWN_PRESET ? own : augmentationPreset(preset)?.recipe(viewSize);
  return recipe === undefined ? {} : { preset, settings: withRecipe(settings, recipe) };
}

/** A preset may do something else to larger views. */
function withViewSize({ preset, settings }: Controls, viewSize: number): Partial<Controls> {
  const recipe = augmentationPreset(preset)?.recipe(viewSize);
  return recipe === undefined ? { viewSize } : { viewSize, settings: withRecipe(settings, recipe) };
}

/** What is set before anybody has set anything. */
export function initialSettings(viewSize: number): AugmentationSettings {
  return settingsOf(augmentationPreset('natural')!.recipe(viewSize));
}
