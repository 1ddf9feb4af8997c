import { disagreementOrders } from '../../core/evaluation/neighborhoodAgreement.ts';
import { chanceOverlap, comparePair, pairsOf, type EncoderPair } from '../../core/evaluation/neighborhoods.ts';
import {
  neighborCounts,
  type ComparisonChange,
  type ComparisonFigures,
  type NeighborCount,
} from '../../protocol/comparisonView.ts';
import type { EvaluationReport } from '../../protocol/evaluation.ts';

/** A report for the page. @param neighbors that are compared */
export function figuresOf(report: EvaluationReport, neighbors: NeighborCount): ComparisonFigures {
  const { protocol, encoders, seconds, comparingSeconds, notices, neighborhoods } = report;
  const compared = Math.min(neighbors, neighborhoods?.count ?? 0);
  return {
    ...{ protocol, encoders, seconds, comparingSeconds, notices, compared },
    agreements: neighborhoods
      ? pairsOf(neighborhoods).map((pair) => ({ pair, ...comparePair(neighborhoods, pair, compared).agreement }))
      : [],
    chance: neighborhoods ? chanceOverlap(neighborhoods, compared) : Number.NaN,
    queries: neighborhoods?.queries.length ?? 0,
  };
}

/** The two encoders, where they are different ones among so many. */
export function isPair(pair: unknown, encoders: number): pair is EncoderPair {
  if (!Array.isArray(pair) || pair.length !== 2 || pair[0] === pair[1]) return false;
  return pair.every((position) => Number.isInteger(position) && position >= 0 && position < encoders);
}

/** Whether a page asks for what there is. @param encoders how many there are */
export function isChange(change: ComparisonChange, encoders: number): boolean {
  if ('pair' in change) return isPair(change.pair, encoders);
  if ('neighbors' in change) return neighborCounts.includes(change.neighbors);
  return disagreementOrders.includes(change.order);
}
