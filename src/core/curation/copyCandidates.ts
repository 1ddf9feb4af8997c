import { onesOf, orientedHashes } from '../images/perceptualHash.ts';
import type { PairKeys } from './pairKeys.ts';

/** Bits of a hash that are looked up together. */
const BANDS = 4;
const BAND_VALUES = 2 ** 16;
/** Of a picture's hashes: two for each orientation. */
const WORDS = 16;
/** Bits in which hashes of the same picture differ at most; of 64. */
const MOST_DIFFERING = 10;
/** Pictures that share a band, from which on it tells nothing: plain ones, of which there may be thousands. */
const MOST_IN_BUCKET = 200;
/** Pictures that are hashed, or looked up, before others get their turn: some ten milliseconds. */
const STEP_PICTURES = 500;

/**
 * Adds the pairs of pictures whose perceptual hashes nearly agree in any of the eight orientations. Hashes that differ by up to
 * three bits are always found, those that differ by more mostly: two hashes meet where 16 bits in a row agree.
 *
 * Yields now and then, so that the caller can breathe, with what is done of all of it.
 *
 * @param greys of each picture, 32 × 32
 */
export function* addHashCandidates(greys: readonly Uint8Array[], pairs: PairKeys): Generator<number, void, void> {
  // Two words for each orientation of each picture, one after the other.
  const words = new Uint32Array(greys.length * WORDS);
  for (const [row, grey] of greys.entries()) {
    if (row % STEP_PICTURES === 0) yield row / greys.length / 2;
    for (const [orientation, hash] of orientedHashes(grey).entries()) words.set(hash, row * WORDS + 2 * orientation);
  }
  const buckets = bucketsOf(words, greys.length);
  for (let second = 0; second < greys.length; second++) {
    if (second % STEP_PICTURES === 0) yield 0.5 + second / greys.length / 2;
    for (let at = second * WORDS; at < (second + 1) * WORDS; at += 2) {
      const [high, low] = [words[at]!, words[at + 1]!];
      for (let band = 0; band < BANDS; band++) {
        const bucket = bandOf(high, low, band);
        const [start, end] = [buckets.starts[bucket]!, buckets.ends[bucket]!];
        if (end - start > MOST_IN_BUCKET) continue;
        for (let i = start; i < end; i++) {
          const first = buckets.rows[i]!;
          if (first >= second) break;
          const place = first * WORDS;
          if (onesOf(words[place]! ^ high) + onesOf(words[place + 1]! ^ low) > MOST_DIFFERING) continue;
          pairs.add(first, second, false);
        }
      }
    }
  }
}

/** Rows by the bands of their hash as they are, ascending in each bucket. */
function bucketsOf(words: Uint32Array, count: number) {
  const ends = new Uint32Array(BANDS * BAND_VALUES);
  const bandsOfRow = (row: number, visit: (bucket: number) => void) => {
    for (let band = 0; band < BANDS; band++) visit(bandOf(words[row * WORDS]!, words[row * WORDS + 1]!, band));
  };
  for (let row = 0; row < count; row++) bandsOfRow(row, (bucket) => ends[bucket]!++);
  for (let bucket = 1; bucket < ends.length; bucket++) ends[bucket]! += ends[bucket - 1]!;
  const starts = ends.slice();
  const rows = new Uint32Array(BANDS * count);
  for (let row = count - 1; row >= 0; row--) bandsOfRow(row, (bucket) => (rows[--starts[bucket]!] = row));
  return { rows, starts, ends };
}

/** With the band's number, so that the same bits elsewhere don't count. */
function bandOf(high: number, low: number, band: number): number {
  const word = band < BANDS / 2 ? high : low;
  return (band % 2 === 0 ? word >>> 16 : word & 0xffff) + band * BAND_VALUES;
}
