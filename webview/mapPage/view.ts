import { PointGrid } from '../../src/core/neighbors/pointGrid.ts';
import { ViewTransform } from '../shared/scatter/viewTransform.ts';
import { count, data, element } from './data.ts';

export const canvas = element('map') as HTMLCanvasElement;

/** `points × 2`, y upwards. */
export const positions = Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? data.x : data.y)[i >> 1]!);
export const grid = new PointGrid(positions);

let view = new ViewTransform(1, 0, 0);
let size = { width: 0, height: 0 };
/** A map that was not moved since all of it was shown stays fitted when its place changes. */
let isFitted = true;

export function shownView(): ViewTransform {
  return view;
}

export function leftOf(point: number): number {
  return view.left(positions[2 * point]!);
}

export function topOf(point: number): number {
  return view.top(positions[2 * point + 1]!);
}

/** How much larger the map is than when all of it fits. */
export function magnification(): number {
  return view.magnification(grid.bounds, size);
}

export function fit(): void {
  view = ViewTransform.fitting(grid.bounds, size);
  isFitted = true;
}

/** Before each drawing: the canvas may have changed its size. */
export function refit(): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === size.width && height === size.height) return;
  view = view.resized(size, { width, height });
  size = { width, height };
  if (isFitted) fit();
}

/** Around a place of the canvas. */
export function zoom(factor: number, left = size.width / 2, top = size.height / 2): void {
  isFitted = false;
  view = view.zoom(factor, left, top, grid.bounds, size);
}

export function pan(right: number, down: number): void {
  isFitted = false;
  view = view.pan(right, down);
}

/** Points that lie on the canvas, or little beside it. */
export function pointsInView(): number[] {
  const points: number[] = [];
  grid.inRectangle(view.visible(size, 40), (point) => points.push(point));
  return points;
}
