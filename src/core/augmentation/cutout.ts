import type { CutoutPlan } from './plan.ts';
import type { RgbPlanes } from './planes.ts';

/** Paints a rectangle over. Its edges are rounded to whole pixels. */
export function cutOut(view: RgbPlanes, { left, top, width, height, fill }: CutoutPlan): void {
  const { data, offset } = view;
  const plane = view.width * view.height;
  const [firstColumn, endColumn] = [Math.round(left * view.width), Math.round((left + width) * view.width)];
  const [firstRow, endRow] = [Math.round(top * view.height), Math.round((top + height) * view.height)];
  for (let channel = 0; channel < 3; channel++) {
    const start = offset + channel * plane;
    const value = fill === 'mean' ? mean(data, start, plane) : fill;
    for (let row = start + firstRow * view.width; row < start + endRow * view.width; row += view.width) {
      data.fill(value, row + firstColumn, row + endColumn);
    }
  }
}

function mean(data: Float32Array, start: number, length: number): number {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += data[i]!;
  return sum / length;
}
