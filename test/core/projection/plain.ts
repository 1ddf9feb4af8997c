/** Second implementations of what maps are made and judged by, as plain as they can be. */
import type { Neighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import type { UnitVectors } from '../../../src/core/neighbors/allNeighbors.ts';

function cosine({ vectors, dim }: UnitVectors, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += vectors[a * dim + k]! * vectors[b * dim + k]!;
  return sum;
}

/** All other points by a distance, nearest first, equal ones in their order. */
export function sortedOthers(rows: number, point: number, distance: (other: number) => number): number[] {
  const others = Array.from({ length: rows }, (_, other) => other).filter((other) => other !== point);
  const distances = Array.from({ length: rows }, (_, other) => distance(other));
  return others.sort((a, b) => distances[a]! - distances[b]! || a - b);
}

export function plainNeighbors(data: UnitVectors, count: number): Neighbors {
  const rows = new Int32Array(data.rows * count);
  const similarities = new Float64Array(data.rows * count);
  for (let point = 0; point < data.rows; point++) {
    const near = sortedOthers(data.rows, point, (other) => -cosine(data, point, other));
    near.slice(0, count).forEach((other, rank) => {
      rows[point * count + rank] = other;
      similarities[point * count + rank] = cosine(data, point, other);
    });
  }
  return { queries: data.rows, count, rows, similarities };
}

/** By the definition: every point, every rank. */
export function plainQuality(data: UnitVectors, positions: Float32Array, neighbors: number) {
  const { rows } = data;
  let [penalty, kept] = [0, 0];
  for (let point = 0; point < rows; point++) {
    const original = sortedOthers(rows, point, (other) => -cosine(data, point, other));
    const onMap = sortedOthers(
      rows,
      point,
      (other) =>
        (positions[2 * other]! - positions[2 * point]!) ** 2 +
        (positions[2 * other + 1]! - positions[2 * point + 1]!) ** 2,
    );
    for (const other of onMap.slice(0, neighbors)) {
      const rank = original.indexOf(other) + 1;
      penalty += Math.max(0, rank - neighbors);
      if (rank <= neighbors) kept++;
    }
  }
  return {
    trustworthiness: 1 - (2 * penalty) / (rows * neighbors * (2 * rows - 3 * neighbors - 1)),
    neighborsKept: kept / (rows * neighbors),
  };
}
