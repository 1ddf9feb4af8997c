/**
 * The first of `count` whole numbers in a row that are no id: behind all of them or, where numbers behind the largest are
 * no longer told apart, in the first gap that is wide enough.
 *
 * @param sorted the ids that are numbers, up to 2^53
 */
export function freshNumbers(sorted: Float64Array, count: number): number {
  const last = Math.max(0, Math.floor(sorted.at(-1) ?? 0));
  if (last + count <= Number.MAX_SAFE_INTEGER) return last + 1;
  let free = 1;
  for (const id of sorted) {
    if (id - free >= count) break;
    free = Math.max(free, Math.floor(id) + 1);
  }
  return free;
}

/** Whether no other number is read as the same one. */
export function isExact(id: number): boolean {
  return Math.abs(id) <= Number.MAX_SAFE_INTEGER;
}
