/** Height and width of the picture that is hashed. */
export const HASH_EDGE = 32;
/** Of the lowest frequencies, in both directions. */
const KEPT = 8;

/**
 * 64 bits of a picture's lowest frequencies, eight bytes, the top-left coefficient first: pHash after Zauner (2010). Bits are
 * 1 where a coefficient of the discrete cosine transform (II) is at least the median of all but the constant one.
 *
 * @param grey `HASH_EDGE × HASH_EDGE`
 */
export function perceptualHash(grey: Uint8Array): Uint8Array {
  return hashOf(lowFrequencies(grey));
}

/**
 * The hashes of a picture in its eight orientations, as `orientedPlaces` numbers them, at the price of one: turning a picture
 * exchanges its frequencies or turns their signs.
 */
export function orientedHashes(grey: Uint8Array): Uint8Array[] {
  const coefficients = lowFrequencies(grey);
  return Array.from({ length: 8 }, (_, orientation) =>
    hashOf(
      Float64Array.from(coefficients, (_, i) => {
        const [u, v] = [i % KEPT, Math.floor(i / KEPT)];
        const from = orientation & 4 ? coefficients[u * KEPT + v]! : coefficients[i]!;
        // Mirroring turns the sign of what is odd in that direction.
        const isTurned = ((orientation & 1) !== 0 && u % 2 === 1) !== ((orientation & 2) !== 0 && v % 2 === 1);
        return isTurned ? -from : from;
      }),
    ),
  );
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

function hashOf(coefficients: Float64Array): Uint8Array {
  const middle = median(coefficients.subarray(1));
  const hash = new Uint8Array((KEPT * KEPT) / 8);
  coefficients.forEach((coefficient, i) => {
    if (coefficient >= middle) hash[i >> 3]! |= 0x80 >> (i & 7);
  });
  return hash;
}

/** Bits in which two hashes differ, 0 to 64. */
export function hashDistance(a: Uint8Array, b: Uint8Array): number {
  let differing = 0;
  for (let i = 0; i < a.length; i++) {
    for (let bits = a[i]! ^ b[i]!; bits !== 0; bits &= bits - 1) differing++;
  }
  return differing;
}

const cosines = Float64Array.from({ length: KEPT * HASH_EDGE }, (_, i) => {
  const [frequency, place] = [Math.floor(i / HASH_EDGE), i % HASH_EDGE];
  return Math.cos((Math.PI * frequency * (2 * place + 1)) / (2 * HASH_EDGE));
});

/** Of an odd number of values. */
function median(values: Float64Array): number {
  return values.slice().sort()[(values.length - 1) / 2]!;
}
