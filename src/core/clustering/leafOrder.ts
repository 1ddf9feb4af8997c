import type { MergeTree } from './averageLinkage.ts';

/** So many leaves are ordered in the best way there is: a tenth of a second. */
const OPTIMAL_LEAVES = 600;

/** Leaves in an order in which the tree can be drawn without crossings and similar ones lie together. */
export function leafOrder(tree: MergeTree, similarities: Float32Array): Int32Array {
  return tree.leaves <= OPTIMAL_LEAVES ? optimalLeafOrder(tree, similarities) : greedyLeafOrder(tree, similarities);
}

/** The sum of the similarities of neighbours, which an order is judged by. */
export function neighborSimilarity(order: Int32Array, similarities: Float32Array): number {
  let sum = 0;
  for (let i = 1; i < order.length; i++) sum += similarities[order[i - 1]! * order.length + order[i]!]!;
  return sum;
}

/**
 * From the leaves to the root, each merge is turned so that the two leaves that meet are as similar as they can be. O(n).
 *
 * @param similarities `leaves × leaves`
 */
export function greedyLeafOrder({ leaves, left, right }: MergeTree, similarities: Float32Array): Int32Array {
  const parts = Array.from({ length: leaves }, (_, leaf) => Int32Array.of(leaf));
  left.forEach((node, merge) => {
    const [a, b] = [parts[node]!, parts[right[merge]!]!];
    const [aStart, aEnd, bStart, bEnd] = [a[0]!, a.at(-1)!, b[0]!, b.at(-1)!];
    const meets = [
      similarities[aEnd * leaves + bStart]!,
      similarities[aEnd * leaves + bEnd]!,
      similarities[aStart * leaves + bStart]!,
      similarities[aStart * leaves + bEnd]!,
    ];
    const best = meets.indexOf(Math.max(...meets));
    const first = best >= 2 ? a.toReversed() : a;
    const second = best % 2 === 1 ? b.toReversed() : b;
    const joined = new Int32Array(first.length + second.length);
    joined.set(first);
    joined.set(second, first.length);
    parts.push(joined);
    // What was joined isn't needed any more, and would add up.
    parts[node] = parts[right[merge]!] = new Int32Array(0);
  });
  return parts.at(-1) ?? new Int32Array(0);
}

/**
 * The order in which neighbours are the most similar in sum, of all in which the tree can be drawn. Z. Bar-Joseph, D. Gifford,
 * T. Jaakkola, "Fast optimal leaf ordering for hierarchical clustering", Bioinformatics 17 (2001). O(n³) time, O(n²) memory.
 *
 * @param similarities `leaves × leaves`
 */
export function optimalLeafOrder(tree: MergeTree, similarities: Float32Array): Int32Array {
  const { leaves, left, right } = tree;
  if (leaves < 3) return greedyLeafOrder(tree, similarities);
  const members = membersOf(tree);
  /**
   * Of two leaves: the best sum of the smallest subtree that holds both, drawn with one of them at its left end and the other
   * at its right.
   */
  const best = new Float32Array(leaves * leaves);
  const far = new FarSides(tree, members);
  for (let merge = 0; merge < leaves - 1; merge++) {
    const [a, b] = [left[merge]!, right[merge]!];
    const [first, second] = [members[a]!, members[b]!];
    const farOfSecond = Array.from(second, (end) => far.of(b, end));
    /** Per leaf of the second part: the best sum up to it, where it is the one that meets the first part. */
    const reached = new Float32Array(leaves);
    for (const outer of first) {
      const farOfOuter = far.of(a, outer);
      for (const inner of second) {
        let most = -Infinity;
        for (const meets of farOfOuter) {
          const sum = best[outer * leaves + meets]! + similarities[inner * leaves + meets]!;
          if (sum > most) most = sum;
        }
        reached[inner] = most;
      }
      second.forEach((end, i) => {
        let most = -Infinity;
        for (const inner of farOfSecond[i]!) {
          const sum = reached[inner]! + best[end * leaves + inner]!;
          if (sum > most) most = sum;
        }
        best[outer * leaves + end] = best[end * leaves + outer] = most;
      });
    }
  }
  return traced(tree, similarities, best, members, far);
}

/** The leaves of every node. */
function membersOf({ leaves, left, right }: MergeTree): Int32Array[] {
  const members = Array.from({ length: leaves }, (_, leaf) => Int32Array.of(leaf));
  left.forEach((node, merge) => {
    const [a, b] = [members[node]!, members[right[merge]!]!];
    const both = new Int32Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    members.push(both);
  });
  return members;
}

/** Where a subtree can end when one of its leaves is at the other end: in that half of it that doesn't hold the leaf. */
class FarSides {
  readonly #tree: MergeTree;
  readonly #members: readonly Int32Array[];

  constructor(tree: MergeTree, members: readonly Int32Array[]) {
    this.#tree = tree;
    this.#members = members;
  }

  of(node: number, leaf: number): Int32Array {
    const { leaves, left, right } = this.#tree;
    if (node < leaves) return this.#members[node]!;
    const [a, b] = [this.#members[left[node - leaves]!]!, this.#members[right[node - leaves]!]!];
    // The shorter list answers sooner.
    const isInFirst = a.length <= b.length ? a.includes(leaf) : !b.includes(leaf);
    return isInFirst ? b : a;
  }
}

/** Follows the best sums from the root down. */
function traced(
  tree: MergeTree,
  similarities: Float32Array,
  best: Float32Array,
  members: readonly Int32Array[],
  far: FarSides,
): Int32Array {
  const { leaves, left, right } = tree;
  const order = new Int32Array(leaves);
  let next = 0;
  /** Subtrees still to be drawn, with the leaves at their ends. */
  const waiting: { readonly node: number; readonly from: number; readonly to: number }[] = [];
  const root = 2 * leaves - 2;
  let [from, to] = [members[left.at(-1)!]![0]!, members[right.at(-1)!]![0]!];
  for (const a of members[left.at(-1)!]!) {
    for (const b of members[right.at(-1)!]!) {
      if (best[a * leaves + b]! > best[from * leaves + to]!) [from, to] = [a, b];
    }
  }
  waiting.push({ node: root, from, to });
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part.node < leaves) {
      order[next++] = part.node;
      continue;
    }
    const children = [left[part.node - leaves]!, right[part.node - leaves]!] as const;
    const isTurned = !members[children[0]]!.includes(part.from);
    const [a, b] = isTurned ? [children[1], children[0]] : children;
    let [meets, inner, most] = [-1, -1, -Infinity];
    for (const m of far.of(a, part.from)) {
      for (const k of far.of(b, part.to)) {
        const sum = best[part.from * leaves + m]! + similarities[m * leaves + k]! + best[k * leaves + part.to]!;
        if (sum > most) [meets, inner, most] = [m, k, sum];
      }
    }
    waiting.push({ node: b, from: inner, to: part.to }, { node: a, from: part.from, to: meets });
  }
  return order;
}
