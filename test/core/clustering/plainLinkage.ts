/** Second implementations of hierarchical clustering, as plain as they can be. */
import type { MergeTree } from '../../../src/core/clustering/averageLinkage.ts';
import type { RandomStream } from '../../../src/core/random.ts';

/** `n × n`, symmetric, 1 on the diagonal. */
export function randomSimilarities(random: RandomStream, n: number): Float32Array {
  const matrix = new Float32Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) matrix[a * n + b] = matrix[b * n + a] = a === b ? 1 : 2 * random.uniform() - 1;
  }
  return matrix;
}

interface PlainMerge {
  readonly members: readonly number[];
  readonly similarity: number;
}

/** Average linkage by its definition: the mean over all pairs is computed anew for each two clusters in each step. */
export function plainAverageLinkage(similarities: Float32Array, n: number, weights?: readonly number[]): PlainMerge[] {
  let clusters = Array.from({ length: n }, (_, i) => [i]);
  const merges: PlainMerge[] = [];
  const mean = (a: readonly number[], b: readonly number[]) => {
    let [sum, total] = [0, 0];
    for (const i of a) {
      for (const j of b) {
        const weight = (weights?.[i] ?? 1) * (weights?.[j] ?? 1);
        sum += weight * similarities[i * n + j]!;
        total += weight;
      }
    }
    return sum / total;
  };
  while (clusters.length > 1) {
    let best = { a: 0, b: 1, similarity: -Infinity };
    for (let a = 0; a < clusters.length; a++) {
      for (let b = a + 1; b < clusters.length; b++) {
        const similarity = mean(clusters[a]!, clusters[b]!);
        if (similarity > best.similarity) best = { a, b, similarity };
      }
    }
    const members = [...clusters[best.a]!, ...clusters[best.b]!].sort((x, y) => x - y);
    merges.push({ members, similarity: best.similarity });
    clusters = [...clusters.filter((_, i) => i !== best.a && i !== best.b), members];
  }
  return merges;
}

/** The leaves below each merge, sorted. */
export function mergedMembers({ leaves, left, right }: MergeTree): number[][] {
  const members = Array.from({ length: leaves }, (_, leaf) => [leaf]);
  left.forEach((node, merge) => {
    members.push([...members[node]!, ...members[right[merge]!]!].sort((a, b) => a - b));
  });
  return members.slice(leaves);
}

/** Every order in which a tree can be drawn. */
export function allDrawings({ leaves, left, right }: MergeTree): number[][] {
  const drawings = Array.from({ length: leaves }, (_, leaf) => [[leaf]]);
  left.forEach((node, merge) => {
    const [a, b] = [drawings[node]!, drawings[right[merge]!]!];
    drawings.push(
      a.flatMap((one) =>
        b.flatMap((other) => [
          [...one, ...other],
          [...other, ...one],
        ]),
      ),
    );
  });
  return drawings.at(-1)!;
}
