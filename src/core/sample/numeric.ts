export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Hermite step: 0 below `from`, 1 above `to`. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** What is left of a number above the next whole one below it, 0 … 1, also for negative numbers. */
export function fraction(value: number): number {
  return value - Math.floor(value);
}
