import type { Size } from '../images/geometry.ts';

/** A view in the making: planar RGB from 0 to 1, `3 × height × width`, within a larger array. Changed in place. */
export interface RgbPlanes extends Size {
  readonly data: Float32Array;
  /** Where the first plane begins. */
  readonly offset: number;
}

/** Weights of red, green and blue in a grey value, as PIL, torchvision and SimCLR have them (ITU-R BT.601). */
export const GREY_RED = 0.2989;
export const GREY_GREEN = 0.587;
export const GREY_BLUE = 0.114;

/** The nearest value from 0 to 1. */
export function clip(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
