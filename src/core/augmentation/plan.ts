import type { Region, Size } from '../images/geometry.ts';

/** One change of the colours; see `ColourJitterRecipe`. */
export type ColourStep =
  | { readonly operation: 'brightness' | 'contrast' | 'saturation'; readonly factor: number }
  | { readonly operation: 'hue'; readonly turns: number };

export interface NoisePlan {
  /** Standard deviation, for values from 0 to 1. */
  readonly deviation: number;
  readonly monochrome: boolean;
  /** 32 bits that name the noise. */
  readonly seed: number;
}

/** A rectangle in shares of the view's width and height. */
export interface CutoutPlan extends Region {
  readonly fill: 'mean' | number;
}

/**
 * Exactly what is done to one picture to get one view, in the order in which it is done. Plain data, and it doesn't
 * depend on the size of the view.
 */
export interface AugmentationPlan {
  /** Size of the picture that the plan is for. */
  readonly source: Size;
  /** In pixels of the picture; all of it where nothing is cut off. */
  readonly crop: Region;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  /** Counter-clockwise, 0 to 3. */
  readonly quarterTurns: number;
  /** Counter-clockwise; 0 where the view isn't rotated. */
  readonly rotationDegrees: number;
  /** In the order of application; empty where the colours aren't changed. */
  readonly colourJitter: readonly ColourStep[];
  readonly greyscale: boolean;
  /** Standard deviation in pixels of the view; 0 where it isn't blurred. */
  readonly blurSigma: number;
  readonly noise?: NoisePlan;
  readonly cutout?: CutoutPlan;
}

/** Only scales the whole picture to the size of the view. */
export function identityPlan(source: Size): AugmentationPlan {
  const { width, height } = source;
  return {
    source: { width, height },
    crop: { left: 0, top: 0, width, height },
    horizontalFlip: false,
    verticalFlip: false,
    quarterTurns: 0,
    rotationDegrees: 0,
    colourJitter: [],
    greyscale: false,
    blurSigma: 0,
  };
}
