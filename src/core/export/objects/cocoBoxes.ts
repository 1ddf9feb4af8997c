/** Boxes of COCO as YOLO has them. */
import type { Size } from '../../images/geometry.ts';

/** Centre, width and height, as parts of the image's width and height. */
export type YoloBox = readonly [x: number, y: number, width: number, height: number];

/**
 * An annotation as a box of YOLO's, and what of it that is not: `broken` where the one that it states is none, `unstated`
 * where it has a mask or keypoints without one.
 */
export type CocoBox =
  | { readonly kind: 'box'; readonly box: YoloBox; readonly hasShape: boolean }
  | { readonly kind: 'whole'; readonly box: YoloBox }
  | { readonly kind: 'crowd' | 'broken' | 'unstated' };

/** Behind the point: a hundredth of a pixel of a large picture. A box that is smaller is none. */
const DIGITS = 6;

/**
 * The box of an annotation, cut off at the image's edges, since a file in which one leads outside is refused. Without a
 * "bbox", or where nothing is in that, it is the one around the outline, and of an annotation that has neither the whole
 * image, which it is of then.
 *
 * @param size that the annotation's pixels are of
 */
export function cocoBoxOf(annotation: Readonly<Record<string, unknown>>, size: Size): CocoBox {
  const { bbox, segmentation, iscrowd, keypoints } = annotation;
  if (iscrowd === 1 || iscrowd === true) return { kind: 'crowd' };
  const hasOutline = !isNothing(segmentation);
  if (isNothing(bbox) && !hasOutline && isNothing(keypoints)) return { kind: 'whole', box: [0.5, 0.5, 1, 1] };
  const hasShape = hasOutline || !isNothing(keypoints);
  const own = partsOf(numbersOf(bbox), size);
  if (own !== undefined) return { kind: 'box', box: own, hasShape };
  const outline = aroundOutlines(segmentation);
  const around = partsOf(outline, size);
  if (around !== undefined) return { kind: 'box', box: around, hasShape };
  return { kind: isNothing(bbox) && outline === undefined ? 'unstated' : 'broken' };
}

/** A line of a label file, without its end. */
export function yoloLine(code: number, box: YoloBox): string {
  return [code, ...box.map((part) => Number(part.toFixed(DIGITS)))].join(' ');
}

/** @param box left, top, width and height in pixels */
function partsOf(box: readonly number[] | undefined, { width, height }: Size): YoloBox | undefined {
  if (box?.length !== 4) return undefined;
  const [left, top, boxWidth, boxHeight] = box as [number, number, number, number];
  const [x0, x1] = [within(left / width), within((left + boxWidth) / width)];
  const [y0, y1] = [within(top / height), within((top + boxHeight) / height)];
  const parts: YoloBox = [(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0];
  return Math.min(parts[2], parts[3]) >= 10 ** -DIGITS ? parts : undefined;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function numbersOf(value: unknown): readonly number[] | undefined {
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'number');
  return isList ? value : undefined;
}

/** Left, top, width and height; undefined of what is no list of polygons. */
function aroundOutlines(segmentation: unknown): readonly number[] | undefined {
  const polygons = Array.isArray(segmentation) ? segmentation.map(numbersOf) : [];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons) {
    for (let i = 0; i + 1 < (polygon?.length ?? 0); i += 2) {
      const [x, y] = [polygon![i]!, polygon![i + 1]!];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return left <= right ? [left, top, right - left, bottom - top] : undefined;
}

function within(part: number): number {
  return Math.min(1, Math.max(0, part));
}
