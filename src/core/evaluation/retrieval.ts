/**
 * How well a query by image finds images of its class. Measures as in K. Musgrave, S. Belongie, S.-N. Lim, "A metric
 * learning reality check", https://arxiv.org/abs/2003.08505. R is the number of images that a query should find.
 */
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { excludeDuplicates, galleryOf, type Gallery, type LabelledSet } from './embeddingSet.ts';
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
  const tally = new RetrievalTally(labelsOf(found, gallery.labels), queries, cutoffs);
  const queryRows = normalizedRows(queries.vectors, queries.rows, queries.dim);
  for (const { start, end, of } of similarityBlocks(queryRows, found.vectors)) {
    for (let query = start; query < end; query++) {
      if (queries.labels[query]! < 0) continue;
      const similarities = of(query);
      excludeDuplicates(similarities, found, queries, query);
      tally.add(query, similarities);
    }
    yield end;
  }
  return tally.score();
}

function labelsOf({ rows }: Gallery, labels: Int32Array): Int32Array {
  return Int32Array.from(rows, (row) => labels[row]!);
}

/** Scores one query after another. */
export class RetrievalTally {
  readonly #galleryLabels: Int32Array;
  readonly #queryLabels: Int32Array;
  readonly #cutoffs: readonly number[];
  readonly #averagePrecisions: Float64Array;
  readonly #sums = { queries: 0, averagePrecision: 0, averagePrecisionAtR: 0, rPrecision: 0 };
  readonly #hits: Float64Array;
  readonly #precisions: Float64Array;

  /** @param galleryLabels of the images that may be found, in the order of their similarities */
  constructor(galleryLabels: Int32Array, queries: LabelledSet, cutoffs: readonly number[]) {
    this.#galleryLabels = galleryLabels;
    this.#queryLabels = queries.labels;
    this.#cutoffs = cutoffs;
    this.#averagePrecisions = new Float64Array(queries.rows).fill(Number.NaN);
    this.#hits = new Float64Array(cutoffs.length);
    this.#precisions = new Float64Array(cutoffs.length);
  }

  /** @param similarities one per image of the gallery; NaN for those that may not be found */
  add(query: number, similarities: Float64Array | Float32Array): void {
    const label = this.#queryLabels[query]!;
    if (label < 0) return;
    const ranks = relevantRanks(similarities, (position) => this.#galleryLabels[position] === label);
    if (ranks.length === 0) return;
    const score = scoreRanking(ranks);
    this.#averagePrecisions[query] = score.averagePrecision;
    this.#sums.queries++;
    this.#sums.averagePrecision += score.averagePrecision;
    this.#sums.averagePrecisionAtR += score.averagePrecisionAtR;
    this.#sums.rPrecision += score.rPrecision;
    this.#cutoffs.forEach((cutoff, i) => {
      const within = countUpTo(ranks, cutoff);
      if (within > 0) this.#hits[i]!++;
      this.#precisions[i]! += within / cutoff;
    });
  }

  score(): RetrievalScore {
    const { queries, averagePrecision, averagePrecisionAtR, rPrecision } = this.#sums;
    return {
      queries,
      meanAveragePrecision: averagePrecision / queries,
      meanAveragePrecisionAtR: averagePrecisionAtR / queries,
      rPrecision: rPrecision / queries,
      hitAt: this.#hits.map((count) => count / queries),
      precisionAt: this.#precisions.map((sum) => sum / queries),
      averagePrecisions: this.#averagePrecisions,
    };
  }
}

/**
 * Ranks, from 1 and ascending, of the relevant candidates when all are sorted by descending similarity, equal ones by
 * position; NaN is no candidate. Sorts the relevant ones alone and counts the others in between.
 */
export function relevantRanks(
  similarities: Float64Array | Float32Array,
  isRelevant: (position: number) => boolean,
): Uint32Array {
  const relevant: number[] = [];
  for (let i = 0; i < similarities.length; i++) {
    if (isRelevant(i) && !Number.isNaN(similarities[i])) relevant.push(i);
  }
  const precedes = (a: number, b: number) =>
    similarities[a]! > similarities[b]! || (similarities[a] === similarities[b] && a < b);
  relevant.sort((a, b) => (precedes(a, b) ? -1 : 1));
  const values = Float64Array.from(relevant, (position) => similarities[position]!);
  // Irrelevant candidates ahead of the relevant one at an index, but of none before it.
  const ahead = new Uint32Array(relevant.length);
  const lowest = values.at(-1) ?? Infinity;
  for (let i = 0; i < similarities.length; i++) {
    const similarity = similarities[i]!;
    // Most candidates come after all relevant ones, or are NaN.
    if (!(similarity >= lowest) || isRelevant(i)) continue;
    let [low, high] = [0, relevant.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const value = values[middle]!;
      if (similarity > value || (similarity === value && i < relevant[middle]!)) high = middle;
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
