import type { ClosenessCurve } from './curve.ts';
import { forceTables, type ForceTables } from './forces.ts';
import type { FuzzyGraph } from './fuzzyGraph.ts';

/**
 * All that moves points over a map, on flat arrays that threads can share. Positions are x and y of one point after the
 * other. Points that move lie side by side; those before them, if any, stay where they are.
 */
export interface LayoutPlan extends ForceTables {
  /** The first point that moves. */
  readonly firstMoving: number;
  /** Points that move. */
  readonly moving: number;
  /** Points that may be drawn to push others away: the first so many. */
  readonly drawn: number;
  /** `moving + 1`: where the edges of each moving point begin. */
  readonly offsets: Uint32Array;
  /** The point at the other end of each edge. */
  readonly targets: Uint32Array;
  /** How often each edge pulls, in 2⁻³² of the epochs. */
  readonly rates: Uint32Array;
  readonly epochs: number;
  /** In the first epoch; falls to 0 in a straight line. */
  readonly learningRate: number;
  /** A whole number from 0 to 2³² − 1. */
  readonly seed: number;
}

export interface LayoutSettings {
  readonly curve: ClosenessCurve;
  readonly epochs: number;
  readonly seed: number;
  /** Default 1. */
  readonly learningRate?: number;
}

/** Points pushed away for each pull; McInnes et al., appendix C. */
const PUSHES = 5;
/** Pulls in every epoch. */
const ALWAYS = 0xffff_ffff;
const GOLDEN = 0x9e37_79b9;

/** As umap-learn: small maps converge later and cost little. */
export function usualEpochs(points: number): number {
  return points <= 10_000 ? 500 : 200;
}

/**
 * Lays out all points of a graph. An edge pulls in proportion to its weight, the heaviest in every epoch; those that would
 * pull in none are dropped.
 */
export function planLayout(graph: FuzzyGraph, settings: LayoutSettings): LayoutPlan {
  return planMoves({ ...graph, firstMoving: 0, drawn: graph.points }, settings);
}

/** @param graph its points are those that move; targets count all points */
export function planMoves(
  graph: FuzzyGraph & Pick<LayoutPlan, 'firstMoving' | 'drawn'>,
  { curve, epochs, seed, learningRate = 1 }: LayoutSettings,
): LayoutPlan {
  const { points: moving, offsets: allOffsets, firstMoving, drawn } = graph;
  const heaviest = graph.weights.reduce((most, weight) => Math.max(most, weight), 0);
  const offsets = new Uint32Array(moving + 1);
  const targets = new Uint32Array(graph.targets.length);
  const rates = new Uint32Array(graph.targets.length);
  let end = 0;
  for (let row = 0; row < moving; row++) {
    for (let edge = allOffsets[row]!; edge < allOffsets[row + 1]!; edge++) {
      const share = graph.weights[edge]! / heaviest;
      if (share * epochs < 1) continue;
      targets[end] = graph.targets[edge]!;
      rates[end++] = Math.min(ALWAYS, Math.round(share * 2 ** 32));
    }
    offsets[row + 1] = end;
  }
  return {
    ...forceTables(curve),
    firstMoving,
    moving,
    drawn,
    offsets,
    targets: targets.slice(0, end),
    rates: rates.slice(0, end),
    epochs,
    learningRate,
    seed,
  };
}

const number = new Float32Array(1);
const bits = new Int32Array(number.buffer);

/**
 * Moves the points `start` to `end`, counted among those that move, by one epoch: each edge whose turn it is pulls its own
 * point towards the other end, and pushes it away from a few points drawn at random. The other end is pulled by its own
 * edge, which the symmetric graph has too.
 *
 * Reads where all points were after the epoch before, and writes those of its range only, with draws that are a hash of
 * edge, epoch and number. So the outcome is the same to the bit in whatever order, and on however many threads, the points
 * are moved.
 *
 * @param from positions after the last epoch, of all points
 * @param to takes those of the range
 */
export function advancePoints(
  plan: LayoutPlan,
  epoch: number,
  start: number,
  end: number,
  from: Float32Array,
  to: Float32Array,
): void {
  const { attraction, repulsion, offsets, targets, rates, firstMoving } = plan;
  const rate = plan.learningRate * (1 - epoch / plan.epochs);
  const key = mixed(Math.imul(epoch + 1, GOLDEN) ^ mixed(plan.seed));
  const drawScale = plan.drawn / 2 ** 32;
  for (let row = start; row < end; row++) {
    const point = firstMoving + row;
    let x = from[2 * point]!;
    let y = from[2 * point + 1]!;
    const last = offsets[row + 1]!;
    for (let edge = offsets[row]!; edge < last; edge++) {
      const step = rates[edge]!;
      // The edge's share of all epochs so far, without whole ones, from where each edge begins elsewhere.
      const before = (Math.imul(epoch, step) + Math.imul(edge, GOLDEN)) >>> 0;
      if (before + step < ALWAYS) continue;
      const target = targets[edge]!;
      let dx = x - from[2 * target]!;
      let dy = y - from[2 * target + 1]!;
      number[0] = dx * dx + dy * dy;
      const pull = rate * attraction[bits[0]! >>> 16]!;
      x -= pull * dx;
      y -= pull * dy;
      let draw = mixed(edge ^ key) | 1;
      for (let push = 0; push < PUSHES; push++) {
        // Marsaglia's xorshift: the hash makes the first number, this the next ones.
        draw ^= draw << 13;
        draw ^= draw >>> 17;
        draw ^= draw << 5;
        const other = ((draw >>> 0) * drawScale) | 0;
        if (other === point) continue;
        dx = x - from[2 * other]!;
        dy = y - from[2 * other + 1]!;
        number[0] = dx * dx + dy * dy;
        const away = rate * repulsion[bits[0]! >>> 16]!;
        x += away * dx;
        y += away * dy;
      }
    }
    to[2 * point] = x;
    to[2 * point + 1] = y;
  }
}

/** A hash of 32 bits; the constants are those of C. Wellons' search for the least bias, "lowbias32". */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb_352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846c_a68b);
  return hash ^ (hash >>> 16);
}

/** All epochs in a row, on the calling thread. Returns the positions; `start` is not changed. */
export function layOut(plan: LayoutPlan, start: Float32Array): Float32Array {
  let from = start.slice();
  let to = start.slice();
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    advancePoints(plan, epoch, 0, plan.moving, from, to);
    [from, to] = [to, from];
  }
  return from;
}
