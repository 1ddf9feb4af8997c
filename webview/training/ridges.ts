/** How much a bin takes from those beside it: a batch has few positive pairs, and their gaps mean nothing. */
const KERNEL = [1, 2, 3, 2, 1] as const;

/** A row of histograms as shares of its own pairs, smoothed over neighbouring bins. */
export function rowShares(counts: Uint32Array, row: number, bins: number): number[] {
  const own = counts.subarray(row * bins, (row + 1) * bins);
  const total = own.reduce((sum, count) => sum + count, 0);
  const reach = (KERNEL.length - 1) / 2;
  return Array.from(own, (_, bin) => {
    // Beyond the ends it goes on as it ended.
    const taken = KERNEL.map((weight, i) => weight * own[Math.max(0, Math.min(bins - 1, bin + i - reach))]!);
    return taken.reduce((sum, value) => sum + value, 0) / 9 / Math.max(1, total);
  });
}

interface RidgePlace {
  readonly left: number;
  readonly width: number;
  /** Of the highest share. */
  readonly height: number;
}

/** A ridge above its base line, with an SVG path's commands. */
export function ridgePath(
  shares: readonly number[],
  most: number,
  base: number,
  { left, width, height }: RidgePlace,
): string {
  const bin = width / shares.length;
  const points = shares.map((share, i) => {
    const y = base - (most > 0 ? share / most : 0) * height;
    return `${(left + (i + 0.5) * bin).toFixed(1)},${y.toFixed(1)}`;
  });
  return `M${left},${base}L${points.join('L')}L${left + width},${base}Z`;
}
