import type { ClosenessCurve } from './curve.ts';
import { membership, smoothDistances } from './fuzzyGraph.ts';
import { layOut, planMoves } from './layout.ts';
import type { NeighborGraph } from './neighborGraph.ts';

export interface PlacingOptions {
  /** That the map was laid out with. */
  readonly curve: ClosenessCurve;
  readonly seed: number;
  /** Default 30; 0 leaves the new points amid their neighbours. */
  readonly epochs?: number;
}

/** Points that stay can't give way, so that new ones move less at once than in a layout from scratch; as umap-learn. */
const LEARNING_RATE = 0.25;
const EPOCHS = 30;

/**
 * Places new points into a map without moving the old ones: each starts amid its neighbours, weighed by how surely it
 * belongs to them, then moves for a few epochs while the old points stay. New points don't see each other. McInnes et al.
 * describe no such transform; this follows umap-learn's.
 *
 * @param map `old points × 2`
 * @param graph of the new points: rows are new points, neighbours are old ones
 * @returns positions of the new points, `rows × 2`
 */
export function placePoints(
  map: Float32Array,
  graph: NeighborGraph,
  { curve, seed, epochs = EPOCHS }: PlacingOptions,
): Float32Array {
  const { rows, count, neighbors, distances } = graph;
  const { nearest, bandwidths } = smoothDistances(graph);
  const old = map.length / 2;
  const offsets = new Uint32Array(rows + 1);
  const targets = new Uint32Array(rows * count);
  const weights = new Float32Array(rows * count);
  const positions = new Float32Array(2 * (old + rows));
  positions.set(map);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    let [x, y, sum] = [0, 0, 0];
    for (let i = row * count; i < (row + 1) * count; i++) {
      const weight = membership(distances[i]!, nearest[row]!, bandwidths[row]!);
      if (neighbors[i]! < 0 || weight === 0) continue;
      targets[end] = neighbors[i]!;
      weights[end++] = weight;
      x += weight * map[2 * neighbors[i]!]!;
      y += weight * map[2 * neighbors[i]! + 1]!;
      sum += weight;
    }
    offsets[row + 1] = end;
    positions[2 * (old + row)] = sum > 0 ? x / sum : 0;
    positions[2 * (old + row) + 1] = sum > 0 ? y / sum : 0;
  }
  const placed = { points: rows, offsets, targets: targets.subarray(0, end), weights: weights.subarray(0, end) };
  const plan = planMoves(
    { ...placed, firstMoving: old, drawn: old },
    { curve, epochs, seed, learningRate: LEARNING_RATE },
  );
  return layOut(plan, positions).slice(2 * old);
}
