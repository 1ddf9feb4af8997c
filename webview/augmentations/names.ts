import type { AugmentationName, StrengthName } from '../../src/core/augmentation/augmentationSettings.ts';
import type { ProbeName } from '../../src/core/augmentation/sensitivity.ts';

export const augmentationTitles: Readonly<Record<AugmentationName, string>> = {
  crop: 'Crop',
  horizontalFlip: 'Mirror left and right',
  verticalFlip: 'Mirror top and bottom',
  quarterTurns: 'Quarter turns',
  rotation: 'Rotation',
  colourJitter: 'Colour jitter',
  greyscale: 'Grey',
  blur: 'Blur',
  noise: 'Noise',
  cutout: 'Cutout',
};

/** A strength's name within its augmentation, and how a value of it is written. */
export interface StrengthText {
  readonly title: string;
  /** What it is, for those who don't see what belongs together. */
  readonly meaning: string;
  readonly format: (value: number) => string;
}

const percent = (value: number): string => `${Math.round(100 * value)} %`;
const plusMinusPercent = (value: number): string => (value === 0 ? 'kept' : `± ${percent(value)}`);

export const strengthTexts: Readonly<Record<StrengthName, StrengthText>> = {
  crop: { title: 'Cut off', meaning: 'share of the area that may be cut off', format: percent },
  rotation: { title: 'Angle', meaning: 'degrees to either side', format: (value) => `± ${Math.round(value)}°` },
  brightness: { title: 'Brightness', meaning: 'change of brightness', format: plusMinusPercent },
  contrast: { title: 'Contrast', meaning: 'change of contrast', format: plusMinusPercent },
  saturation: { title: 'Saturation', meaning: 'change of saturation', format: plusMinusPercent },
  hue: {
    title: 'Hue',
    meaning: 'turn of the hue',
    format: (value) => (value === 0 ? 'kept' : `± ${Math.round(360 * value)}°`),
  },
  blur: {
    title: 'Radius',
    meaning: 'standard deviation in pixels of the view',
    format: (value) => `${value.toFixed(1)} px`,
  },
  noise: { title: 'Deviation', meaning: 'standard deviation of the noise', format: percent },
  cutout: { title: 'Covered', meaning: 'share of the view that may be covered', format: percent },
};

export const strengthsOf: Readonly<Partial<Record<AugmentationName, readonly StrengthName[]>>> = {
  crop: ['crop'],
  rotation: ['rotation'],
  colourJitter: ['brightness', 'contrast', 'saturation', 'hue'],
  blur: ['blur'],
  noise: ['noise'],
  cutout: ['cutout'],
};

/** How an augmentation by itself is spoken of. */
export interface ProbeText {
  readonly title: string;
  /** The subject of a sentence. */
  readonly views: string;
  /** What training with it would treat as irrelevant. */
  readonly ignored: string;
}

export const probeTexts: Readonly<Record<ProbeName, ProbeText>> = {
  crop: { title: 'Crop', views: 'Crops', ignored: 'where things are and what surrounds them' },
  horizontalFlip: { title: 'Mirrored', views: 'Mirror images', ignored: 'left and right' },
  verticalFlip: { title: 'Upside down', views: 'Views upside down', ignored: 'up and down' },
  quarterTurns: { title: 'Quarter turns', views: 'Views that are turned', ignored: 'which way is up' },
  rotation: { title: 'Rotation', views: 'Rotated views', ignored: 'the exact angle' },
  brightness: { title: 'Brightness', views: 'Brighter and darker views', ignored: 'brightness' },
  contrast: { title: 'Contrast', views: 'Views of other contrast', ignored: 'contrast' },
  saturation: { title: 'Saturation', views: 'Paler and stronger colours', ignored: 'how strong colours are' },
  hue: { title: 'Hue', views: 'Views in other hues', ignored: 'which colour things have' },
  greyscale: { title: 'Grey', views: 'Grey views', ignored: 'colour' },
  blur: { title: 'Blur', views: 'Blurred views', ignored: 'fine detail' },
  noise: { title: 'Noise', views: 'Noisy views', ignored: 'grain and fine texture' },
  cutout: { title: 'Cutout', views: 'Views with a part covered', ignored: 'any single part' },
};
