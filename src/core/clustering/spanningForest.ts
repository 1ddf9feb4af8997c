import type { NeighborGraph } from '../projection/neighborGraph.ts';

/** Edges that join points into trees, the shortest first. */
export interface SpanningForest {
  readonly points: number;
  /** Fewer than points; one fewer where all are joined. */
  readonly edges: number;
  /** The two ends of each edge. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Mutual reachability distance of each edge, ascending. */
  readonly lengths: Float32Array;
}

/**
 * Distance to the `count`-th nearest other point: how dense it is around a point. Where fewer are known, to the last of
 * them.
 */
export function coreDistances({ rows, count: known, distances }: NeighborGraph, count: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    let core = 0;
    for (let rank = 0; rank < Math.min(count, known); rank++) {
      const distance = distances[row * known + rank]!;
      if (distance < Infinity) core = distance;
    }
    return core;
  });
}

/**
 * The minimum spanning forest of a neighbour graph under the mutual reachability distance, max(core(p), core(q), d(p, q)):
 * R. Campello, D. Moulavi, A. Zimek, J. Sander, "Hierarchical density estimates for data clustering, visualization, and
 * outlier detection", TKDD 2015. Kruskal's algorithm; equal edges in the order of the graph.
 *
 * Exact where the graph holds all pairs. Otherwise groups that have no neighbours in each other stay apart.
 */
export function spanningForest(graph: NeighborGraph, minimumSamples: number): SpanningForest {
  const { rows, count, neighbors, distances } = graph;
  const cores = coreDistances(graph, minimumSamples);
  const lengths = new Float32Array(rows * count).fill(Infinity);
  for (let i = 0; i < lengths.length; i++) {
    const other = neighbors[i]!;
    if (other >= 0) lengths[i] = Math.max(distances[i]!, cores[Math.floor(i / count)]!, cores[other]!);
  }
  const sets = new DisjointSets(rows);
  const forest = {
    left: new Uint32Array(rows),
    right: new Uint32Array(rows),
    lengths: new Float32Array(rows),
  };
  let edges = 0;
  for (const i of ascendingOrder(lengths)) {
    if (lengths[i] === Infinity) break;
    const point = Math.floor(i / count);
    const other = neighbors[i]!;
    if (!sets.join(point, other)) continue;
    forest.left[edges] = point;
    forest.right[edges] = other;
    forest.lengths[edges++] = lengths[i]!;
  }
  return {
    points: rows,
    edges,
    left: forest.left.slice(0, edges),
    right: forest.right.slice(0, edges),
    lengths: forest.lengths.slice(0, edges),
  };
}

/** Which of many things belong together; union by size, paths halved. */
export class DisjointSets {
  readonly #parents: Uint32Array;
  readonly #sizes: Uint32Array;

  constructor(count: number) {
    this.#parents = Uint32Array.from({ length: count }, (_, i) => i);
    this.#sizes = new Uint32Array(count).fill(1);
  }

  /** The one that stands for all in its set. */
  find(item: number): number {
    const parents = this.#parents;
    let at = item;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  }

  /** False where both were together already. */
  join(a: number, b: number): boolean {
    let [large, small] = [this.find(a), this.find(b)];
    if (large === small) return false;
    if (this.#sizes[large]! < this.#sizes[small]!) [large, small] = [small, large];
    this.#parents[small] = large;
    this.#sizes[large]! += this.#sizes[small]!;
    return true;
  }
}

const RADIX_BITS = 11;

/** Positions of non-negative numbers from the least to the greatest, equal ones in their order: a radix sort. */
export function ascendingOrder(values: Float32Array): Uint32Array {
  // The bits of non-negative floating-point numbers sort as whole numbers do.
  const keys = new Uint32Array(values.slice().buffer);
  const mask = 2 ** RADIX_BITS - 1;
  let order = Uint32Array.from({ length: values.length }, (_, i) => i);
  let next = new Uint32Array(values.length);
  for (let shift = 0; shift < 32; shift += RADIX_BITS) {
    const places = new Uint32Array(mask + 2);
    for (const key of keys) places[((key >>> shift) & mask) + 1]!++;
    for (let digit = 0; digit < mask; digit++) places[digit + 1]! += places[digit]!;
    for (const item of order) next[places[(keys[item]! >>> shift) & mask]!++] = item;
    [order, next] = [next, order];
  }
  return order;
}
