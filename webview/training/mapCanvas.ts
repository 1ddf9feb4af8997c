/** Points of a map on a canvas, with its place among others of the same scale. */
export interface MapPoints {
  readonly x: Float32Array;
  /** Upwards. */
  readonly y: Float32Array;
  /** −1: without a class. */
  readonly classOf: Int32Array;
}

/** What lies in the middle and how far the farthest point is from it, so that two maps can share a scale. */
export interface MapExtent {
  readonly middle: readonly [x: number, y: number];
  readonly radius: number;
}

export function extentOf({ x, y }: Pick<MapPoints, 'x' | 'y'>): MapExtent {
  const middleOf = (values: Float32Array): number => (least(values) + most(values)) / 2;
  const middle = [middleOf(x), middleOf(y)] as const;
  const radius = x.reduce(
    (far, value, i) => Math.max(far, Math.abs(value - middle[0]), Math.abs(y[i]! - middle[1])),
    1e-6,
  );
  return { middle, radius };
}

const least = (values: Float32Array): number => values.reduce((low, value) => Math.min(low, value), Infinity);
const most = (values: Float32Array): number => values.reduce((high, value) => Math.max(high, value), -Infinity);

/**
 * Draws the points, those without a class first.
 *
 * @param size edge of the canvas in CSS pixels
 * @param colours of the classes
 * @param chosen the class that stands out; undefined where none does
 */
export function drawMap(
  canvas: HTMLCanvasElement,
  points: MapPoints,
  extent: MapExtent,
  {
    size,
    colours,
    grey,
    chosen,
  }: {
    readonly size: number;
    readonly colours: readonly string[];
    readonly grey: string;
    readonly chosen: number | undefined;
  },
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const scale = window.devicePixelRatio;
  canvas.width = canvas.height = Math.round(size * scale);
  context.scale(scale, scale);
  context.clearRect(0, 0, size, size);
  const dot = points.x.length > 600 ? 1.8 : points.x.length > 150 ? 2.4 : 3.4;
  const unit = (size / 2 - dot - 2) / extent.radius;
  const order = Array.from(points.x.keys()).sort(
    (a, b) => rank(points.classOf[a]!, chosen) - rank(points.classOf[b]!, chosen),
  );
  for (const i of order) {
    const kind = points.classOf[i]!;
    const isFaint = chosen !== undefined && kind !== chosen;
    context.globalAlpha = isFaint ? 0.15 : 0.85;
    context.fillStyle = colours[kind] ?? grey;
    context.beginPath();
    const left = size / 2 + (points.x[i]! - extent.middle[0]) * unit;
    const top = size / 2 - (points.y[i]! - extent.middle[1]) * unit;
    context.arc(left, top, dot, 0, 2 * Math.PI);
    context.fill();
  }
}

const rank = (kind: number, chosen: number | undefined): number => (kind < 0 ? 0 : kind === chosen ? 2 : 1);
