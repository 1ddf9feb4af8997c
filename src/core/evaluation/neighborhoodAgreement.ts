/** How far two encoders agree on what is alike: how much the nearest images of the same queries have in common. */
import type { Neighbors } from './nearestNeighbors.ts';

/** The nearest images of each query as one encoder has them; see `Neighbors`. */
export type NeighborLists = Pick<Neighbors, 'queries' | 'count' | 'rows'>;

/**
 * Of each query, for the sets A and B of its nearest images as the two encoders have them. NaN where neither found any.
 */
export interface QueryAgreement {
  /** |A ∩ B|. */
  readonly shared: Uint32Array;
  /** |A ∩ B| / max(|A|, |B|): with lists of one length, as they are of the same images, the share of a list that is in the other. */
  readonly overlap: Float64Array;
  /** |A ∩ B| / |A ∪ B|. */
  readonly jaccard: Float64Array;
}

/** Means over queries that have a neighbour; NaN where there is none. */
export interface MeanAgreement {
  readonly queries: number;
  readonly overlap: number;
  /** Half of the 95 % interval of the overlap over queries, taken as independent; NaN of fewer than two. */
  readonly overlapError: number;
  readonly jaccard: number;
}

/** Over all queries, each counting once, and over those of each class. */
export interface NeighborhoodAgreement extends MeanAgreement {
  readonly classes: readonly MeanAgreement[];
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959963984540054;

/**
 * Compares the first `count` neighbours of each query, fewer where fewer were found. Both lists name the same images by the
 * same rows.
 */
export function queryAgreement(first: NeighborLists, second: NeighborLists, count: number): QueryAgreement {
  const { queries } = first;
  const shared = new Uint32Array(queries);
  const overlap = new Float64Array(queries);
  const jaccard = new Float64Array(queries);
  for (let query = 0; query < queries; query++) {
    const ours = neighborsOf(first, query, count);
    const theirs = neighborsOf(second, query, count);
    const known = new Set(ours);
    let common = 0;
    for (const row of theirs) if (known.has(row)) common++;
    shared[query] = common;
    // 0 / 0 is the NaN that is wanted.
    overlap[query] = common / Math.max(ours.length, theirs.length);
    jaccard[query] = common / (ours.length + theirs.length - common);
  }
  return { shared, overlap, jaccard };
}

/**
 * @param labels classes of the queries, from 0 to `classes` − 1; queries with a negative one are of none
 */
export function meanAgreement(agreement: QueryAgreement, labels: Int32Array, classes: number): NeighborhoodAgreement {
  const sums = Array.from({ length: classes + 1 }, () => ({ queries: 0, overlap: 0, squares: 0, jaccard: 0 }));
  const all = sums[classes]!;
  agreement.overlap.forEach((overlap, query) => {
    if (Number.isNaN(overlap)) return;
    const own = sums[labels[query]!];
    for (const sum of own === undefined ? [all] : [all, own]) {
      sum.queries++;
      sum.overlap += overlap;
      sum.squares += overlap ** 2;
      sum.jaccard += agreement.jaccard[query]!;
    }
  });
  const [means, total] = [sums.slice(0, classes).map(meanOf), meanOf(all)];
  return { ...total, classes: means };
}

interface Sums {
  readonly queries: number;
  readonly overlap: number;
  readonly squares: number;
  readonly jaccard: number;
}

function meanOf({ queries, overlap, squares, jaccard }: Sums): MeanAgreement {
  const mean = overlap / queries;
  // Rounding can take what is 0 a hair below.
  const variance = Math.max(0, squares - queries * mean ** 2) / (queries - 1);
  return {
    queries,
    overlap: mean,
    overlapError: queries < 2 ? Number.NaN : Z95 * Math.sqrt(variance / queries),
    jaccard: jaccard / queries,
  };
}

/** Of each query the neighbours, among the first `count`, that are of its class. */
export function classHits(
  lists: NeighborLists,
  count: number,
  queryLabels: Int32Array,
  rowLabels: Int32Array,
): Uint32Array {
  return Uint32Array.from({ length: lists.queries }, (_, query) =>
    neighborsOf(lists, query, count).reduce((hits, row) => hits + Number(rowLabels[row] === queryLabels[query]), 0),
  );
}

/**
 * Which queries to look at: `different` those of least overlap first, and of equal overlap those where the one encoder finds
 * most more of the query's class than the other; `first` and `second` only those where that encoder finds more of the class,
 * by how many more, then by least overlap. What is still equal comes in the order of the queries.
 */
export const disagreementOrders = ['different', 'first', 'second'] as const;
export type DisagreementOrder = (typeof disagreementOrders)[number];

/**
 * Queries on which two encoders disagree, most first; those without neighbours are not among them.
 *
 * @param hits of the first and of the second encoder, see `classHits`
 */
export function mostDisagreeing(
  { overlap }: QueryAgreement,
  hits: readonly [first: Uint32Array, second: Uint32Array],
  order: DisagreementOrder,
): Uint32Array {
  const gain = Int32Array.from(overlap, (_, query) => hits[0][query]! - hits[1][query]!);
  const sign = order === 'second' ? -1 : 1;
  const isListed = (query: number) => order === 'different' || sign * gain[query]! > 0;
  const queries = Uint32Array.from(overlap.keys()).filter((query) => !Number.isNaN(overlap[query]!) && isListed(query));
  return queries.sort((a, b) => {
    const byOverlap = overlap[a]! - overlap[b]!;
    if (order === 'different') return byOverlap || Math.abs(gain[b]!) - Math.abs(gain[a]!) || a - b;
    return sign * (gain[b]! - gain[a]!) || byOverlap || a - b;
  });
}

/** Rows of the first `count` neighbours of a query, nearest first. */
export function neighborsOf(lists: NeighborLists, query: number, count: number): Int32Array {
  const start = query * lists.count;
  const rows = lists.rows.subarray(start, start + Math.min(count, lists.count));
  const end = rows.indexOf(-1);
  return end < 0 ? rows : rows.subarray(0, end);
}
