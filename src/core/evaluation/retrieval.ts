/**
 * How well a query by image finds images of its class. Measures as in K. Musgrave, S. Belongie, S.-N. Lim, "A metric
 * learning reality check", https://arxiv.org/abs/2003.08505. R is the number of images that a query should find.
 */
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { excludeDuplicates, galleryOf, type LabelledSet } from './embeddingSet.ts';
import { similarityBlocks } from './similarityBlocks.ts';
import type { Steps } from './steps.ts';

/** What the ranking of one query is worth. */
export interface RankingScore {
  /** Mean of the precisions at the ranks of all R relevant images. */
  readonly averagePrecision: number;
  /** The same sum over the first R ranks alone, divided by R. */
  readonly averagePrecisionAtR: number;
  /** Share of relevant images among the first R. */
  readonly rPrecision: number;
}

export interface RetrievalScore {
  /** Queries that have something to find; the others count nowhere. The measures are NaN where there are none. */
  readonly queries: number;
  readonly meanAveragePrecision: number;
  readonly meanAveragePrecisionAtR: number;
  readonly rPrecision: number;
  /** Per cutoff k: share of queries with a relevant image among the first k. Often called recall@k, which it isn't. */
  readonly hitAt: Float64Array;
  /** Per cutoff k: mean share of relevant images among the first k. */
  readonly precisionAt: Float64Array;
  /** Per row of the query set; NaN where it has nothing to find. */
  readonly averagePrecisions: Float64Array;
}

export interface RetrievalOptions {
  readonly gallery: LabelledSet;
  /** The gallery itself to let every image look for its like among the others. */
  readonly queries: LabelledSet;
  /** The k of hit@k and precision@k. */
  readonly cutoffs: readonly number[];
}

/**
 * Ranks the labelled images of the gallery for every labelled query by cosine similarity, duplicates of the query left
 * out; equal similarities come in the order of the gallery.
 */
export function* evaluateRetrieval({ gallery, queries, cutoffs }: RetrievalOptions): Steps<RetrievalScore> {
  const found = galleryOf(gallery, (row) => gallery.labels[row]! >= 0);
  const labels = Int32Array.from(found.rows, (row) => gallery.labels[row]!);
  const queryRows = normalizedRows(queries.vectors, queries.rows, queries.dim);
  const averagePrecisions = new Float64Array(queries.rows).fill(Number.NaN);
  const sums = { queries: 0, averagePrecision: 0, averagePrecisionAtR: 0, rPrecision: 0 };
  const hits = new Float64Array(cutoffs.length);
  const precisions = new Float64Array(cutoffs.length);
  for (const { start, end, of } of similarityBlocks(queryRows, found.vectors)) {
    for (let query = start; query < end; query++) {
      const label = queries.labels[query]!;
      if (label < 0) continue;
      const similarities = of(query);
      excludeDuplicates(similarities, found, queries, query);
      const ranks = relevantRanks(similarities, (position) => labels[position] === label);
      if (ranks.length === 0) continue;
      const score = scoreRanking(ranks);
      averagePrecisions[query] = score.averagePrecision;
      sums.queries++;
      sums.averagePrecision += score.averagePrecision;
      sums.averagePrecisionAtR += score.averagePrecisionAtR;
      sums.rPrecision += score.rPrecision;
      cutoffs.forEach((cutoff, i) => {
        const within = countUpTo(ranks, cutoff);
        if (within > 0) hits[i]!++;
        precisions[i]! += within / cutoff;
      });
    }
    yield end;
  }
  return {
    queries: sums.queries,
    meanAveragePrecision: sums.averagePrecision / sums.queries,
    meanAveragePrecisionAtR: sums.averagePrecisionAtR / sums.queries,
    rPrecision: sums.rPrecision / sums.queries,
    hitAt: hits.map((count) => count / sums.queries),
    precisionAt: precisions.map((sum) => sum / sums.queries),
    averagePrecisions,
  };
}

/**
 * Ranks, from 1 and ascending, of the relevant candidates when all are sorted by descending similarity, equal ones by
 * position; NaN is no candidate. Sorts the relevant ones alone and counts the others in between.
 */
export function relevantRanks(similarities: Float64Array, isRelevant: (position: number) => boolean): Uint32Array {
  const relevant: number[] = [];
  for (let i = 0; i < similarities.length; i++) {
    if (isRelevant(i) && !Number.isNaN(similarities[i])) relevant.push(i);
  }
  const precedes = (a: number, b: number) =>
    similarities[a]! > similarities[b]! || (similarities[a] === similarities[b] && a < b);
  relevant.sort((a, b) => (precedes(a, b) ? -1 : 1));
  // Irrelevant candidates ahead of the relevant one at an index, but of none before it.
  const ahead = new Uint32Array(relevant.length);
  for (let i = 0; i < similarities.length; i++) {
    if (Number.isNaN(similarities[i]) || isRelevant(i)) continue;
    let [low, high] = [0, relevant.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (precedes(i, relevant[middle]!)) high = middle;
      else low = middle + 1;
    }
    if (low < relevant.length) ahead[low]!++;
  }
  let irrelevant = 0;
  return ahead.map((count, index) => (irrelevant += count) + index + 1);
}

/** @param ranks of all relevant images, from 1 and ascending, at least one */
export function scoreRanking(ranks: Uint32Array): RankingScore {
  const relevant = ranks.length;
  const withinR = countUpTo(ranks, relevant);
  let [all, first] = [0, 0];
  ranks.forEach((rank, index) => {
    const precision = (index + 1) / rank;
    all += precision;
    if (index < withinR) first += precision;
  });
  return {
    averagePrecision: all / relevant,
    averagePrecisionAtR: first / relevant,
    rPrecision: withinR / relevant,
  };
}

/** Numbers of an ascending array that are at most `limit`. */
function countUpTo(ascending: Uint32Array, limit: number): number {
  let count = 0;
  while (count < ascending.length && ascending[count]! <= limit) count++;
  return count;
}
