import type { NeighborGraph } from './neighborGraph.ts';

/** A symmetric graph whose edges say how surely two points belong together; compressed by rows. */
export interface FuzzyGraph {
  readonly points: number;
  /** `points + 1`: where the edges of each point begin. */
  readonly offsets: Uint32Array;
  /** The other end of each edge. */
  readonly targets: Uint32Array;
  /** From 0, exclusive, to 1. */
  readonly weights: Float32Array;
}

/** How far a point's neighbourhood reaches. */
export interface Neighborhoods {
  /** Distance of the nearest neighbour that isn't at the same place; up to it, membership is full. */
  readonly nearest: Float64Array;
  /** Distance over which membership fades beyond it. */
  readonly bandwidths: Float64Array;
}

const BISECTIONS = 64;
const TOLERANCE = 1e-5;
/** A bandwidth is at least this share of the mean distance. */
const LEAST_BANDWIDTH = 1e-3;

/**
 * Bandwidths with which every point has the same amount of neighbourhood: Σ exp(−max(0, d − nearest) / bandwidth) over its
 * neighbours is log₂ of the size of the neighbourhood, the point itself included. McInnes et al., algorithm 3
 * ("SmoothKNNDist"), with local connectivity 1.
 */
export function smoothDistances({ rows, count, distances }: NeighborGraph): Neighborhoods {
  const nearest = new Float64Array(rows);
  const bandwidths = new Float64Array(rows);
  const target = Math.log2(count + 1);
  const meanOfAll = meanFinite(distances);
  for (let row = 0; row < rows; row++) {
    const own = distances.subarray(row * count, (row + 1) * count);
    const rho = own.find((distance) => distance > 0 && distance < Infinity) ?? 0;
    const mean = rho > 0 ? meanFinite(own) : meanOfAll;
    nearest[row] = rho;
    bandwidths[row] = Math.max(bandwidthOf(own, rho, target), LEAST_BANDWIDTH * mean);
  }
  return { nearest, bandwidths };
}

function bandwidthOf(distances: Float32Array, nearest: number, target: number): number {
  let [low, high, middle] = [0, Infinity, 1];
  for (let step = 0; step < BISECTIONS; step++) {
    let sum = 0;
    for (const distance of distances) sum += membership(distance, nearest, middle);
    if (Math.abs(sum - target) < TOLERANCE) break;
    if (sum > target) high = middle;
    else low = middle;
    middle = high === Infinity ? middle * 2 : (low + high) / 2;
  }
  return middle;
}

/** How surely a neighbour belongs to a neighbourhood; 0 for none at all. */
export function membership(distance: number, nearest: number, bandwidth: number): number {
  if (distance === Infinity) return 0;
  return distance <= nearest || bandwidth === 0 ? 1 : Math.exp((nearest - distance) / bandwidth);
}

/** Of the point itself, at distance 0, and its neighbours, as umap-learn has it. */
function meanFinite(distances: Float32Array): number {
  let [sum, count] = [0, 1];
  for (const distance of distances) {
    if (distance === Infinity) continue;
    sum += distance;
    count++;
  }
  return sum / count;
}

/**
 * The fuzzy union of all neighbourhoods: two points belong together if one is in the other's neighbourhood or the other
 * in its, with weight w + w′ − w·w′. McInnes et al., section 3.1.
 */
export function fuzzyGraph(graph: NeighborGraph): FuzzyGraph {
  const { rows, count, neighbors } = graph;
  const memberships = membershipsOf(graph);
  const back = reversed(graph, memberships);
  const offsets = new Uint32Array(rows + 1);
  const targets = new Uint32Array(2 * memberships.length);
  const weights = new Float32Array(2 * memberships.length);
  /** Where the edge to a point is in the row that is being written; entries of older rows are before its beginning. */
  const places = new Int32Array(rows).fill(-1);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const start = end;
    for (let i = row * count; i < (row + 1) * count; i++) {
      if (memberships[i] === 0) continue;
      places[neighbors[i]!] = end;
      targets[end] = neighbors[i]!;
      weights[end++] = memberships[i]!;
    }
    for (let i = back.offsets[row]!; i < back.offsets[row + 1]!; i++) {
      const target = back.targets[i]!;
      const weight = back.weights[i]!;
      const place = places[target]!;
      if (place >= start) {
        weights[place] = weights[place]! + weight - weights[place]! * weight;
      } else {
        targets[end] = target;
        weights[end++] = weight;
      }
    }
    offsets[row + 1] = end;
  }
  return { points: rows, offsets, targets: targets.slice(0, end), weights: weights.slice(0, end) };
}

/** One per neighbour. */
function membershipsOf(graph: NeighborGraph): Float32Array {
  const { nearest, bandwidths } = smoothDistances(graph);
  return graph.distances.map((distance, i) => {
    const row = Math.floor(i / graph.count);
    return membership(distance, nearest[row]!, bandwidths[row]!);
  });
}

/** Who has a point among its neighbours. */
function reversed({ rows, count, neighbors }: NeighborGraph, memberships: Float32Array): Omit<FuzzyGraph, 'points'> {
  const offsets = new Uint32Array(rows + 1);
  for (let i = 0; i < memberships.length; i++) if (memberships[i]! > 0) offsets[neighbors[i]! + 1]!++;
  for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!;
  const next = offsets.slice();
  const targets = new Uint32Array(offsets[rows]!);
  const weights = new Float32Array(offsets[rows]!);
  for (let i = 0; i < memberships.length; i++) {
    if (memberships[i] === 0) continue;
    const place = next[neighbors[i]!]!++;
    targets[place] = Math.floor(i / count);
    weights[place] = memberships[i]!;
  }
  return { offsets, targets, weights };
}
