import type { Neighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Exact neighbours of points in the plane by their direction, and as many as there are. */
export function neighborsOf(points: readonly (readonly number[])[], count: number): Neighbors {
  const unit = points.map((point) => point.map((value) => value / Math.hypot(...point)));
  const cosine = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const rows = new Int32Array(points.length * count);
  const similarities = new Float64Array(points.length * count);
  unit.forEach((point, row) => {
    const sorted = unit
      .map((other, place) => ({ place, similarity: cosine(point, other) }))
      .filter(({ place }) => place !== row)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, count);
    sorted.forEach(({ place, similarity }, i) => {
      rows[row * count + i] = place;
      similarities[row * count + i] = similarity;
    });
  });
  return { queries: points.length, count, rows, similarities };
}

/** Points about three directions, a class each. */
export function threeClasses(perClass: number) {
  const random = new RandomStream(4, 2);
  const centres = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const points = centres.flatMap((centre) =>
    Array.from({ length: perClass }, () => centre.map((value) => value + 0.15 * random.normal())),
  );
  const labels = Int32Array.from({ length: 3 * perClass }, (_, row) => Math.floor(row / perClass));
  return { points, labels };
}
