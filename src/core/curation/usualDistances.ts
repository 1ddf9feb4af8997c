import type { Neighbors } from '../evaluation/nearestNeighbors.ts';

/** Neighbours that show how close images usually lie: beyond the other shots of a scene, still close by. */
export const AROUND = { from: 10, to: 20 };
/**
 * How far apart two pictures may be, as a share of the usual distance around either of them, for one to be looked for as a part of the
 * other: of crops that are confirmed on pixels, nine of ten were within .5 with four encoders, and many of
 * those that were given a border lie beyond .6. A similarity by itself would tell little, since encoders differ in what is close.
 */
export const CROP_RATIO = 0.8;

/**
 * How far from each image those around it are, as the encoder sees them: what "close" is measured by, since encoders and classes
 * differ in it.
 *
 * @param neighbors more than 10 of each image, the image itself left out
 * @returns the median cosine distance per image; NaN where there are too few neighbours
 */
export function usualDistances(neighbors: Neighbors): Float64Array {
  return Float64Array.from({ length: neighbors.queries }, (_, row) => medianDistance(neighbors, row));
}

function medianDistance({ count, rows, similarities }: Neighbors, row: number): number {
  const distances: number[] = [];
  for (let i = row * count + AROUND.from; i < row * count + Math.min(AROUND.to, count); i++) {
    if (rows[i]! >= 0) distances.push(1 - similarities[i]!);
  }
  return distances.length === 0 ? Number.NaN : distances.sort((a, b) => a - b)[distances.length >> 1]!;
}
