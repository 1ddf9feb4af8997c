import type { Clusters } from './densityClusters.ts';

/** What is told of a cluster. */
export interface NamedCluster {
  /** Its class where more than half of its labelled images have it, the two most frequent ones otherwise. */
  readonly name: string;
  readonly size: number;
  /** The image that is most similar to all others of the cluster together: its row. */
  readonly representative: number;
}

export interface NamingInput {
  readonly clusters: Clusters;
  /** `rows × dim`, of length 1. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** Undefined where an image has none. */
  readonly labels: readonly (string | undefined)[];
}

/** Names clusters so that no two have the same one. */
export function nameClusters({ clusters, vectors, dim, labels }: NamingInput): NamedCluster[] {
  const members = membersOf(clusters);
  return distinctNames(members, labels).map((name, cluster) => {
    const rows = members[cluster]!;
    return { name, size: rows.length, representative: medoid(vectors, dim, rows) };
  });
}

/** The rows of each cluster. */
export function membersOf({ clusterOf, count }: Pick<Clusters, 'clusterOf' | 'count'>): number[][] {
  const members = Array.from({ length: count }, (): number[] => []);
  clusterOf.forEach((cluster, row) => members[cluster]?.push(row));
  return members;
}

/** A name for each cluster that no other has. @param members rows of each cluster */
export function distinctNames(
  members: readonly (readonly number[])[],
  labels: readonly (string | undefined)[],
): string[] {
  const taken = new Map<string, number>();
  return members.map((rows) => {
    const name = nameOf(rows.map((row) => labels[row]));
    const number = (taken.get(name) ?? 0) + 1;
    taken.set(name, number);
    return number > 1 || name === UNNAMED ? `${name} ${number}` : name;
  });
}

const UNNAMED = 'cluster';

function nameOf(labels: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const label of labels) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [first, second] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  if (first === undefined) return UNNAMED;
  const labelled = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return second === undefined || first[1] > labelled / 2 ? first[0] : `${first[0]} + ${second[0]}`;
}

/**
 * The row whose cosine distances to all rows have the least sum. For vectors of length 1 it is the one most similar to
 * their sum, so that no pair has to be compared.
 */
export function medoid(vectors: Float32Array, dim: number, rows: readonly number[]): number {
  const sum = new Float64Array(dim);
  for (const row of rows) for (let k = 0; k < dim; k++) sum[k]! += vectors[row * dim + k]!;
  let [best, most] = [rows[0]!, -Infinity];
  for (const row of rows) {
    let similarity = 0;
    for (let k = 0; k < dim; k++) similarity += sum[k]! * vectors[row * dim + k]!;
    if (similarity > most) [best, most] = [row, similarity];
  }
  return best;
}
