import type { Steps } from '../evaluation/steps.ts';

/** Edge of the small pictures. */
const EDGE = 8;
const LENGTH = 3 * EDGE * EDGE;
/** Root mean square difference, of 255, up to which two small pictures are of the same picture, or mirror images. */
const SAME = 4;
/** … and up to which they are where their descriptors agree as well. */
const ALIKE = 8;
const ALIKE_SIMILARITY = 0.96;
/** Of a picture's contrast: what is nearly of one colour is like everything that is. */
const CONTRAST_SHARE = 0.25;
/** Pairs that are compared before others get their turn: some ten milliseconds. */
const STEP_PAIRS = 500_000;

export interface SmallPictures {
  readonly count: number;
  /** `count × 8 × 8 × 3` by colour, row, column: from 0 to 255, less each picture's mean. */
  readonly colours: Float32Array;
  /** `count × dim`, of length 1: what the pictures show, in more detail. */
  readonly descriptors: Float32Array;
  readonly dim: number;
  /** Equal for pictures that are known to be the same. */
  readonly known: ArrayLike<number>;
}

/**
 * Groups pictures that are the same up to compression, scaling, mirroring and small edits: good enough to keep a picture from
 * being recognised by its own copy. Groups are joined along chains.
 *
 * @returns a number for each picture, equal within a group
 */
export function* nearDuplicateGroups({ count, colours, descriptors, dim, known }: SmallPictures): Steps<Int32Array> {
  const groups = new DisjointSets(count);
  const first = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const same = first.get(known[i]!);
    if (same === undefined) first.set(known[i]!, i);
    else groups.join(same, i);
  }
  const contrasts = contrastsOf(colours, count);
  const mirrored = mirrorImages(colours, count);
  let compared = 0;
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const limit = CONTRAST_SHARE * Math.min(contrasts[a]!, contrasts[b]!);
      const difference = rmsDifference(colours, a, colours, b, Math.min(ALIKE, limit));
      const same =
        difference <= SAME ||
        (difference <= ALIKE && cosine(descriptors, a, b, dim) >= ALIKE_SIMILARITY) ||
        rmsDifference(colours, a, mirrored, b, Math.min(SAME, limit)) <= SAME;
      if (same) groups.join(a, b);
    }
    compared += count - a;
    if (compared < STEP_PAIRS) continue;
    compared = 0;
    yield a + 1;
  }
  return groups.roots();
}

/** Infinity where it is above the limit: most pictures differ at once. */
function rmsDifference(first: Float32Array, a: number, second: Float32Array, b: number, limit: number): number {
  const most = limit * limit * LENGTH;
  const [aStart, bStart] = [a * LENGTH, b * LENGTH];
  let sum = 0;
  for (let i = 0; i < LENGTH; i += 16) {
    for (let j = i; j < i + 16; j++) {
      const difference = first[aStart + j]! - second[bStart + j]!;
      sum += difference * difference;
    }
    if (sum > most) return Infinity;
  }
  return Math.sqrt(sum / LENGTH);
}

/** Root mean square of each picture. */
function contrastsOf(colours: Float32Array, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, picture) => {
    let sum = 0;
    for (let i = picture * LENGTH; i < (picture + 1) * LENGTH; i++) sum += colours[i]! ** 2;
    return Math.sqrt(sum / LENGTH);
  });
}

/** Left and right exchanged. */
function mirrorImages(colours: Float32Array, count: number): Float32Array {
  return Float32Array.from({ length: count * LENGTH }, (_, i) => {
    const column = i % EDGE;
    return colours[i - column + (EDGE - 1 - column)]!;
  });
}

function cosine(vectors: Float32Array, a: number, b: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += vectors[a * dim + i]! * vectors[b * dim + i]!;
  return sum;
}

class DisjointSets {
  readonly #parent: Int32Array;

  constructor(count: number) {
    this.#parent = Int32Array.from({ length: count }, (_, i) => i);
  }

  join(a: number, b: number): void {
    this.#parent[this.#rootOf(b)] = this.#rootOf(a);
  }

  roots(): Int32Array {
    return this.#parent.map((_, i) => this.#rootOf(i));
  }

  #rootOf(index: number): number {
    let root = index;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    this.#parent[index] = root;
    return root;
  }
}
