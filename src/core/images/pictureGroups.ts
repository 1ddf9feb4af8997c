/** Edge of the tiny pictures that are compared. */
const EDGE = 8;
/** Largest root mean square difference, of 255, of two tiny pictures that count as the same picture. */
const TOLERANCE = 4;

/**
 * Groups pictures that are the same up to compression and scaling, by their means over an 8 × 8 grid: good enough to keep
 * a picture from being recognised by its own copy. Groups are joined along chains.
 *
 * @param pixels uint8, `count × size × size × 3`, interleaved; `size` is a multiple of 8
 * @returns a number for each picture, equal within a group
 */
export function pictureGroups(pixels: Uint8Array, count: number, size: number): Int32Array {
  const tiny = tinyPictures(pixels, count, size);
  const length = EDGE * EDGE * 3;
  const limit = TOLERANCE ** 2 * length;
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root]!;
    parent[index] = root;
    return root;
  };
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      if (closerThan(tiny, a * length, b * length, length, limit)) parent[rootOf(b)] = rootOf(a);
    }
  }
  return parent.map((_, i) => rootOf(i));
}

function closerThan(values: Float32Array, a: number, b: number, length: number, limit: number): boolean {
  let sum = 0;
  for (let i = 0; i < length; i += 16) {
    for (let j = i; j < i + 16; j++) {
      const difference = values[a + j]! - values[b + j]!;
      sum += difference * difference;
    }
    // Most pictures differ at once.
    if (sum > limit) return false;
  }
  return true;
}

function tinyPictures(pixels: Uint8Array, count: number, size: number): Float32Array {
  const cell = size / EDGE;
  const length = EDGE * EDGE * 3;
  const tiny = new Float32Array(count * length);
  for (let picture = 0; picture < count; picture++) {
    const source = picture * size * size * 3;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const target = picture * length + (Math.floor(y / cell) * EDGE + Math.floor(x / cell)) * 3;
        const pixel = source + (y * size + x) * 3;
        for (let channel = 0; channel < 3; channel++)
          tiny[target + channel]! += pixels[pixel + channel]! / (cell * cell);
      }
    }
  }
  return tiny;
}
