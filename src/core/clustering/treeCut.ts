import type { MergeTree } from './averageLinkage.ts';

/** The tree is cut into at most so many parts, small ones counted too. */
const MOST_PARTS = 200;

export interface TreeClusters {
  readonly count: number;
  /** Of each leaf: from 0, the largest first, or −1 for none. */
  readonly clusterOf: Int32Array;
}

/** A cluster with more of all members tells little: it gives way to those of a finer cut, where that is nearly as good. */
const LARGEST_SHARE = 0.4;
const NEARLY = 0.5;

/**
 * Cuts a tree of merges where the clusters are told apart best: at the height with the highest mean silhouette over all members
 * (P. Rousseeuw, "Silhouettes", Journal of Computational and Applied Mathematics 20, 1987). Parts with fewer members than
 * `minimumSize` are no clusters, and their members' silhouettes count as 0. Where one cluster would hold most of all members, as
 * the first split from nearly everything often does, the best cut without such a one is taken if it has half the silhouette.
 *
 * @param similarities `leaves × leaves`: means over members; on the diagonal those within a leaf
 * @param weights members that each leaf stands for; one each where it's left out
 */
export function cutTree(
  tree: MergeTree,
  similarities: Float32Array,
  minimumSize: number,
  weights?: ArrayLike<number>,
): TreeClusters {
  const { leaves } = tree;
  const sizes = Float64Array.from({ length: leaves }, (_, leaf) => weights?.[leaf] ?? 1);
  const parts = new Parts(tree, similarities, sizes);
  const none: Cut = { score: 0, partOf: new Int32Array(leaves).fill(-1) };
  let [best, bestDivided] = [none, none];
  do {
    const score = parts.silhouette(minimumSize);
    if (score <= 0) continue;
    // Of cuts that are equally good the one with fewer clusters.
    if (score >= best.score) best = { score, partOf: parts.members(minimumSize) };
    if (score >= bestDivided.score && parts.largestShare <= LARGEST_SHARE) {
      bestDivided = { score, partOf: parts.members(minimumSize) };
    }
  } while (parts.mergeNext());
  return largestFirst((bestDivided.score >= NEARLY * best.score ? bestDivided : best).partOf, sizes);
}

interface Cut {
  readonly score: number;
  readonly partOf: Int32Array;
}

/** The parts of a tree that is cut at some height, and how similar each leaf is to each of them. */
class Parts {
  readonly #tree: MergeTree;
  readonly #sizes: Float64Array;
  readonly #partOf: Int32Array;
  /** `leaves × parts at first`: sums of similarities to the members of each part, without those of a member to itself. */
  readonly #sums: Float64Array;
  readonly #partSizes: Float64Array;
  readonly #columns: number;
  /** The column of each node that is a part. */
  readonly #columnOf = new Map<number, number>();
  #nextMerge: number;

  constructor(tree: MergeTree, similarities: Float32Array, sizes: Float64Array) {
    const { leaves, left, right } = tree;
    this.#tree = tree;
    this.#sizes = sizes;
    this.#nextMerge = Math.max(0, leaves - MOST_PARTS);
    const top = Int32Array.from({ length: leaves + this.#nextMerge }, (_, node) => node);
    for (let node = leaves + this.#nextMerge - 1; node >= leaves; node--) {
      top[left[node - leaves]!] = top[node]!;
      top[right[node - leaves]!] = top[node]!;
    }
    this.#partOf = new Int32Array(leaves);
    for (let leaf = 0; leaf < leaves; leaf++) {
      const node = top[leaf]!;
      if (!this.#columnOf.has(node)) this.#columnOf.set(node, this.#columnOf.size);
      this.#partOf[leaf] = this.#columnOf.get(node)!;
    }
    this.#columns = this.#columnOf.size;
    this.#partSizes = new Float64Array(this.#columns);
    this.#sums = new Float64Array(leaves * this.#columns);
    for (let leaf = 0; leaf < leaves; leaf++) this.#partSizes[this.#partOf[leaf]!]! += sizes[leaf]!;
    for (let leaf = 0; leaf < leaves; leaf++) {
      const row = leaf * this.#columns;
      for (let other = 0; other < leaves; other++) {
        const size = sizes[other]! - (other === leaf ? 1 : 0);
        if (size > 0) this.#sums[row + this.#partOf[other]!]! += size * similarities[leaf * leaves + other]!;
      }
    }
  }

  /** The next two parts become one; false where there is none to come. */
  mergeNext(): boolean {
    const { leaves, left, right } = this.#tree;
    if (this.#nextMerge >= left.length) return false;
    const merge = this.#nextMerge++;
    const kept = this.#columnOf.get(left[merge]!)!;
    const gone = this.#columnOf.get(right[merge]!)!;
    this.#columnOf.delete(left[merge]!);
    this.#columnOf.delete(right[merge]!);
    this.#columnOf.set(leaves + merge, kept);
    this.#partSizes[kept]! += this.#partSizes[gone]!;
    this.#partSizes[gone] = 0;
    for (let leaf = 0; leaf < leaves; leaf++) {
      this.#sums[leaf * this.#columns + kept]! += this.#sums[leaf * this.#columns + gone]!;
      if (this.#partOf[leaf] === gone) this.#partOf[leaf] = kept;
    }
    return true;
  }

  /** Of the largest part, of all members. */
  get largestShare(): number {
    const all = this.#partSizes.reduce((sum, size) => sum + size, 0);
    return this.#partSizes.reduce((most, size) => Math.max(most, size), 0) / all;
  }

  /** The mean over all members, by cosine distance; 0 with fewer than two clusters. */
  silhouette(minimumSize: number): number {
    const clusters = [...this.#columnOf.values()].filter((column) => this.#partSizes[column]! >= minimumSize);
    if (clusters.length < 2) return 0;
    let [sum, members] = [0, 0];
    for (let leaf = 0; leaf < this.#tree.leaves; leaf++) {
      const own = this.#partOf[leaf]!;
      const size = this.#sizes[leaf]!;
      members += size;
      const others = this.#partSizes[own]! - 1;
      if (this.#partSizes[own]! < minimumSize || others <= 0) continue;
      const row = leaf * this.#columns;
      let nearest = -Infinity;
      for (const column of clusters) {
        if (column === own) continue;
        const similarity = this.#sums[row + column]! / this.#partSizes[column]!;
        if (similarity > nearest) nearest = similarity;
      }
      const [within, between] = [1 - this.#sums[row + own]! / others, 1 - nearest];
      const wider = Math.max(within, between);
      if (wider > 0) sum += (size * (between - within)) / wider;
    }
    return members > 0 ? sum / members : 0;
  }

  /** The column of each leaf's part; −1 for those that are no clusters. */
  members(minimumSize: number): Int32Array {
    return this.#partOf.map((part) => (this.#partSizes[part]! >= minimumSize ? part : -1));
  }
}

function largestFirst(partOf: Int32Array, sizes: Float64Array): TreeClusters {
  const totals = new Map<number, number>();
  partOf.forEach((part, leaf) => {
    if (part >= 0) totals.set(part, (totals.get(part) ?? 0) + sizes[leaf]!);
  });
  // Those of the same size in the order of their first leaves.
  const numbers = new Map([...totals].sort(([, a], [, b]) => b - a).map(([part], number) => [part, number]));
  return { count: numbers.size, clusterOf: partOf.map((part) => numbers.get(part) ?? -1) };
}
