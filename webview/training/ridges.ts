/** A row of histograms as shares of its own pairs. */
export function rowShares(counts: Uint32Array, row: number, bins: number): number[] {
  const own = counts.subarray(row * bins, (row + 1) * bins);
  const total = own.reduce((sum, count) => sum + count, 0);
  return Array.from(own, (count) => count / Math.max(1, total));
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
