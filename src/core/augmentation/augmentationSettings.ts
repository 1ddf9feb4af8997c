import type { AugmentationRecipe, Range } from './recipe.ts';

export type AugmentationName = keyof AugmentationRecipe;
/** Every augmentation, switched on or not. */
export type AllAugmentations = Required<AugmentationRecipe>;

/** A recipe while it is being set: what is switched off keeps what it was set to. */
export interface AugmentationSettings {
  readonly all: AllAugmentations;
  readonly off: readonly AugmentationName[];
}

const usualAspectRatio: Range = [3 / 4, 4 / 3];

/** What an augmentation is set to when it is switched on for the first time; in the order of application. */
const initially: AllAugmentations = {
  crop: { probability: 1, area: [0.5, 1], aspectRatio: usualAspectRatio },
  horizontalFlip: { probability: 0.5 },
  verticalFlip: { probability: 0.5 },
  quarterTurns: { probability: 0.75 },
  rotation: { probability: 0.5, maximumDegrees: 10 },
  colourJitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  greyscale: { probability: 0.2 },
  blur: { probability: 0.5, sigma: [0.1, 2] },
  noise: { probability: 0.5, deviation: [0, 0.05], monochrome: false },
  cutout: { probability: 0.5, area: [0.05, 0.25], aspectRatio: [1 / 2, 2], fill: 'mean' },
};

export const augmentationNames = Object.keys(initially) as readonly AugmentationName[];

export function settingsOf(recipe: AugmentationRecipe): AugmentationSettings {
  return {
    all: { ...initially, ...recipe },
    off: augmentationNames.filter((name) => recipe[name] === undefined),
  };
}

/** What is switched on. */
export function recipeOf({ all, off }: AugmentationSettings): AugmentationRecipe {
  return Object.fromEntries(augmentationNames.filter((name) => !off.includes(name)).map((name) => [name, all[name]]));
}

/** Takes over a recipe; what it doesn't hold keeps what it was set to. */
export function withRecipe({ all }: AugmentationSettings, recipe: AugmentationRecipe): AugmentationSettings {
  const { off } = settingsOf(recipe);
  return { all: { ...all, ...recipe }, off };
}

export function switched(settings: AugmentationSettings, name: AugmentationName, on: boolean): AugmentationSettings {
  const others = settings.off.filter((other) => other !== name);
  return { ...settings, off: on ? others : [...others, name] };
}

export function withProbability(
  { all, off }: AugmentationSettings,
  name: AugmentationName,
  probability: number,
): AugmentationSettings {
  return { all: { ...all, [name]: { ...all[name], probability: within(probability, 0, 1) } }, off };
}

export type StrengthName =
  'crop' | 'rotation' | 'brightness' | 'contrast' | 'saturation' | 'hue' | 'blur' | 'noise' | 'cutout';

/** How far an augmentation may go, as one number from `step` (it does next to nothing) to `maximum`. */
export interface Strength {
  readonly augmentation: AugmentationName;
  readonly maximum: number;
  readonly step: number;
  readonly of: (all: AllAugmentations) => number;
  readonly set: (all: AllAugmentations, value: number) => AllAugmentations;
}

/** A part of the colour jitter. */
const jitter = (name: 'brightness' | 'contrast' | 'saturation' | 'hue', maximum: number): Strength => ({
  augmentation: 'colourJitter',
  maximum,
  step: 0.01,
  of: ({ colourJitter }) => colourJitter[name],
  set: (all, value) => ({ ...all, colourJitter: { ...all.colourJitter, [name]: value } }),
});

export const strengths: Readonly<Record<StrengthName, Strength>> = {
  /** The share of the area that may be cut off; SimCLR goes to 0.92 for ImageNet. */
  crop: {
    augmentation: 'crop',
    maximum: 0.92,
    step: 0.01,
    of: ({ crop }) => 1 - crop.area[0],
    set: (all, value) => ({ ...all, crop: { ...all.crop, area: [1 - value, Math.max(1 - value, all.crop.area[1])] } }),
  },
  /** Degrees to either side; beyond a right angle there are the quarter turns. */
  rotation: {
    augmentation: 'rotation',
    maximum: 90,
    step: 1,
    of: ({ rotation }) => rotation.maximumDegrees,
    set: (all, value) => ({ ...all, rotation: { ...all.rotation, maximumDegrees: value } }),
  },
  brightness: jitter('brightness', 1),
  contrast: jitter('contrast', 1),
  saturation: jitter('saturation', 1),
  hue: jitter('hue', 0.5),
  /** Pixels of the view. */
  blur: {
    augmentation: 'blur',
    maximum: 4,
    step: 0.1,
    of: ({ blur }) => blur.sigma[1],
    set: (all, value) => ({ ...all, blur: { ...all.blur, sigma: upTo(all.blur.sigma, value) } }),
  },
  noise: {
    augmentation: 'noise',
    maximum: 0.3,
    step: 0.01,
    of: ({ noise }) => noise.deviation[1],
    set: (all, value) => ({ ...all, noise: { ...all.noise, deviation: upTo(all.noise.deviation, value) } }),
  },
  /** The share of the view that may be covered. */
  cutout: {
    augmentation: 'cutout',
    maximum: 0.5,
    step: 0.01,
    of: ({ cutout }) => cutout.area[1],
    set: (all, value) => ({ ...all, cutout: { ...all.cutout, area: upTo(all.cutout.area, value) } }),
  },
};

export function withStrength(
  { all, off }: AugmentationSettings,
  name: StrengthName,
  value: number,
): AugmentationSettings {
  const { maximum, step, augmentation, set } = strengths[name];
  // Parts of the colour jitter are switched off one by one with 0; others have a switch, and may need more than nothing.
  const least = augmentation === 'colourJitter' ? 0 : step;
  return { all: set(all, within(value, least, maximum)), off };
}

/** Lowers or raises the upper end of a range. */
function upTo([low]: Range, high: number): Range {
  return [Math.min(low, high), high];
}

function within(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
