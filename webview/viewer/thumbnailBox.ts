import type { MatchedRegion } from '../../src/protocol/engine.ts';

/** Where a part of a picture lies on a square that holds all of it, in percent of the square's sides. */
export function boxOnSquare({
  box,
  picture,
}: MatchedRegion): Readonly<Record<'left' | 'top' | 'width' | 'height', string>> {
  const longest = Math.max(picture.width, picture.height);
  const percent = (pixels: number): string => `${Math.round((pixels / longest) * 10_000) / 100}%`;
  return {
    left: percent(box.x + (longest - picture.width) / 2),
    top: percent(box.y + (longest - picture.height) / 2),
    width: percent(box.width),
    height: percent(box.height),
  };
}
