/** Lines of YOLO's label files as annotations of COCO's. */
import { isOutline, outlineArea } from '../../labels/yoloLabels.ts';
import type { Size } from '../../images/geometry.ts';

/** Digits behind the point of a pixel. */
const DIGITS = 3;

/** How many keypoints each object has, and whether two or three numbers tell one: `kpt_shape` of `data.yaml`. */
export type KeypointShape = readonly [count: number, numbers: 2 | 3];

/** Undefined of what isn't one. */
export function keypointShapeOf(value: unknown): KeypointShape | undefined {
  const [count, numbers] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return Number.isInteger(count) && (count as number) > 0 && (numbers === 2 || numbers === 3)
    ? [count as number, numbers]
    : undefined;
}

/**
 * How the keypoints of a class are called: `kpt_names` of `data.yaml`, a list for each class or one for all. Undefined where
 * it doesn't say, or names another number of them.
 */
export function keypointNamesOf(value: unknown, code: number, [count]: KeypointShape): readonly string[] | undefined {
  const isNames = (own: unknown): own is readonly string[] =>
    Array.isArray(own) && own.length === count && own.every((name) => typeof name === 'string');
  if (isNames(value)) return value;
  const own = typeof value === 'object' && value !== null ? (value as Record<number, unknown>)[code] : undefined;
  return isNames(own) ? own : undefined;
}

/** What an annotation of COCO's says of where an object is, in pixels. */
export interface CocoShape {
  readonly bbox: readonly number[];
  readonly area: number;
  readonly iscrowd: 0;
  readonly segmentation: readonly (readonly number[])[];
  /** x, y and 0 (not given), 1 (hidden) or 2 (visible) of each. */
  readonly keypoints?: readonly number[];
  readonly num_keypoints?: number;
}

/**
 * Where the object of a line is.
 *
 * @param values the numbers behind the class, parts of the image's width or height
 * @returns with whether numbers behind a box are left out, which COCO has no place for
 */
export function cocoShapeOf(
  values: readonly number[],
  size: Size,
  keypoints: KeypointShape | undefined,
): { readonly shape: CocoShape; readonly hasMore: boolean } {
  const isPose = keypoints !== undefined && values.length >= 4 + keypoints[0] * keypoints[1];
  if (!isPose && isOutline(values)) return { shape: outline(values, size), hasMore: false };
  const [x, y, width, height] = values as unknown as readonly [number, number, number, number];
  const box = [(x - width / 2) * size.width, (y - height / 2) * size.height, width * size.width, height * size.height];
  const area = rounded(box[2]! * box[3]!);
  const shape: CocoShape = { bbox: box.map(rounded), area, iscrowd: 0, segmentation: [] };
  if (!isPose) return { shape, hasMore: values.length > 4 };
  const points = keypointsOf(values.slice(4), size, keypoints);
  const given = points.filter((_, i) => i % 3 === 2).filter((seen) => seen > 0).length;
  return {
    shape: { ...shape, keypoints: points, num_keypoints: given },
    hasMore: values.length > 4 + keypoints[0] * keypoints[1],
  };
}

function outline(values: readonly number[], { width, height }: Size): CocoShape {
  const pixels = values.map((value, i) => value * (i % 2 === 0 ? width : height));
  const [xs, ys] = [0, 1].map((axis) => pixels.filter((_, i) => i % 2 === axis)) as [number[], number[]];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return {
    bbox: [left, top, Math.max(...xs) - left, Math.max(...ys) - top].map(rounded),
    area: rounded(outlineArea(pixels)),
    iscrowd: 0,
    segmentation: [pixels.map(rounded)],
  };
}

/** @param values two or three numbers for each; those of no place are at 0, 0 */
function keypointsOf(values: readonly number[], { width, height }: Size, [count, numbers]: KeypointShape): number[] {
  return Array.from({ length: count }, (_, i) => {
    const [x, y, seen] = values.slice(i * numbers, (i + 1) * numbers) as [number, number, number?];
    return [rounded(x * width), rounded(y * height), seen ?? (x === 0 && y === 0 ? 0 : 2)];
  }).flat();
}

function rounded(pixels: number): number {
  // Without the sign of a zero.
  return Number(pixels.toFixed(DIGITS)) + 0;
}

/**
 * Ids for the annotations of images that stay when other images come and go: an image's own and those behind it, as far
 * as no other image's begins there, and else numbers above all of them.
 */
export class IdsBehind {
  readonly #sorted: Float64Array;
  #next: number;

  /** @param ids of the images, all different and below `above` */
  constructor(ids: Iterable<number>, above: number) {
    this.#sorted = Float64Array.from(ids).sort();
    this.#next = above + this.#sorted.length;
  }

  /** @param own the image's id */
  of(own: number, count: number): number[] {
    const next = this.#sorted[this.#indexOf(own) + 1] ?? Infinity;
    return Array.from({ length: count }, (_, i) => (own + i < next ? own + i : this.#next++));
  }

  #indexOf(id: number): number {
    let [low, high] = [0, this.#sorted.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
