import type { NeighborGraph } from '../projection/neighborGraph.ts';
import { condensedTree, type CondensedTree } from './condensedTree.ts';
import { spanningForest } from './spanningForest.ts';

export interface ClusteringOptions {
  /** Points that a cluster has at least; 2 or more. */
  readonly minimumSize: number;
  /** Neighbours that tell how dense it is around a point; more of them leave more points without a cluster. */
  readonly minimumSamples: number;
  /**
   * A cluster with more of all points gives way to the clusters that it splits into, where those hold most of it; 1 to choose
   * by stability alone.
   */
  readonly largestShare: number;
}

/** Share of a cluster that has to be left when it gives way to those that it splits into. */
const LEAST_HELD = 0.7;

export interface Clusters {
  /** Number of clusters. */
  readonly count: number;
  /** Of each point: from 0, the largest first, or −1 for none. */
  readonly clusterOf: Int32Array;
  readonly sizes: Uint32Array;
}

/**
 * Clusters of any shape and density, as many as there are, and points that belong to none: HDBSCAN*, with clusters chosen
 * by excess of mass. R. Campello, D. Moulavi, J. Sander, "Density-based clustering based on hierarchical density
 * estimates", PAKDD 2013. All points together are never one cluster: there is none where nothing splits.
 */
export function densityClusters(
  graph: NeighborGraph,
  { minimumSize, minimumSamples, largestShare }: ClusteringOptions,
): Clusters {
  if (graph.rows < 2) return { count: 0, clusterOf: new Int32Array(graph.rows).fill(-1), sizes: new Uint32Array(0) };
  const tree = condensedTree(spanningForest(graph, minimumSamples), minimumSize);
  return largestFirst(tree, chosenClusters(tree, largestShare * graph.rows));
}

/**
 * The most stable clusters of which none holds another: a cluster's stability is the density that its points stay for
 * beyond its beginning, summed over them, and a parent is chosen where it has more than its children together.
 *
 * @param largest a parent with more points than that is never chosen
 */
export function chosenClusters(tree: CondensedTree, largest: number): Uint8Array {
  const { clusters, parents, births, clusterOf, leftAt, sizes } = tree;
  const stabilities = new Float64Array(clusters);
  for (let point = 0; point < tree.points; point++) {
    const cluster = clusterOf[point]!;
    if (leftAt[point]! < Infinity) stabilities[cluster]! += leftAt[point]! - births[cluster]!;
  }
  for (let cluster = 1; cluster < clusters; cluster++) {
    const parent = parents[cluster]!;
    stabilities[parent]! += (births[cluster]! - births[parent]!) * sizes[cluster]!;
  }
  const chosen = new Uint8Array(clusters);
  const best = new Float64Array(clusters);
  /** Points in the clusters that are chosen below. */
  const held = new Float64Array(clusters);
  // Children come after their parents.
  for (let cluster = clusters - 1; cluster > 0; cluster--) {
    const size = sizes[cluster]!;
    // Far from all else, nearly everything is one very stable cluster, which tells nobody anything.
    const givesWay = size > largest && held[cluster]! >= LEAST_HELD * size;
    const isChosen = !givesWay && stabilities[cluster]! >= best[cluster]!;
    chosen[cluster] = isChosen ? 1 : 0;
    const parent = parents[cluster]!;
    best[parent]! += isChosen ? stabilities[cluster]! : best[cluster]!;
    held[parent]! += isChosen ? size : held[cluster]!;
  }
  for (let cluster = 1; cluster < clusters; cluster++) {
    // What lies below a chosen one is part of it: 2 until all have been seen.
    if (chosen[parents[cluster]!]! > 0) chosen[cluster] = 2;
  }
  return chosen.map((state) => (state === 1 ? 1 : 0));
}

function largestFirst({ parents, clusterOf }: CondensedTree, chosen: Uint8Array): Clusters {
  const owners = new Int32Array(parents.length).fill(-1);
  for (let cluster = 1; cluster < parents.length; cluster++) {
    owners[cluster] = chosen[cluster] === 1 ? cluster : owners[parents[cluster]!]!;
  }
  const members = clusterOf.map((cluster) => owners[cluster]!);
  const counts = new Map<number, number>();
  for (const owner of members) if (owner >= 0) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  // Those of the same size in the order of their first points.
  const order = [...counts].sort(([, a], [, b]) => b - a);
  const numbers = new Map(order.map(([owner], i) => [owner, i]));
  return {
    count: order.length,
    clusterOf: members.map((owner) => numbers.get(owner) ?? -1),
    sizes: Uint32Array.from(order, ([, size]) => size),
  };
}

/**
 * What did well on maps of photographs: a few images make a cluster in a small folder, a hundred in a large one. By
 * stability alone, one seed in two gave a single cluster with nine tenths of all images.
 */
export function usualClustering(points: number): ClusteringOptions {
  const minimumSize = Math.max(3, Math.round(Math.min(3 * points ** 0.3, points / 6)));
  return { minimumSize, minimumSamples: Math.min(minimumSize, 5), largestShare: 0.4 };
}
