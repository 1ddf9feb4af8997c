import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { topK } from '../neighbors/topK.ts';
import { RandomStream } from '../random.ts';
import type { NeighborGraph } from './neighborGraph.ts';

/** How much of who is near whom survives on a map. */
export interface MapQuality {
  /**
   * 1 where all neighbours on the map are neighbours of the embeddings; each one that isn't counts by how far down the list
   * it is. J. Venna, S. Kaski, "Neighborhood preservation in nonlinear projection methods: an experimental study", ICANN
   * 2001; as `sklearn.manifold.trustworthiness` computes it, its mean taken over the points that are looked at.
   */
  readonly trustworthiness: number;
  /** Share of the nearest neighbours of the embeddings that are among as many nearest on the map. */
  readonly neighborsKept: number;
  /** Neighbours that were looked at. */
  readonly neighbors: number;
  /** Points whose neighbours were looked at. */
  readonly points: number;
}

/** Rows that are multiplied by the points that are looked at. */
const TILE = 2048;
/** Points that are looked at at once. */
const BLOCK = 512;
const STREAM = 0x7175;

/** Neighbours that trustworthiness can be told of: fewer than half of the points. */
export function judgedNeighbors(points: number, wanted: number): number {
  return Math.max(1, Math.min(wanted, Math.ceil(points / 2) - 1));
}

/** All points, or some that the seed draws, in their order. */
export function samplePoints(points: number, most: number, seed: number): Uint32Array {
  const all = Array.from({ length: points }, (_, i) => i);
  if (points <= most) return Uint32Array.from(all);
  return Uint32Array.from(new RandomStream(seed, STREAM).shuffled(all).slice(0, most)).sort();
}

export interface QualityInput extends UnitVectors {
  /** `rows × 2`. */
  readonly positions: Float32Array;
  /** The exact neighbours of the embeddings, `neighbors` of them or more. */
  readonly graph: NeighborGraph;
  /** At most what `judgedNeighbors` allows. */
  readonly neighbors: number;
  readonly sample: Uint32Array;
}

/** @param between is told the points that were looked at */
export async function mapQuality(
  input: QualityInput,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<MapQuality> {
  const { rows, neighbors, sample } = input;
  let [penalty, kept] = [0, 0];
  for (let start = 0; start < sample.length; start += BLOCK) {
    const points = sample.subarray(start, Math.min(start + BLOCK, sample.length));
    const intruders = Array.from(points, (point) => {
      const near = nearestOnMap(input.positions, point, neighbors);
      const own = input.graph.neighbors.subarray(point * input.graph.count, point * input.graph.count + neighbors);
      const strangers = near.filter((other) => !own.includes(other));
      kept += neighbors - strangers.length;
      return strangers;
    });
    const ranks = await ranksOf(points, intruders, input, products);
    for (const rank of ranks) penalty += rank - neighbors;
    await between(start + points.length);
  }
  const most = sample.length * neighbors * (2 * rows - 3 * neighbors - 1);
  return {
    trustworthiness: 1 - (2 * penalty) / most,
    neighborsKept: kept / (sample.length * neighbors),
    neighbors,
    points: sample.length,
  };
}

/** The nearest other points on a map; of equally near ones the first. */
export function nearestOnMap(positions: Float32Array, point: number, count: number): Uint32Array {
  const closeness = new Float32Array(positions.length / 2);
  const x = positions[2 * point]!;
  const y = positions[2 * point + 1]!;
  for (let other = 0; other < closeness.length; other++) {
    const dx = positions[2 * other]! - x;
    const dy = positions[2 * other + 1]! - y;
    closeness[other] = -(dx * dx + dy * dy);
  }
  closeness[point] = Number.NaN;
  return topK(closeness, count, () => true).rows;
}

/**
 * The rank, from 1, of each intruder among all points by similarity to its point; equal ones in the order of the rows.
 * The ranks of one point's intruders come in the order of their similarity.
 */
async function ranksOf(
  points: Uint32Array,
  intruders: readonly Uint32Array[],
  { vectors, rows, dim }: UnitVectors,
  products: MatrixProducts,
): Promise<number[]> {
  const similarity = (a: number, b: number) => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += vectors[a * dim + k]! * vectors[b * dim + k]!;
    return Math.fround(sum);
  };
  const counters = Array.from(points, (point, i) => {
    const scored = Array.from(intruders[i]!, (row) => ({ row, score: similarity(point, row) }));
    return new RankCounter(
      point,
      scored.sort((a, b) => b.score - a.score || a.row - b.row),
    );
  });
  const left = new Float32Array(points.length * dim);
  points.forEach((point, i) => {
    left.set(vectors.subarray(point * dim, (point + 1) * dim), i * dim);
  });
  for (let tile = 0; tile < rows; tile += TILE) {
    const end = Math.min(tile + TILE, rows);
    // A copy: to another thread, a part of an array takes all of it along.
    const held = await products.hold(vectors.slice(tile * dim, end * dim), end - tile, dim);
    try {
      const block = await held.timesTransposed(left.slice(), points.length);
      counters.forEach((counter, i) => {
        counter.add(block.subarray(i * (end - tile), (i + 1) * (end - tile)), tile);
      });
    } finally {
      await held.release();
    }
  }
  return counters.flatMap((counter) => counter.ranks());
}

/** Counts who is more similar to a point than its intruders are. */
class RankCounter {
  /** The intruders, the most similar first. */
  readonly #rows: Int32Array;
  readonly #scores: Float32Array;
  /** Rows whose order is known without the products: the point and its intruders. */
  readonly #known: readonly number[];
  /** How many of the others come before each intruder. */
  readonly #counts: Float64Array;

  /** @param intruders the most similar first */
  constructor(point: number, intruders: readonly { readonly row: number; readonly score: number }[]) {
    this.#rows = Int32Array.from(intruders, ({ row }) => row);
    this.#scores = Float32Array.from(intruders, ({ score }) => score);
    this.#known = [point, ...this.#rows];
    this.#counts = new Float64Array(intruders.length);
  }

  /** @param similarities of the rows from `first` on; changed */
  add(similarities: Float32Array, first: number): void {
    const { length } = similarities;
    for (const row of this.#known) if (row >= first) similarities[row - first] = Number.NaN;
    for (let intruder = 0; intruder < this.#scores.length; intruder++) {
      const score = this.#scores[intruder]!;
      // Equal ones come in the order of their rows.
      const own = Math.max(0, Math.min(length, this.#rows[intruder]! - first));
      let count = 0;
      for (let i = 0; i < own; i++) if (similarities[i]! >= score) count++;
      for (let i = own; i < length; i++) if (similarities[i]! > score) count++;
      this.#counts[intruder]! += count;
    }
  }

  ranks(): number[] {
    return Array.from(this.#counts, (count, intruder) => count + intruder + 1);
  }
}
