import { grouped } from '../grouped.ts';

/** A cluster is noisy from this many times the share of doubtful labels of all other images on. */
export const NOISE_RATIO = 2;
/** Labelled images of a cluster, and doubtful ones among them, from which on it says something. */
const ENOUGH = { images: 10, issues: 4 };
/** Standard deviations by which its share must exceed what chance would give a cluster of its size. */
const DEVIATIONS = 2.5;
/** Classes that are named. */
const NAMED = 3;

export interface NoisyCluster {
  /** Rows of its images whose label is doubtful, ascending. */
  readonly issues: readonly number[];
  /** Labelled images. */
  readonly images: number;
  /** Of those, whose label is doubtful; and of all other images. */
  readonly share: number;
  readonly usualShare: number;
  /** The classes that it mixes, the most frequent first. */
  readonly classes: readonly string[];
  /** The usual share over its own: 0 to 1, the lower, the noisier. */
  readonly score: number;
}

export interface LabelledClusters {
  /** −1 for none. */
  readonly clusterOf: ArrayLike<number>;
  /** Undefined for none. */
  readonly labels: readonly (string | undefined)[];
  /** Rows whose label is doubtful. */
  readonly issues: Iterable<number>;
}

/**
 * Clusters of images that are alike, in which far more labels are doubtful than elsewhere: where the classes can't be told apart,
 * or somebody labelled by another rule. After Datalab's under-performing cluster.
 */
export function noisyClusters({ clusterOf, labels, issues }: LabelledClusters, ratio = NOISE_RATIO): NoisyCluster[] {
  const isDoubtful = new Set(issues);
  const labelled = [...labels.keys()].filter((row) => labels[row] !== undefined);
  const allDoubtful = labelled.filter((row) => isDoubtful.has(row)).length;
  const allShare = allDoubtful / Math.max(1, labelled.length);
  const clusters = grouped(labelled, (row) => (clusterOf[row]! < 0 ? undefined : clusterOf[row]!));
  return [...clusters.values()]
    .flatMap((rows): NoisyCluster[] => {
      const doubtful = rows.filter((row) => isDoubtful.has(row));
      if (rows.length < ENOUGH.images || doubtful.length < ENOUGH.issues) return [];
      const share = doubtful.length / rows.length;
      // Of all others: a large noisy cluster would else be measured by itself.
      const usualShare = (allDoubtful - doubtful.length) / Math.max(1, labelled.length - rows.length);
      const chance = allShare + DEVIATIONS * Math.sqrt((allShare * (1 - allShare)) / rows.length);
      if (share < ratio * usualShare || share < chance) return [];
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
      const frequent = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
      const classes = frequent.slice(0, NAMED).map(([label]) => label);
      return [{ issues: doubtful, images: rows.length, share, usualShare, classes, score: usualShare / share }];
    })
    .sort((a, b) => a.score - b.score || a.issues[0]! - b.issues[0]!);
}
