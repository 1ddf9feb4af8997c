import { hashDistance, orientedHashes, type PictureHash } from '../images/perceptualHash.ts';

/** Bits of a hash that are looked up together. */
const BANDS = 4;
/** Bits in which hashes of the same picture differ at most; of 64. */
const MOST_DIFFERING = 10;
/** Pictures that share a band, from which on it tells nothing: plain ones, of which there may be thousands. */
const MOST_IN_BUCKET = 200;
/** Pictures that are hashed, or looked up, before others get their turn: some ten milliseconds. */
const STEP_PICTURES = 500;

/** Two pictures that may be the same one. */
export interface Candidate {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
}

/**
 * Pairs of pictures whose perceptual hashes nearly agree in any of the eight orientations. Hashes that differ by up to three
 * bits are always found, those that differ by more mostly: two hashes meet where 16 bits in a row agree.
 *
 * Yields now and then, so that the caller can breathe, with what is done of all of it.
 *
 * @param greys of each picture, 32 × 32
 */
export function* hashCandidates(greys: readonly Uint8Array[]): Generator<number, Candidate[], void> {
  const hashes: PictureHash[][] = [];
  const buckets = new Map<number, number[]>();
  for (const [row, grey] of greys.entries()) {
    if (row % STEP_PICTURES === 0) yield row / greys.length / 2;
    hashes.push(orientedHashes(grey));
    for (const band of bandsOf(hashes[row]![0]!)) {
      const bucket = buckets.get(band);
      if (bucket === undefined) buckets.set(band, [row]);
      else bucket.push(row);
    }
  }
  const candidates = new Map<number, Candidate>();
  for (const [second, oriented] of hashes.entries()) {
    if (second % STEP_PICTURES === 0) yield 0.5 + second / greys.length / 2;
    for (const hash of oriented) {
      for (const band of bandsOf(hash)) {
        const bucket = buckets.get(band) ?? [];
        if (bucket.length > MOST_IN_BUCKET) continue;
        for (const first of bucket) {
          if (first >= second) break;
          const key = first * greys.length + second;
          if (candidates.has(key) || hashDistance(hashes[first]![0]!, hash) > MOST_DIFFERING) continue;
          candidates.set(key, { first, second });
        }
      }
    }
  }
  return [...candidates.values()];
}

/** With the band's number, so that the same bits elsewhere don't count. */
function bandsOf([high, low]: PictureHash): number[] {
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].map((bits, band) => bits * BANDS + band);
}
