/** Where a scale of similarities begins: at a round number below all of them. It ends at 1. */
export function lowEnd(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const least = known.reduce((lowest, value) => Math.min(lowest, value), 1);
  return Math.max(-1, Math.min(0.9, Math.floor(10 * (least - 0.02)) / 10));
}

/** Where a similarity lies between the low end, which is 0, and 1. */
export function place(similarity: number, low: number): number {
  return Number.isNaN(similarity) ? 0 : Math.max(0, Math.min(1, (similarity - low) / (1 - low)));
}

/** Round numbers from the low end to 1, a handful of them. */
export function ticks(low: number): number[] {
  const step = 1 - low > 1 ? 0.5 : 1 - low > 0.4 ? 0.2 : 0.1;
  const count = Math.floor((1 - low) / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Math.round(100 * (1 - i * step)) / 100).reverse();
}
