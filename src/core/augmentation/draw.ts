import type { Size } from '../images/geometry.ts';
import { RandomStream } from '../random.ts';
import { identityPlan, type AugmentationPlan, type ColourStep, type CutoutPlan, type NoisePlan } from './plan.ts';
import { drawCrop } from './randomCrop.ts';
import type { AugmentationRecipe, ColourJitterRecipe, CutoutRecipe, NoiseRecipe, RotationRecipe } from './recipe.ts';

/** Names one view. What is drawn for it is a pure function of this, the recipe and the size of the picture. */
export interface ViewKey {
  /** An integer from 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** 32 bits, like `sample`. */
  readonly epoch: number;
  /** Which picture. */
  readonly sample: number;
  /** Which view of it, from 0 to 65535. */
  readonly view: number;
}

/** Keeps these streams apart from what else is drawn by the same seed, epoch and sample. */
const DOMAIN = 0x41;

/** Part of the streams' names: a number is never given to another operation. */
const operationNumbers: Readonly<Record<keyof AugmentationRecipe, number>> = {
  crop: 1,
  horizontalFlip: 2,
  verticalFlip: 3,
  quarterTurns: 4,
  rotation: 5,
  colourJitter: 6,
  greyscale: 7,
  blur: 8,
  noise: 9,
  cutout: 10,
};

/**
 * Draws what is to be done to a picture.
 *
 * Each operation has a random stream of its own, with the words epoch, sample, and 0x41 (8 bits) | view (16 bits) |
 * operation (8 bits). A stream first decides whether the operation is applied. So a change of one operation, its
 * probability included, changes nothing about the others, and another probability or strength doesn't change which
 * random numbers an operation gets.
 *
 * @param source size of the picture that `Augmenter.apply` will get
 */
export function drawAugmentation(recipe: AugmentationRecipe, source: Size, key: ViewKey): AugmentationPlan {
  /** What `parameters` gives, or undefined where the operation isn't applied. */
  const draw = <Name extends keyof AugmentationRecipe, Parameters>(
    name: Name,
    parameters: (options: NonNullable<AugmentationRecipe[Name]>, random: RandomStream) => Parameters,
  ): Parameters | undefined => {
    const options = recipe[name];
    if (options === undefined) return undefined;
    const word = ((DOMAIN << 24) | ((key.view & 0xffff) << 8) | operationNumbers[name]) >>> 0;
    const random = new RandomStream(key.seed, key.epoch, key.sample, word);
    return random.chance(options.probability) ? parameters(options, random) : undefined;
  };
  const identity = identityPlan(source);
  const noise = draw('noise', drawNoise);
  const cutout = draw('cutout', drawCutout);
  return {
    source: identity.source,
    crop: draw('crop', (options, random) => drawCrop(options, source, random)) ?? identity.crop,
    horizontalFlip: draw('horizontalFlip', () => true) ?? identity.horizontalFlip,
    verticalFlip: draw('verticalFlip', () => true) ?? identity.verticalFlip,
    quarterTurns: draw('quarterTurns', (_, random) => 1 + random.integer(3)) ?? identity.quarterTurns,
    rotationDegrees: draw('rotation', drawRotation) ?? identity.rotationDegrees,
    colourJitter: draw('colourJitter', drawColourSteps) ?? identity.colourJitter,
    greyscale: draw('greyscale', () => true) ?? identity.greyscale,
    blurSigma: draw('blur', ({ sigma }, random) => random.uniform(...sigma)) ?? identity.blurSigma,
    ...(noise && { noise }),
    ...(cutout && { cutout }),
  };
}

function drawRotation({ maximumDegrees }: RotationRecipe, random: RandomStream): number {
  return random.uniform(-maximumDegrees, maximumDegrees);
}

function drawNoise({ deviation, monochrome }: NoiseRecipe, random: RandomStream): NoisePlan {
  return { deviation: random.uniform(...deviation), monochrome, seed: random.uint32() };
}

const colourOperations = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/** The numbers are drawn in a fixed order and then permuted, so that they don't depend on which strengths are 0. */
function drawColourSteps(recipe: ColourJitterRecipe, random: RandomStream): ColourStep[] {
  const order = random.shuffled(colourOperations);
  const steps = new Map<string, ColourStep>();
  for (const operation of colourOperations) {
    const strength = recipe[operation];
    steps.set(
      operation,
      operation === 'hue'
        ? { operation, turns: random.uniform(-strength, strength) }
        : { operation, factor: random.uniform(Math.max(0, 1 - strength), 1 + strength) },
    );
  }
  return order.filter((operation) => recipe[operation] > 0).map((operation) => steps.get(operation)!);
}

/** A rectangle of the drawn area and aspect ratio; where that is wider or higher than the view, as wide or high as it. */
function drawCutout(recipe: CutoutRecipe, random: RandomStream): CutoutPlan {
  const area = random.uniform(...recipe.area);
  const [lowest, highest] = recipe.aspectRatio;
  const aspectRatio = Math.exp(random.uniform(Math.log(lowest), Math.log(highest)));
  const width = Math.min(1, Math.max(area, Math.sqrt(area * aspectRatio)));
  const height = area / width;
  return {
    left: random.uniform(0, 1 - width),
    top: random.uniform(0, 1 - height),
    width,
    height,
    fill: recipe.fill,
  };
}
