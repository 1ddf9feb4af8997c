import type { Size } from '../images/geometry.ts';
import type { RgbPlanes } from './planes.ts';

/** Radius of the kernel for views of that size, as in SimCLR: its width is about a tenth of the view's shorter edge. */
export function blurRadius({ width, height }: Size): number {
  return Math.floor(Math.min(width, height) / 10 / 2);
}

/**
 * Gaussian blur with a kernel of `2 · radius + 1` values whose sum is 1. Beyond its edges the view is mirrored (the edge
 * itself once), as in torchvision. The zeros of the original SimCLR darken the edges: a network can tell from that
 * which views are blurred, and a padding must not add what the picture doesn't show.
 *
 * @param sigma standard deviation in pixels, above 0
 * @param radius less than the view's width and height
 * @param scratch holds as many values as the view's three planes
 */
export function gaussianBlur(view: RgbPlanes, sigma: number, radius: number, scratch: Float32Array): void {
  if (radius === 0) return;
  const { data, offset, width, height } = view;
  const kernel = gaussianKernel(sigma, radius);
  const padded = new Float64Array(Math.max(width, height) + 2 * radius);
  for (let row = 0; row < 3 * height; row++) {
    blurLine(data, offset + row * width, width, kernel, padded, scratch, row * width);
  }
  const sums = padded.subarray(0, width);
  for (let channel = 0; channel < 3; channel++) {
    const start = channel * width * height;
    for (let y = 0; y < height; y++) {
      weightedRows(scratch, start, width, height, y, kernel, sums);
      data.set(sums, offset + start + y * width);
    }
  }
}

/** The middle of the kernel and one of its sides. */
function gaussianKernel(sigma: number, radius: number): Float64Array {
  const kernel = Float64Array.from({ length: radius + 1 }, (_, distance) => Math.exp(-((distance / sigma) ** 2) / 2));
  const sum = kernel.reduce((total, weight) => total + 2 * weight, -kernel[0]!);
  return kernel.map((weight) => weight / sum);
}

/** Index of what a mirror at the edges shows at `index`. */
function mirrored(index: number, length: number): number {
  const positive = Math.abs(index);
  return positive < length ? positive : 2 * length - 2 - positive;
}

function blurLine(
  source: Float32Array,
  start: number,
  length: number,
  kernel: Float64Array,
  padded: Float64Array,
  out: Float32Array,
  target: number,
): void {
  const radius = kernel.length - 1;
  for (let i = -radius; i < length + radius; i++) padded[i + radius] = source[start + mirrored(i, length)]!;
  for (let i = 0; i < length; i++) {
    const middle = i + radius;
    let sum = kernel[0]! * padded[middle]!;
    for (let k = 1; k <= radius; k++) sum += kernel[k]! * (padded[middle - k]! + padded[middle + k]!);
    out[target + i] = sum;
  }
}

/** Blurs along the columns: row `y` of the result is a sum of rows of the source. */
function weightedRows(
  source: Float32Array,
  start: number,
  width: number,
  height: number,
  y: number,
  kernel: Float64Array,
  sums: Float64Array,
): void {
  const middle = start + y * width;
  for (let x = 0; x < width; x++) sums[x] = kernel[0]! * source[middle + x]!;
  for (let k = 1; k < kernel.length; k++) {
    const weight = kernel[k]!;
    const above = start + mirrored(y - k, height) * width;
    const below = start + mirrored(y + k, height) * width;
    for (let x = 0; x < width; x++) sums[x]! += weight * (source[above + x]! + source[below + x]!);
  }
}
