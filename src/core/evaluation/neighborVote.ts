import type { Neighbors } from './nearestNeighbors.ts';

export interface VoteOptions {
  /** The nearest of the found neighbours that vote, often 10, 20 or 200; fewer where fewer were found. */
  readonly count: number;
  /**
   * A neighbour's vote is exp(similarity / temperature), often 0.07 or 0.1, as in Z. Wu et al., "Unsupervised feature
   * learning via non-parametric instance discrimination", https://arxiv.org/abs/1805.01978. Left out, all votes are equal.
   */
  readonly temperature?: number;
  /** Neighbours of a query that don't vote, nor does another in their place. */
  readonly leaveOut?: (query: number, row: number) => boolean;
}

export interface Predictions {
  /** Per query; of classes with equal votes the lowest; −1 where nobody voted. */
  readonly classes: Int32Array;
  /** Per query: the winner's share of the votes; 0 where nobody voted. */
  readonly shares: Float64Array;
}

/**
 * k-nearest-neighbour classification.
 *
 * @param labels classes of the bank's rows, from 0 to `classes` − 1; neighbours with a negative one don't vote, but take
 *   the place of one who could: search with `accept` to avoid that
 */
export function predictByVote(
  neighbors: Neighbors,
  labels: Int32Array,
  classes: number,
  options: VoteOptions,
): Predictions {
  const result = { classes: new Int32Array(neighbors.queries), shares: new Float64Array(neighbors.queries) };
  const shares = new Float64Array(classes);
  for (let query = 0; query < neighbors.queries; query++) {
    voteShares(neighbors, query, labels, options, shares);
    let winner = -1;
    let most = 0;
    for (let label = 0; label < classes; label++) {
      if (shares[label]! > most) {
        most = shares[label]!;
        winner = label;
      }
    }
    result.classes[query] = winner;
    result.shares[query] = most;
  }
  return result;
}

/**
 * Every class's share of the votes for one query; all zero where nobody votes.
 *
 * @param shares takes one number per class
 */
export function voteShares(
  neighbors: Neighbors,
  query: number,
  labels: Int32Array,
  { count, temperature, leaveOut }: VoteOptions,
  shares: Float64Array,
): void {
  shares.fill(0);
  const first = query * neighbors.count;
  const end = first + Math.min(count, neighbors.count);
  // Relative to the nearest neighbour, so that no temperature overflows.
  const nearest = neighbors.similarities[first]!;
  let sum = 0;
  for (let i = first; i < end && neighbors.rows[i]! >= 0; i++) {
    const label = labels[neighbors.rows[i]!]!;
    if (label < 0 || leaveOut?.(query, neighbors.rows[i]!) === true) continue;
    const vote = temperature === undefined ? 1 : Math.exp((neighbors.similarities[i]! - nearest) / temperature);
    shares[label]! += vote;
    sum += vote;
  }
  if (sum > 0) for (let label = 0; label < shares.length; label++) shares[label]! /= sum;
}
