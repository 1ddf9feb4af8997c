import { orientedHashes } from '../images/perceptualHash.ts';

/** Bits of a hash that are looked up together. */
const BANDS = 4;
/** Bits in which hashes of the same picture differ at most; of 64. */
const MOST_DIFFERING = 10;
/** Pictures that share a band, from which on it tells nothing: plain ones, of which there may be thousands. */
const MOST_IN_BUCKET = 200;

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
 * @param greys of each picture, 32 × 32
 * @param isKnown pairs that needn't be told, such as copies of the same bytes
 */
export function hashCandidates(
  greys: readonly Uint8Array[],
  isKnown: (first: number, second: number) => boolean = () => false,
): Candidate[] {
  const hashes = greys.map((grey) => orientedHashes(grey).map(wordsOf));
  const buckets = new Map<number, number[]>();
  hashes.forEach(([own], row) => {
    for (const band of bandsOf(own!)) {
      const bucket = buckets.get(band);
      if (bucket === undefined) buckets.set(band, [row]);
      else bucket.push(row);
    }
  });
  const candidates = new Map<number, Candidate>();
  hashes.forEach((oriented, second) => {
    for (const hash of oriented) {
      for (const band of bandsOf(hash)) {
        const bucket = buckets.get(band) ?? [];
        if (bucket.length > MOST_IN_BUCKET) continue;
        for (const first of bucket) {
          if (first >= second) break;
          const key = first * greys.length + second;
          if (candidates.has(key) || isKnown(first, second)) continue;
          if (distance(hashes[first]![0]!, hash) <= MOST_DIFFERING) candidates.set(key, { first, second });
        }
      }
    }
  });
  return [...candidates.values()];
}

type Words = readonly [high: number, low: number];

function wordsOf(hash: Uint8Array): Words {
  const view = new DataView(hash.buffer, hash.byteOffset);
  return [view.getUint32(0), view.getUint32(4)];
}

/** With the band's number, so that the same bits elsewhere don't count. */
function bandsOf([high, low]: Words): number[] {
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].map((bits, band) => bits * BANDS + band);
}

function distance(a: Words, b: Words): number {
  return ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);
}

/** Of 32 bits. */
function ones(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x5555_5555);
  count = (count & 0x3333_3333) + ((count >>> 2) & 0x3333_3333);
  return (((count + (count >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
