/** Height and width of the picture that is hashed. */
export const HASH_EDGE = 32;
/** Of the lowest frequencies, in both directions. */
const KEPT = 8;

/** 64 bits as two unsigned words of 32, the first bit the highest. */
export type PictureHash = readonly [high: number, low: number];

/**
 * The hashes of a picture in its eight orientations, as `orientedPlaces` numbers them, at the price of one: turning a picture
 * exchanges its frequencies or turns their signs. Each hash holds the picture's lowest frequencies, the constant one first: pHash
 * after Zauner (2010). Bits are 1 where a coefficient of the discrete cosine transform (II) is at least the median of all but
 * the constant one.
 *
 * @param grey `HASH_EDGE × HASH_EDGE`
 */
export function orientedHashes(grey: Uint8Array): PictureHash[] {
  const coefficients = lowFrequencies(grey);
  const turned = new Float64Array(KEPT * KEPT);
  const sorted = new Float64Array(KEPT * KEPT - 1);
  return turns.map(({ places, signs }) => {
    for (let i = 0; i < turned.length; i++) turned[i] = signs[i]! * coefficients[places[i]!]!;
    sorted.set(turned.subarray(1));
    return hashOf(turned, sorted.sort()[(sorted.length - 1) / 2]!);
  });
}

/** Bits in which two hashes differ, 0 to 64. */
export function hashDistance(a: PictureHash, b: PictureHash): number {
  return onesOf(a[0] ^ b[0]) + onesOf(a[1] ^ b[1]);
}

/** How many of 32 bits are set. */
export function onesOf(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x5555_5555);
  count = (count & 0x3333_3333) + ((count >>> 2) & 0x3333_3333);
  return (((count + (count >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}

/** `KEPT × KEPT` coefficients, by frequency along y, then x. */
function lowFrequencies(grey: Uint8Array): Float64Array {
  const coefficients = new Float64Array(KEPT * KEPT);
  const rows = new Float64Array(HASH_EDGE * KEPT);
  for (let y = 0; y < HASH_EDGE; y++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let x = 0; x < HASH_EDGE; x++) sum += grey[y * HASH_EDGE + x]! * cosines[u * HASH_EDGE + x]!;
      rows[y * KEPT + u] = sum;
    }
  }
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let y = 0; y < HASH_EDGE; y++) sum += rows[y * KEPT + u]! * cosines[v * HASH_EDGE + y]!;
      coefficients[v * KEPT + u] = sum;
    }
  }
  return coefficients;
}

function hashOf(coefficients: Float64Array, middle: number): PictureHash {
  return [wordOf(coefficients, 0, middle), wordOf(coefficients, 32, middle)];
}

function wordOf(coefficients: Float64Array, start: number, middle: number): number {
  let word = 0;
  for (let i = start; i < start + 32; i++) word = (word << 1) | (coefficients[i]! >= middle ? 1 : 0);
  return word >>> 0;
}

/** By orientation, for each coefficient: the one that takes its place, and the sign it gets. */
const turns = Array.from({ length: 8 }, (_, orientation) => {
  const along = (i: number) => [i % KEPT, Math.floor(i / KEPT)] as const;
  const isTurned = (i: number) => {
    const [u, v] = along(i);
    // Mirroring turns the sign of what is odd in that direction.
    return ((orientation & 1) !== 0 && u % 2 === 1) !== ((orientation & 2) !== 0 && v % 2 === 1);
  };
  return {
    places: Uint8Array.from({ length: KEPT * KEPT }, (_, i) => {
      const [u, v] = along(i);
      return orientation & 4 ? u * KEPT + v : i;
    }),
    signs: Int8Array.from({ length: KEPT * KEPT }, (_, i) => (isTurned(i) ? -1 : 1)),
  };
});

const cosines = Float64Array.from({ length: KEPT * HASH_EDGE }, (_, i) => {
  const [frequency, place] = [Math.floor(i / HASH_EDGE), i % HASH_EDGE];
  return Math.cos((Math.PI * frequency * (2 * place + 1)) / (2 * HASH_EDGE));
});
