/**
 * Images by which a method can be checked that has learnt from the labels of some: those that it has not seen, and no
 * duplicate of which it has.
 *
 * @param groups per image: equal for duplicates
 * @param seen per image: 1 where the method has learnt from it
 * @returns per image: 1 where it is held out
 */
export function heldOutImages(groups: Int32Array, seen: Uint8Array): Uint8Array {
  const seenGroups = new Set(groups.filter((_, row) => seen[row] === 1));
  return Uint8Array.from(groups, (group) => (seenGroups.has(group) ? 0 : 1));
}
