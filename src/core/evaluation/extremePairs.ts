/** Two rows and how similar they are. */
export interface RankedPair {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

/**
 * The `capacity` most similar pairs of those that are offered, or the least similar ones, in a heap with the last of them on top:
 * nearly every pair costs one comparison, with `threshold`. Equal ones come in the order of their rows.
 */
export class ExtremePairs {
  readonly #capacity: number;
  readonly #sign: number;
  readonly #heap: RankedPair[] = [];
  /** What a pair must reach: from above for the most similar, from below for the least. */
  threshold: number;

  constructor(capacity: number, kind: 'most' | 'least') {
    this.#capacity = capacity;
    this.#sign = kind === 'most' ? 1 : -1;
    this.threshold = -this.#sign * Infinity;
  }

  /** @param first the lower row */
  offer(first: number, second: number, similarity: number): void {
    if (Number.isNaN(similarity)) return;
    const pair = { first, second, similarity };
    const heap = this.#heap;
    if (heap.length < this.#capacity) {
      heap.push(pair);
      this.#siftUp(heap.length - 1);
    } else {
      if (this.#capacity === 0 || !this.#isBehind(heap[0]!, pair)) return;
      heap[0] = pair;
      this.#siftDown();
    }
    if (heap.length === this.#capacity) this.threshold = heap[0]!.similarity;
  }

  /** Best first. */
  sorted(): RankedPair[] {
    return [...this.#heap].sort((a, b) => (this.#isBehind(a, b) ? 1 : -1));
  }

  #isBehind(a: RankedPair, b: RankedPair): boolean {
    const difference = this.#sign * (a.similarity - b.similarity);
    if (difference !== 0) return difference < 0;
    return a.first !== b.first ? a.first > b.first : a.second > b.second;
  }

  #siftUp(start: number): void {
    const heap = this.#heap;
    for (let child = start; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#isBehind(heap[child]!, heap[parent]!)) return;
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      child = parent;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    for (let parent = 0; ;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && this.#isBehind(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBehind(heap[child]!, heap[parent]!)) return;
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      parent = child;
    }
  }
}

/** The first `count` pairs in which no row comes more than `perRow` times: one odd image would fill a list by itself. */
export function spreadPairs(pairs: readonly RankedPair[], count: number, perRow: number): RankedPair[] {
  const seen = new Map<number, number>();
  const kept: RankedPair[] = [];
  for (const pair of pairs) {
    if (kept.length === count) break;
    const [first, second] = [seen.get(pair.first) ?? 0, seen.get(pair.second) ?? 0];
    if (first >= perRow || second >= perRow) continue;
    seen.set(pair.first, first + 1);
    seen.set(pair.second, second + 1);
    kept.push(pair);
  }
  return kept;
}
