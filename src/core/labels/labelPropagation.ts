/**
 * Labels that spread over a graph of neighbours, by D. Zhou et al., "Learning with local and global consistency",
 * NIPS 2003: F = (I − αS)⁻¹ Y, where S is the graph's symmetrically normalised weights and Y holds the known labels.
 */
import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { Steps } from '../evaluation/steps.ts';

/** A symmetric matrix, row by row (CSR): row i has the entries from `offsets[i]` to `offsets[i + 1]`. */
export interface PropagationGraph {
  readonly nodes: number;
  /** `nodes + 1`. */
  readonly offsets: Uint32Array;
  readonly columns: Int32Array;
  /** Entries of S = D^−½ W D^−½, whose eigenvalues lie between −1 and 1. */
  readonly weights: Float64Array;
}

/**
 * Weights exp(similarity / temperature) between every node and its neighbours, averaged over both directions and divided
 * by the roots of the two nodes' sums. A node without neighbours has no entries.
 *
 * @param neighbors of every node among all others
 */
export function propagationGraph(neighbors: Neighbors, temperature: number): PropagationGraph {
  const { queries: nodes, count, rows, similarities } = neighbors;
  // A factor common to all weights cancels out; with this one nothing overflows.
  const largest = similarities.reduce((most, value) => (value > most ? value : most), -Infinity);
  const offsets = new Uint32Array(nodes + 1);
  const edges = (visit: (from: number, to: number, weight: number) => void) => {
    for (let i = 0; i < rows.length; i++) {
      const to = rows[i]!;
      if (to < 0) continue;
      const from = Math.floor(i / count);
      const half = Math.exp((similarities[i]! - largest) / temperature) / 2;
      visit(from, to, half);
      visit(to, from, half);
    }
  };
  edges((from) => offsets[from + 1]!++);
  for (let node = 0; node < nodes; node++) offsets[node + 1]! += offsets[node]!;
  const columns = new Int32Array(offsets[nodes]!);
  const weights = new Float64Array(columns.length);
  const filled = offsets.slice();
  const degrees = new Float64Array(nodes);
  // Two nodes that are each other's neighbours have two entries at one place, which add up in every product.
  edges((from, to, weight) => {
    const place = filled[from]!++;
    columns[place] = to;
    weights[place] = weight;
    degrees[from]! += weight;
  });
  for (let node = 0; node < nodes; node++) {
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      weights[i]! /= Math.sqrt(degrees[node]! * degrees[columns[i]!]!);
    }
  }
  return { nodes, offsets, columns, weights };
}

export interface PropagationOptions {
  /** How far labels spread: 0 not at all, below 1. */
  readonly alpha: number;
  /** Largest residual, relative to the labels. */
  readonly tolerance?: number;
}

const TOLERANCE = 1e-8;
/** Far above what the largest α needs in exact arithmetic. */
const MOST_ITERATIONS = 2000;

/**
 * How much of each class reaches each node. Steps count classes.
 *
 * @param labels classes of the nodes, from 0 to `classes` − 1; negative where a node has none
 * @returns `nodes × classes`, not negative; all zero where no label reaches
 */
export function* propagateLabels(
  graph: PropagationGraph,
  labels: Int32Array,
  classes: number,
  { alpha, tolerance = TOLERANCE }: PropagationOptions,
): Steps<Float64Array> {
  const reached = new Float64Array(graph.nodes * classes);
  for (let label = 0; label < classes; label++) {
    const known = Float64Array.from(labels, (value) => (value === label ? 1 : 0));
    const iterations = solve(graph, known, alpha, tolerance);
    let iteration = iterations.next();
    for (; iteration.done !== true; iteration = iterations.next()) yield label;
    const solution = iteration.value;
    // What rounding leaves below zero is zero: no path of the graph has a negative weight.
    for (let node = 0; node < graph.nodes; node++) reached[node * classes + label] = Math.max(0, solution[node]!);
  }
  return reached;
}

/** Conjugate gradients: I − αS is symmetric, and positive definite for α below 1. */
function* solve(
  graph: PropagationGraph,
  right: Float64Array,
  alpha: number,
  tolerance: number,
): Generator<void, Float64Array, void> {
  const solution = new Float64Array(graph.nodes);
  const residual = right.slice();
  const direction = right.slice();
  const image = new Float64Array(graph.nodes);
  let squares = dot(residual, residual);
  const goal = squares * tolerance * tolerance;
  for (let iteration = 0; iteration < MOST_ITERATIONS && squares > goal; iteration++) {
    applySystem(graph, alpha, direction, image);
    const step = squares / dot(direction, image);
    for (let i = 0; i < solution.length; i++) {
      solution[i]! += step * direction[i]!;
      residual[i]! -= step * image[i]!;
    }
    const next = dot(residual, residual);
    for (let i = 0; i < solution.length; i++) direction[i] = residual[i]! + (next / squares) * direction[i]!;
    squares = next;
    yield;
  }
  return solution;
}

/** out = (I − αS) x */
function applySystem(
  { nodes, offsets, columns, weights }: PropagationGraph,
  alpha: number,
  x: Float64Array,
  out: Float64Array,
): void {
  for (let node = 0; node < nodes; node++) {
    let sum = 0;
    const end = offsets[node + 1]!;
    for (let i = offsets[node]!; i < end; i++) sum += weights[i]! * x[columns[i]!]!;
    out[node] = x[node]! - alpha * sum;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
