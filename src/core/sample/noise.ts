import type { RandomStream } from '../random.ts';

/** A smooth random function of the plane, about −1 … 1, with features of about one unit. */
export type Noise = (x: number, y: number) => number;

const SIZE = 256;

/** Gradient noise (Perlin's, with his quintic fade) that repeats every 256 units. */
export function createNoise(random: RandomStream): Noise {
  const order = new Uint8Array(random.shuffled(Array.from({ length: SIZE }, (_, index) => index)));
  const gradientX = new Float64Array(SIZE);
  const gradientY = new Float64Array(SIZE);
  for (let index = 0; index < SIZE; index++) {
    const angle = (2 * Math.PI * index) / SIZE;
    gradientX[index] = Math.cos(angle);
    gradientY[index] = Math.sin(angle);
  }
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const dx = x - column;
    const dy = y - row;
    const u = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const v = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    const left = order[column & 255]!;
    const right = order[(column + 1) & 255]!;
    const h00 = order[(left + row) & 255]!;
    const h10 = order[(right + row) & 255]!;
    const h01 = order[(left + row + 1) & 255]!;
    const h11 = order[(right + row + 1) & 255]!;
    const top0 = gradientX[h00]! * dx + gradientY[h00]! * dy;
    const top1 = gradientX[h10]! * (dx - 1) + gradientY[h10]! * dy;
    const bottom0 = gradientX[h01]! * dx + gradientY[h01]! * (dy - 1);
    const bottom1 = gradientX[h11]! * (dx - 1) + gradientY[h11]! * (dy - 1);
    const top = top0 + (top1 - top0) * u;
    const bottom = bottom0 + (bottom1 - bottom0) * u;
    return 1.4 * (top + (bottom - top) * v);
  };
}

/** Sum of octaves, each of half the size and half the height; about −1 … 1. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let height = 0.5;
  let scale = 1;
  for (let octave = 0; octave < octaves; octave++) {
    // Each octave is moved, so that their common zeros at the origin don't show.
    sum += height * noise(x * scale + 37.3 * octave, y * scale + 91.7 * octave);
    height *= 0.5;
    scale *= 2.03;
  }
  return sum;
}

/** A function of one variable read from a table of `steps` intervals over `from` … `to`, for use at every pixel. */
export function tabulated(
  from: number,
  to: number,
  steps: number,
  value: (x: number) => number,
): (x: number) => number {
  const table = Float64Array.from({ length: steps + 2 }, (_, step) => value(from + ((to - from) * step) / steps));
  return (x) => {
    const position = Math.max(0, Math.min(steps, ((x - from) / (to - from)) * steps));
    const step = Math.floor(position);
    return table[step]! + (table[step + 1]! - table[step]!) * (position - step);
  };
}
