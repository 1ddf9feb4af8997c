import { Augmenter } from '../../core/augmentation/augmenter.ts';
import { drawAugmentation, type ViewKey } from '../../core/augmentation/draw.ts';
import { identityPlan, type AugmentationPlan } from '../../core/augmentation/plan.ts';
import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import { pictureOfView } from '../../core/augmentation/viewPixels.ts';
import type { RgbImage } from '../../core/images/pixels.ts';

/** Makes square views of pictures as pictures. */
export class ViewMaker {
  readonly #augmenter = new Augmenter();
  readonly #size: number;
  readonly #view: Float32Array;

  /** @param size height and width of the views */
  constructor(size: number) {
    this.#size = size;
    this.#view = new Float32Array(3 * size * size);
  }

  /** All of the picture, nothing changed but its size: what views are compared with, so that only augmentations count. */
  original(source: RgbImage): RgbImage {
    return this.#apply(source, identityPlan(source));
  }

  draw(source: RgbImage, recipe: AugmentationRecipe, key: ViewKey): RgbImage {
    return this.#apply(source, drawAugmentation(recipe, source, key));
  }

  #apply(source: RgbImage, plan: AugmentationPlan): RgbImage {
    const size = { width: this.#size, height: this.#size };
    this.#augmenter.apply(source, plan, size, this.#view);
    return pictureOfView(this.#view, size);
  }
}
