import { count, data, element } from './data.ts';

export const canvas = element('map') as HTMLCanvasElement;

/** Map units to CSS pixels: left = offsetX + scale · x, top = offsetY − scale · y. */
export const view = { scale: 1, offsetX: 0, offsetY: 0 };

/** The canvas that everything was last fitted into; a map that was not moved since stays fitted when it changes. */
let fitted = { width: 0, height: 0 };

export function leftOf(point: number): number {
  return view.offsetX + view.scale * data.x[point]!;
}

export function topOf(point: number): number {
  return view.offsetY - view.scale * data.y[point]!;
}

const bounds = boundsOf();

function boundsOf(): readonly [left: number, bottom: number, right: number, top: number] {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  data.x.forEach((x, point) => {
    const y = data.y[point]!;
    [left, bottom, right, top] = [Math.min(left, x), Math.min(bottom, y), Math.max(right, x), Math.max(top, y)];
  });
  return [left, bottom, right, top];
}

function fitScale(width: number, height: number): number {
  const room = 48;
  const [left, bottom, right, top] = bounds;
  return Math.min(
    Math.max(40, width - room) / Math.max(right - left, 1e-6),
    Math.max(40, height - room) / Math.max(top - bottom, 1e-6),
  );
}

/** How much larger the map is than when all of it fits. */
export function magnification(): number {
  return view.scale / fitScale(canvas.clientWidth, canvas.clientHeight);
}

export function fit(): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const [left, bottom, right, top] = bounds;
  view.scale = fitScale(width, height);
  view.offsetX = width / 2 - (view.scale * (left + right)) / 2;
  view.offsetY = height / 2 + (view.scale * (top + bottom)) / 2;
  fitted = { width, height };
}

/** After the canvas has changed its size. */
export function refit(): void {
  if (fitted.width === 0 || view.scale === fitScale(fitted.width, fitted.height)) fit();
}

/** Around a place of the canvas. */
export function zoom(factor: number, left = canvas.clientWidth / 2, top = canvas.clientHeight / 2): void {
  const least = 0.5 * fitScale(canvas.clientWidth, canvas.clientHeight);
  const scale = Math.min(2_000 * least, Math.max(least, view.scale * factor));
  view.offsetX = left - ((left - view.offsetX) * scale) / view.scale;
  view.offsetY = top - ((top - view.offsetY) * scale) / view.scale;
  view.scale = scale;
}

export function pan(right: number, down: number): void {
  view.offsetX += right;
  view.offsetY += down;
}

/** Points that lie on the canvas, or little beside it. */
export function pointsInView(): number[] {
  const { clientWidth: width, clientHeight: height } = canvas;
  const room = 40;
  const points: number[] = [];
  for (let point = 0; point < count; point++) {
    const [left, top] = [leftOf(point), topOf(point)];
    if (left > -room && top > -room && left < width + room && top < height + room) points.push(point);
  }
  return points;
}
