import { UMAP } from 'umap-js';
import type { JobContext } from '../../core/progress.ts';
import type { NeighborGraph } from '../../core/projection/neighborGraph.ts';
import { RandomStream } from '../../core/random.ts';
import { inPhase } from '../jobs/phase.ts';
import type { WatchPoints } from './mapLayout.ts';

export interface UmapJsOptions {
  readonly minimumDistance: number;
  readonly seed: number;
  readonly epochs: number;
  readonly watch: WatchPoints | undefined;
}

const STREAM = 0x756d;

/**
 * Lays a neighbourhood graph out by the reference implementation in JavaScript, epoch by epoch on the calling thread. It
 * begins at random positions. Rejects with `cancelled`.
 *
 * @returns `rows × 2`
 */
export async function layOutByUmapJs(
  graph: NeighborGraph,
  { minimumDistance, seed, epochs, watch }: UmapJsOptions,
  context: JobContext,
): Promise<Float32Array> {
  const { rows, count } = graph;
  return inPhase('Laying out', rows, context, async (between) => {
    const random = new RandomStream(seed, STREAM);
    const umap = new UMAP({
      nNeighbors: count + 1,
      minDist: minimumDistance,
      nEpochs: epochs,
      random: () => random.uniform(),
    });
    // It wants each point first among its own neighbours.
    const withSelf = (row: number, own: number, others: ArrayLike<number>) => [
      own,
      ...Array.from({ length: count }, (_, rank) => others[row * count + rank]!),
    ];
    const indices = Array.from({ length: rows }, (_, row) => withSelf(row, row, graph.neighbors));
    const distances = Array.from({ length: rows }, (_, row) => withSelf(row, 0, graph.distances));
    umap.setPrecomputedKNN(indices, distances);
    await between(0);
    // What it lays out is told by the neighbours alone.
    umap.initializeFit(Array.from({ length: rows }, (_, row) => [row]));
    const positions = () => Float32Array.from(umap.getEmbedding().flat());
    watch?.(positions);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      umap.step();
      await between(Math.floor((rows * epoch) / epochs));
    }
    return positions();
  });
}
