import type { Size } from '../images/geometry.ts';
import type { RgbImage } from '../images/pixels.ts';
import { blurRadius, gaussianBlur } from './blur.ts';
import { changeColours } from './colour.ts';
import { cutOut } from './cutout.ts';
import { noiseLength, NoiseSource } from './noise.ts';
import { placementOf, sizeBeforeTurns } from './orientation.ts';
import type { AugmentationPlan } from './plan.ts';
import type { RgbPlanes } from './planes.ts';
import { Resampler } from './resample.ts';
import { rotate } from './rotate.ts';

/** What is subtracted from the values (0 … 1) of red, green and blue, and what they are then divided by. */
export interface Normalisation {
  readonly mean: readonly [red: number, green: number, blue: number];
  readonly std: readonly [red: number, green: number, blue: number];
}

/** Makes views of pictures. Keeps its buffers from one view to the next; use one in each thread. */
export class Augmenter {
  readonly #resampler = new Resampler();
  readonly #noise = new NoiseSource();
  #scratch = new Float32Array(0);

  /**
   * Does to a picture what a plan says.
   *
   * @param source of the size that the plan was drawn for
   * @param size of the view
   * @param out takes the view as `3 × height × width` values
   * @param offset where it begins in `out`
   * @param normalisation absent: the values stay between 0 and 1
   */
  apply(
    source: RgbImage,
    plan: AugmentationPlan,
    size: Size,
    out: Float32Array,
    offset = 0,
    normalisation?: Normalisation,
  ): void {
    const pixels = size.width * size.height;
    if (source.width !== plan.source.width || source.height !== plan.source.height) {
      throw new RangeError(
        `The plan is for ${plan.source.width} × ${plan.source.height} pixels, the picture has ${source.width} × ${source.height}`,
      );
    }
    if (offset + 3 * pixels > out.length) throw new RangeError('The view reaches beyond the end of its array');
    if (this.#scratch.length < noiseLength(pixels)) this.#scratch = new Float32Array(noiseLength(pixels));

    const view: RgbPlanes = { data: out, offset, width: size.width, height: size.height };
    this.#cutAndScale(source, plan, view);
    if (plan.colourJitter.length > 0 || plan.greyscale) changeColours(view, plan.colourJitter, plan.greyscale);
    if (plan.blurSigma > 0) gaussianBlur(view, plan.blurSigma, blurRadius(size), this.#scratch);
    if (plan.noise) this.#noise.addNoise(view, plan.noise, this.#scratch);
    if (plan.cutout) cutOut(view, plan.cutout);
    if (normalisation) normalise(view, normalisation);
  }

  #cutAndScale(source: RgbImage, plan: AugmentationPlan, view: RgbPlanes): void {
    const upright = plan.rotationDegrees === 0 ? view : { ...view, data: this.#scratch, offset: 0 };
    const { width, height } = sizeBeforeTurns(view, plan);
    this.#resampler.resample(source, plan.crop, width, height, upright.data, placementOf(upright, plan));
    if (upright !== view) rotate(upright, plan.rotationDegrees, view);
  }
}

function normalise({ data, offset, width, height }: RgbPlanes, { mean, std }: Normalisation): void {
  const plane = width * height;
  for (let channel = 0; channel < 3; channel++) {
    const shift = mean[channel]!;
    const scale = 1 / std[channel]!;
    const start = offset + channel * plane;
    for (let i = start; i < start + plane; i++) data[i] = (data[i]! - shift) * scale;
  }
}
