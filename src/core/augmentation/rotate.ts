import type { RgbPlanes } from './planes.ts';

/**
 * Rotates a view about its middle by bilinear interpolation. What lies outside continues the pixels at the edge: a
 * constant colour in the corners would tell the angle.
 *
 * @param degrees counter-clockwise
 * @param rotated of the same size; must not share memory with `view`
 */
export function rotate(view: RgbPlanes, degrees: number, rotated: RgbPlanes): void {
  const { data, offset, width, height } = view;
  const plane = width * height;
  const [right, bottom] = [width - 1, height - 1];
  const angle = (degrees / 180) * Math.PI;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  let target = rotated.offset;
  for (let y = 0; y < height; y++) {
    // Where the row's first pixel comes from; along the row the place moves by (cosine, sine).
    const startX = right / 2 - (right / 2) * cosine - (y - bottom / 2) * sine;
    const startY = bottom / 2 - (right / 2) * sine + (y - bottom / 2) * cosine;
    for (let x = 0; x < width; x++, target++) {
      const fromX = Math.min(right, Math.max(0, startX + x * cosine));
      const fromY = Math.min(bottom, Math.max(0, startY + x * sine));
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const partX = fromX - left;
      const partY = fromY - top;
      const first = offset + top * width + left;
      const toRight = left < right ? 1 : 0;
      const toBottom = top < bottom ? width : 0;
      for (let channel = 0; channel < 3; channel++) {
        const i = first + channel * plane;
        const upper = data[i]! + partX * (data[i + toRight]! - data[i]!);
        const lower = data[i + toBottom]! + partX * (data[i + toBottom + toRight]! - data[i + toBottom]!);
        rotated.data[target + channel * plane] = upper + partY * (lower - upper);
      }
    }
  }
}
