/** Rows of the largest scores, best first. */
export interface TopK {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

/**
 * The `count` rows with the largest scores among those that `accept` lets in, in descending order. Equal scores come in
 * the order of their rows; NaN never comes.
 *
 * A binary heap holds the best so far with the worst of them on top, so that almost every row costs one comparison.
 */
export function topK(scores: Float32Array, count: number, accept: (row: number) => boolean): TopK {
  const capacity = Math.min(count, scores.length);
  const heap = new Uint32Array(capacity);
  let size = 0;
  if (capacity === 0) return { rows: heap, scores: new Float32Array(0) };

  /** True where row `a` ranks behind row `b`. */
  const isWorse = (a: number, b: number) => scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b);

  const siftUp = (start: number) => {
    let child = start;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isWorse(heap[child]!, heap[parent]!)) return;
      swap(heap, child, parent);
      child = parent;
    }
  };
  const siftDown = () => {
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= size) return;
      if (child + 1 < size && isWorse(heap[child + 1]!, heap[child]!)) child++;
      if (!isWorse(heap[child]!, heap[parent]!)) return;
      swap(heap, child, parent);
      parent = child;
    }
  };

  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (size === capacity) {
      // Rows ascend, so an equal score can't displace what is there.
      if (!(score > scores[heap[0]!]!) || !accept(row)) continue;
      heap[0] = row;
      siftDown();
    } else if (!Number.isNaN(score) && accept(row)) {
      heap[size] = row;
      siftUp(size++);
    }
  }

  const rows = heap.slice(0, size).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return { rows, scores: Float32Array.from(rows, (row) => scores[row]!) };
}

function swap(values: Uint32Array, i: number, j: number): void {
  const value = values[i]!;
  values[i] = values[j]!;
  values[j] = value;
}
