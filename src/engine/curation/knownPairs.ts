import type { CopyPair, PairToCompare } from '../../core/curation/copies.ts';

/** Keys of contents are below it, so that two of them fit one number; larger ones are not remembered. */
const MOST_CONTENTS = 2 ** 25;

/** What is known of two contents that show the same picture. */
export type KnownCopy = Pick<CopyPair, 'orientation' | 'agreement' | 'isCrop' | 'isCovered'>;

/** What comparing pictures gave, by the keys of their contents: contents never change, so that it holds for good. */
export class KnownPairs {
  /** Of pairs that are not the same; ascending. */
  readonly rejected: Float64Array;
  readonly copies: ReadonlyMap<number, KnownCopy>;
  /** Digests of pixels by the key of a content, of those that were asked for. */
  readonly pixels: ReadonlyMap<number, string>;

  constructor(
    rejected: Float64Array = new Float64Array(0),
    copies: ReadonlyMap<number, KnownCopy> = new Map(),
    pixels: ReadonlyMap<number, string> = new Map(),
  ) {
    this.rejected = rejected.sort();
    this.copies = copies;
    this.pixels = pixels;
  }

  /** @returns false for pairs that are known not to be the same, undefined for unknown ones */
  find(key: number): KnownCopy | false | undefined {
    const copy = this.copies.get(key);
    if (copy) return copy;
    let [low, high] = [0, this.rejected.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rejected[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return this.rejected[low] === key ? false : undefined;
  }
}

/**
 * @param contentKeys by row
 * @returns NaN for a pair that can't be remembered
 */
export function pairKeyOf(contentKeys: Float64Array, { first, second, mayBeCrop }: PairToCompare): number {
  const [a, b] = [contentKeys[first]!, contentKeys[second]!];
  if (a >= MOST_CONTENTS || b >= MOST_CONTENTS) return Number.NaN;
  return (a * MOST_CONTENTS + b) * 2 + (mayBeCrop ? 1 : 0);
}
