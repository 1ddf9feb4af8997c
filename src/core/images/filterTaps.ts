import type { EncoderInput } from '../encoders/card.ts';

/** What a scaled picture's pixels are weighted by. */
export interface ScaleFilter {
  /** Source pixels to either side that a result pixel looks at, where none are averaged away. */
  readonly support: number;
  /** @param distance from the result pixel's centre, at least 0, in source pixels or, where a picture shrinks, in result pixels */
  readonly weight: (distance: number) => number;
}

/** Triangle: bilinear interpolation where a picture grows. */
export const bilinear: ScaleFilter = { support: 1, weight: (distance) => Math.max(0, 1 - distance) };

/** Keys (1981) with a = −½: that of Catmull and Rom, and Pillow's. */
export const bicubic: ScaleFilter = {
  support: 2,
  weight: (distance) => {
    if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
    return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
  },
};

export const lanczos: ScaleFilter = {
  support: 3,
  weight: (distance) => (distance < 3 ? sinc(distance) * sinc(distance / 3) : 0),
};

/** By the names of cards; `nearest` weighs nothing. */
export const scaleFilters: Readonly<Record<EncoderInput['interpolation'], ScaleFilter | undefined>> = {
  nearest: undefined,
  bilinear,
  bicubic,
  lanczos,
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Which pixels are wanted along one axis, and of what. */
export interface TapsOptions {
  /** Source pixels. */
  readonly from: number;
  /** Source pixels that fall onto one of the result, which may leave some of the last ones out. */
  readonly ratio: number;
  /** First result pixel that is wanted; default 0. */
  readonly start?: number;
  /** Result pixels that are wanted. */
  readonly length: number;
  /** Undefined: the source pixel in which a result pixel's centre lies. */
  readonly filter: ScaleFilter | undefined;
}

/**
 * Which source pixels make a result pixel, and with which weights, along one axis: the filter over the area of a pixel, as Pillow and
 * torchvision's `antialias=True` have it. Buffers are kept and grow as needed.
 */
export class FilterTaps {
  /** Most taps that a result pixel has. */
  stride = 0;
  /** First source pixel and number of taps, at least one, of each result pixel. */
  first = new Int32Array(0);
  count = new Int32Array(0);
  /** `stride` for each result pixel; their sum is 1. */
  weights = new Float64Array(0);

  prepare({ from, ratio, start = 0, length, filter }: TapsOptions): this {
    const spread = Math.max(1, ratio);
    const reach = (filter?.support ?? 0) * spread;
    const stride = Math.ceil(2 * reach) + 1;
    this.stride = stride;
    if (this.first.length < length) {
      this.first = new Int32Array(length);
      this.count = new Int32Array(length);
    }
    if (this.weights.length < length * stride) this.weights = new Float64Array(length * stride);
    for (let i = 0; i < length; i++) {
      const centre = (start + i + 0.5) * ratio;
      const [low, high] = filter ? [centre - reach + 0.5, centre + reach + 0.5] : [centre, centre];
      const first = Math.min(from - 1, Math.max(0, Math.floor(low)));
      const end = filter ? Math.max(first + 1, Math.min(from, Math.floor(high))) : first + 1;
      const taps = i * stride - first;
      let sum = 0;
      for (let j = first; j < end; j++) {
        const weight = filter?.weight(Math.abs(j + 0.5 - centre) / spread) ?? 1;
        this.weights[taps + j] = weight;
        sum += weight;
      }
      for (let j = first; j < end; j++) this.weights[taps + j]! /= sum;
      this.first[i] = first;
      this.count[i] = end - first;
    }
    return this;
  }
}
