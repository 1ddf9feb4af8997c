/** A binary tree of merges. Leaves are 0 to `leaves − 1`; merge i makes the node `leaves + i`, and the last one is the root. */
export interface MergeTree {
  readonly leaves: number;
  /** The two nodes of each merge, which come before it: `leaves − 1` of each. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Mean similarity of the two parts of each merge; never rises from one merge to the next. */
  readonly similarities: Float32Array;
}

/**
 * Hierarchical clustering by average linkage (UPGMA): always the two clusters whose pairs of members are the most similar on
 * average are merged. By the nearest-neighbour chain, in O(n²) time: F. Murtagh, "A survey of recent advances in hierarchical
 * clustering algorithms", The Computer Journal 26 (1983); D. Müllner, arXiv:1109.2378.
 *
 * @param similarities `n × n`, symmetric; overwritten. Its diagonal counts nothing
 * @param weights members that each leaf stands for; one each where it's left out
 */
export function averageLinkage(similarities: Float32Array, n: number, weights?: ArrayLike<number>): MergeTree {
  const merges = Math.max(0, n - 1);
  const sizes = Float64Array.from({ length: n }, (_, i) => weights?.[i] ?? 1);
  const active = new Uint8Array(n).fill(1);
  const pairs = { first: new Int32Array(merges), second: new Int32Array(merges), similarity: new Float32Array(merges) };
  const chain = new Int32Array(n);
  let [length, oldest] = [0, 0];
  for (let merge = 0; merge < merges; merge++) {
    if (length === 0) {
      while (active[oldest] === 0) oldest++;
      chain[length++] = oldest;
    }
    for (;;) {
      const end = chain[length - 1]!;
      const before = length > 1 ? chain[length - 2]! : -1;
      const nearest = nearestOf(similarities, n, active, end, before);
      if (nearest === before) break;
      chain[length++] = nearest;
    }
    const [kept, gone] = [chain[length - 1]!, chain[length - 2]!];
    length -= 2;
    pairs.first[merge] = kept;
    pairs.second[merge] = gone;
    pairs.similarity[merge] = similarities[kept * n + gone]!;
    unite(similarities, n, active, sizes, kept, gone);
  }
  return sortedTree(n, pairs);
}

/** The most similar other cluster. `before` wins ties, so that a chain comes to its end. */
function nearestOf(similarities: Float32Array, n: number, active: Uint8Array, cluster: number, before: number): number {
  const row = cluster * n;
  let nearest = before;
  let best = before >= 0 ? similarities[row + before]! : -Infinity;
  for (let other = 0; other < n; other++) {
    if (active[other] === 0 || other === cluster) continue;
    if (similarities[row + other]! > best || nearest < 0) {
      best = similarities[row + other]!;
      nearest = other;
    }
  }
  return nearest;
}

/** `kept` becomes both: its similarities are means over the members of the two. */
function unite(
  similarities: Float32Array,
  n: number,
  active: Uint8Array,
  sizes: Float64Array,
  kept: number,
  gone: number,
): void {
  active[gone] = 0;
  const size = sizes[kept]! + sizes[gone]!;
  const [keptShare, goneShare] = [sizes[kept]! / size, sizes[gone]! / size];
  sizes[kept] = size;
  for (let other = 0; other < n; other++) {
    if (active[other] === 0 || other === kept) continue;
    const mean = keptShare * similarities[kept * n + other]! + goneShare * similarities[gone * n + other]!;
    similarities[kept * n + other] = mean;
    similarities[other * n + kept] = mean;
  }
}

interface Pairs {
  /** A leaf of each of the two clusters. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly similarity: Float32Array;
}

/** A chain finds merges in an order of its own; the tree has them by similarity. */
function sortedTree(leaves: number, { first, second, similarity }: Pairs): MergeTree {
  const merges = first.length;
  // Stable: of merges that are equally similar, those within a cluster were found before those of it.
  const order = Int32Array.from(first.keys()).sort((a, b) => similarity[b]! - similarity[a]! || a - b);
  const parents = Int32Array.from({ length: leaves + merges }, (_, node) => node);
  const left = new Int32Array(merges);
  const right = new Int32Array(merges);
  order.forEach((found, merge) => {
    left[merge] = topOf(parents, first[found]!);
    right[merge] = topOf(parents, second[found]!);
    parents[left[merge]] = parents[right[merge]] = leaves + merge;
  });
  return { leaves, left, right, similarities: similarity.map((_, merge) => similarity[order[merge]!]!) };
}

/** The node that a node is part of by now; shortens the way for the next time. */
function topOf(parents: Int32Array, node: number): number {
  let top = node;
  while (parents[top] !== top) top = parents[top]!;
  for (let at = node; parents[at] !== top && at !== top;) {
    const next = parents[at]!;
    parents[at] = top;
    at = next;
  }
  return top;
}
