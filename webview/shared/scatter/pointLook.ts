import type { PlaneSize } from './viewTransform.ts';

const LEAST_RADIUS = 1;
const MOST_RADIUS = 5;
/** Points per square pixel up to which dots are as large as that, and how fast they shrink beyond. */
const SPARSE = 0.001;
const SHRINKING = 0.35;
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
  const crowded = Math.max(1, count / (width * height * SPARSE));
  const usual = Math.max(LEAST_RADIUS, MOST_RADIUS * crowded ** -SHRINKING);
  const radius = Math.min(LARGEST_RADIUS, usual * Math.max(1, magnification) ** 0.4);
  const strength = Math.max(0.45, Math.min(0.92, 0.3 + 0.25 * radius));
  return { radius, strength, rim: radius >= RIM_FROM ? 0.75 : 0 };
}
