import { DisjointSets, type SpanningForest } from './spanningForest.ts';

/** How clusters split as the density that is asked for rises. Cluster 0 holds all points; children follow parents. */
export interface CondensedTree {
  readonly points: number;
  readonly clusters: number;
  /** The cluster that each one split from; −1 for the root. */
  readonly parents: Int32Array;
  /** Density (1 / distance) at which each one begins. */
  readonly births: Float64Array;
  /** Points in each when it begins. */
  readonly sizes: Uint32Array;
  /** The last cluster that each point belongs to, and the density at which it leaves it. */
  readonly clusterOf: Int32Array;
  readonly leftAt: Float64Array;
}

/** Pairs merged one after the other: node points + i is made by merge i. */
interface Dendrogram {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly densities: Float64Array;
  readonly sizes: Uint32Array;
}

/** Densities are finite: points at the same place are no further apart than this. */
const LEAST_DISTANCE = 1e-10;

/**
 * The hierarchy of a spanning forest without its small change: a split counts only where both sides have at least
 * `minimumSize` points, else the larger side goes on as the same cluster and the points of the smaller one leave it.
 * Campello et al., section 3.2; L. McInnes, J. Healy, "Accelerated hierarchical density clustering", 2017.
 */
export function condensedTree(forest: SpanningForest, minimumSize: number): CondensedTree {
  const { points } = forest;
  const tree = dendrogramOf(forest);
  const parents = [-1];
  const births = [0];
  const sizes = [points];
  const clusterOf = new Int32Array(points);
  const leftAt = new Float64Array(points);
  const sizeOf = (node: number) => (node < points ? 1 : tree.sizes[node - points]!);
  /** All points below a node leave a cluster. */
  const leave = (from: number, cluster: number, density: number) => {
    const nodes = [from];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (node < points) {
        clusterOf[node] = cluster;
        leftAt[node] = density;
      } else {
        nodes.push(tree.right[node - points]!, tree.left[node - points]!);
      }
    }
  };
  const begin = (parent: number, node: number, density: number) => {
    parents.push(parent);
    births.push(density);
    sizes.push(sizeOf(node));
    return parents.length - 1;
  };
  const open: { readonly node: number; readonly cluster: number }[] = [{ node: 2 * points - 2, cluster: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, cluster } = next;
    if (node < points) {
      leave(node, cluster, Infinity);
      continue;
    }
    const merge = node - points;
    const density = tree.densities[merge]!;
    const children = [tree.left[merge]!, tree.right[merge]!];
    const large = children.filter((child) => sizeOf(child) >= minimumSize);
    for (const child of children) {
      if (large.length === 2) open.push({ node: child, cluster: begin(cluster, child, density) });
      else if (large.includes(child)) open.push({ node: child, cluster });
      else leave(child, cluster, density);
    }
  }
  return {
    points,
    clusters: parents.length,
    parents: Int32Array.from(parents),
    births: Float64Array.from(births),
    sizes: Uint32Array.from(sizes),
    clusterOf,
    leftAt,
  };
}

/** Trees that no edge joins are joined at density 0, in the order of their first points. */
function dendrogramOf({ points, edges, left, right, lengths }: SpanningForest): Dendrogram {
  const merges = Math.max(0, points - 1);
  const tree = {
    left: new Uint32Array(merges),
    right: new Uint32Array(merges),
    densities: new Float64Array(merges),
    sizes: new Uint32Array(merges),
  };
  const sets = new DisjointSets(points);
  /** The node that stands for each set, by the point that does. */
  const nodes = Uint32Array.from({ length: points }, (_, i) => i);
  const sizeOf = (node: number) => (node < points ? 1 : tree.sizes[node - points]!);
  let made = 0;
  const merge = (a: number, b: number, density: number) => {
    const [first, second] = [nodes[sets.find(a)]!, nodes[sets.find(b)]!];
    if (!sets.join(a, b)) return;
    tree.left[made] = first;
    tree.right[made] = second;
    tree.densities[made] = density;
    tree.sizes[made] = sizeOf(first) + sizeOf(second);
    nodes[sets.find(a)] = points + made++;
  };
  for (let edge = 0; edge < edges; edge++) {
    merge(left[edge]!, right[edge]!, 1 / Math.max(LEAST_DISTANCE, lengths[edge]!));
  }
  for (let point = 1; point < points; point++) merge(0, point, 0);
  return tree;
}
