/** Round numbers that reach from below the least value to above the greatest, about `count` of them; at least two. */
export function niceTicks(values: readonly number[], count: number): number[] {
  const known = values.filter(Number.isFinite);
  const least = known.reduce((lowest, value) => Math.min(lowest, value), Infinity);
  const most = known.reduce((highest, value) => Math.max(highest, value), -Infinity);
  if (known.length === 0) return [0, 1];
  const span = most - least || Math.abs(most) || 1;
  const rough = span / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5, 10].find((factor) => factor * size >= rough) ?? 10);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
