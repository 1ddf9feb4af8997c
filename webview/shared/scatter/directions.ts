import type { PlaneView } from './pointRenderer.ts';

/** Where the arrow keys lead, as steps to the right and down. */
export const directions: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The nearest point in a direction: what lies aside counts as further away. The point itself where there is none.
 *
 * @param positions `points × 2`, y upwards
 */
export function nextTowards(
  positions: Float32Array,
  current: number,
  [right, down]: readonly [number, number],
  accepts: (row: number) => boolean,
): number {
  const [fromX, fromY] = [positions[2 * current]!, positions[2 * current + 1]!];
  let [best, least] = [current, Infinity];
  for (let row = 0; row < positions.length / 2; row++) {
    const [x, y] = [positions[2 * row]! - fromX, fromY - positions[2 * row + 1]!];
    const ahead = x * right + y * down;
    if (!(ahead > 0)) continue;
    const distance = ahead + 2 * Math.abs(x * down - y * right);
    if (distance < least && accepts(row)) [best, least] = [row, distance];
  }
  return best;
}

/** How far a point has to be moved, in CSS pixels, to be seen with room around it; nothing where it is. */
export function wayIntoView(
  view: PlaneView,
  [x, y]: readonly [number, number],
  { width, height }: { readonly width: number; readonly height: number },
  room = 80,
): readonly [right: number, down: number] {
  const [left, top] = [view.offsetX + view.scale * x, view.offsetY - view.scale * y];
  const isInside = left > room && left < width - room && top > room && top < height - room;
  return isInside ? [0, 0] : [width / 2 - left, height / 2 - top];
}
