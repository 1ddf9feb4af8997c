import type { Size } from './geometry.ts';

/** A part of a picture in whole pixels of the full picture as it is shown, after its EXIF orientation was applied. */
export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A part with a shorter side than this has nothing to be compared by. */
export const SMALLEST_REGION = 8;

/** The part of a box that lies within a picture, grown to whole pixels; undefined where that is nothing. */
export function clampBox({ x, y, width, height }: Box, picture: Size): Box | undefined {
  const [left, right] = [Math.max(0, Math.floor(x)), Math.min(picture.width, Math.ceil(x + width))];
  const [top, bottom] = [Math.max(0, Math.floor(y)), Math.min(picture.height, Math.ceil(y + height))];
  // NaN and infinite sizes fail these, too.
  if (!(right > left && bottom > top)) return undefined;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The box that a drag from one place to another spans, within the picture. */
export function boxBetween(from: Point, to: Point, picture: Size): Box | undefined {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  return clampBox({ x, y, width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) }, picture);
}

/** Moves a box as far as the picture goes; its size stays. */
export function movedBox(box: Box, byX: number, byY: number, picture: Size): Box {
  const place = (start: number, size: number, whole: number): number => Math.max(0, Math.min(whole - size, start));
  return {
    ...box,
    x: place(box.x + Math.round(byX), box.width, picture.width),
    y: place(box.y + Math.round(byY), box.height, picture.height),
  };
}

/** Moves a box's right and lower edge, down to the smallest region and as far as the picture goes. */
export function resizedBox(box: Box, byX: number, byY: number, picture: Size): Box {
  const resize = (start: number, size: number, whole: number): number =>
    Math.min(whole - start, Math.max(Math.min(SMALLEST_REGION, whole - start), size));
  return {
    ...box,
    width: resize(box.x, box.width + Math.round(byX), picture.width),
    height: resize(box.y, box.height + Math.round(byY), picture.height),
  };
}

export function isTooSmall({ width, height }: Size): boolean {
  return Math.min(width, height) < SMALLEST_REGION;
}

export function isWholePicture(box: Box, picture: Size): boolean {
  return box.x === 0 && box.y === 0 && box.width === picture.width && box.height === picture.height;
}

/** Reads "x,y,width,height"; undefined for anything else. */
export function parseBox(text: string): Box | undefined {
  const numbers = text.split(',').map((part) => (/^\s*-?\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.length !== 4 || !numbers.every(Number.isSafeInteger)) return undefined;
  const [x, y, width, height] = numbers as [number, number, number, number];
  return { x, y, width, height };
}
