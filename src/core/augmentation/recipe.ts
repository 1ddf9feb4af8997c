/** From the smaller to the larger, both included. */
export type Range = readonly [low: number, high: number];

/** How often an operation is applied: a number from 0 to 1. */
interface Occasional {
  readonly probability: number;
}

/** A part of the picture, scaled to the size of the view. */
export interface CropRecipe extends Occasional {
  /** Share of the picture's area, above 0, at most 1; uniform. */
  readonly area: Range;
  /** Width by height of the part in pixels of the picture; uniform in its logarithm. */
  readonly aspectRatio: Range;
}

export interface RotationRecipe extends Occasional {
  /** To either side, from 0 to 180; uniform. */
  readonly maximumDegrees: number;
}

/** Four changes in a random order. A strength of 0 leaves one out. */
export interface ColourJitterRecipe extends Occasional {
  /** The values are multiplied by a factor from 1 − brightness (not below 0) to 1 + brightness. */
  readonly brightness: number;
  /** Likewise the distance of the values from the mean grey of the view. */
  readonly contrast: number;
  /** Likewise the distance of each pixel from its own grey. */
  readonly saturation: number;
  /** The hue turns by this much to either side, in turns, from 0 to 0.5. */
  readonly hue: number;
}

export interface BlurRecipe extends Occasional {
  /** Standard deviation of the Gaussian in pixels of the view; uniform. */
  readonly sigma: Range;
}

export interface NoiseRecipe extends Occasional {
  /** Standard deviation of what is added to values from 0 to 1; uniform. */
  readonly deviation: Range;
  /** The same noise in the three channels, so that a grey picture stays grey. */
  readonly monochrome: boolean;
}

/** A rectangle that is painted over; it lies within the view. */
export interface CutoutRecipe extends Occasional {
  /** Share of the view's area, above 0, at most 1; uniform. */
  readonly area: Range;
  /** Width by height, as shares of the view's width and height; uniform in its logarithm. */
  readonly aspectRatio: Range;
  /** The mean colour of the view, or a value from 0 to 1 for all channels. */
  readonly fill: 'mean' | number;
}

/**
 * What may be done to a picture to get a view of it. Plain data: it is kept with a run and in the settings. An operation
 * that is missing is never applied; those that are there are applied in the order in which they are listed here.
 */
export interface AugmentationRecipe {
  readonly crop?: CropRecipe;
  readonly horizontalFlip?: Occasional;
  readonly verticalFlip?: Occasional;
  /** One, two or three quarter turns, equally often: with a probability of 0.75 all four directions are. */
  readonly quarterTurns?: Occasional;
  readonly rotation?: RotationRecipe;
  readonly colourJitter?: ColourJitterRecipe;
  readonly greyscale?: Occasional;
  readonly blur?: BlurRecipe;
  readonly noise?: NoiseRecipe;
  readonly cutout?: CutoutRecipe;
}
