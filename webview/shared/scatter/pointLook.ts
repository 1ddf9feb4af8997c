import type { PlaneSize } from './viewTransform.ts';

const LEAST_RADIUS = 1;
const MOST_RADIUS = 4;
/** However far one zooms in. */
const LARGEST_RADIUS = 7;
/** From this radius on there is room for a rim that sets points apart. */
const RIM_FROM = 3;

export interface DotLook {
  /** In CSS pixels. */
  readonly radius: number;
  readonly strength: number;
  readonly rim: number;
}

/** How large and strong so many dots are drawn: small and sheer where many have to share a place, growing as one zooms in. */
export function dotLook(count: number, magnification: number, { width, height }: PlaneSize): DotLook {
  const share = Math.sqrt((width * height) / 700_000 / Math.max(1, count));
  const usual = Math.max(LEAST_RADIUS, Math.min(MOST_RADIUS, 260 * share));
  const radius = Math.min(LARGEST_RADIUS, usual * Math.max(1, magnification) ** 0.4);
  const strength = Math.max(0.45, Math.min(0.92, 0.3 + 0.25 * radius));
  return { radius, strength, rim: radius >= RIM_FROM ? 0.75 : 0 };
}
