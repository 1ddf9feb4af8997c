/** Encoders beside each other by the nearest images that each of them finds for the same queries. */
import {
  classHits,
  meanAgreement,
  mostDisagreeing,
  neighborsOf,
  queryAgreement,
  type DisagreementOrder,
  type NeighborhoodAgreement,
  type NeighborLists,
  type QueryAgreement,
} from './neighborhoodAgreement.ts';

/** Nearest images that two encoders are compared on, unless somebody says otherwise. */
export const NEIGHBORHOOD = 10;

/** The nearest images of each query as each encoder has them. Images go by their numbers. */
export interface Neighborhoods {
  /** Kept of each query: fewer than were asked for where there are fewer images. */
  readonly count: number;
  /** By number, relative to the root; those that were evaluated. */
  readonly paths: readonly string[];
  readonly classes: readonly string[];
  /** By number: into `classes`. */
  readonly classOf: Int32Array;
  /** Numbers of the queries. */
  readonly queries: Uint32Array;
  /** Images that a query can find, its copies among them. */
  readonly candidates: number;
  /** One for each encoder. */
  readonly encoders: readonly EncoderNeighbors[];
}

export interface EncoderNeighbors {
  /** `queries × count`: numbers of images, most similar first; −1 after the last. */
  readonly rows: Int32Array;
  /** `queries × count`: cosine similarities; NaN after the last. */
  readonly similarities: Float32Array;
}

/** Two of the encoders, by their positions. */
export type EncoderPair = readonly [first: number, second: number];

/** Two encoders compared on their first so many neighbours. */
export interface PairComparison {
  readonly pair: EncoderPair;
  readonly agreement: NeighborhoodAgreement;
  /** By position of the query. */
  readonly perQuery: QueryAgreement;
  /** Neighbours of the query's class, of either encoder; by position of the query. */
  readonly hits: readonly [Uint32Array, Uint32Array];
}

/** A query on which two encoders disagree. */
export interface DisagreedQuery {
  readonly path: string;
  readonly label: string;
  /** See `QueryAgreement`. */
  readonly overlap: number;
  /** Of the neighbours of either encoder, how many are of the query's class. */
  readonly hits: readonly [number, number];
  /** Of either encoder, most similar first. */
  readonly neighbors: readonly [readonly FoundImage[], readonly FoundImage[]];
}

export interface FoundImage {
  readonly path: string;
  readonly label: string;
  readonly similarity: number;
  /** The other encoder has found it too. */
  readonly shared: boolean;
}

/** @param count neighbours that are compared */
export function comparePair(neighborhoods: Neighborhoods, pair: EncoderPair, count: number): PairComparison {
  const { queries, classes, classOf } = neighborhoods;
  const lists = listsOf(neighborhoods, pair);
  const labels = Int32Array.from(queries, (image) => classOf[image]!);
  const perQuery = queryAgreement(...lists, count);
  return {
    pair,
    agreement: meanAgreement(perQuery, labels, classes.length),
    perQuery,
    hits: [classHits(lists[0], count, labels, classOf), classHits(lists[1], count, labels, classOf)],
  };
}

/** All pairs of encoders: the first with each after it, then the second, … */
export function pairsOf({ encoders }: Neighborhoods): EncoderPair[] {
  return encoders.flatMap((_, first) =>
    encoders.slice(first + 1).map((_other, offset): EncoderPair => [first, first + 1 + offset]),
  );
}

/** Mean overlap that two encoders would have which order the images by chance. */
export function chanceOverlap({ candidates }: Neighborhoods, count: number): number {
  return Math.min(1, count / candidates);
}

/**
 * The queries on which two encoders disagree most, with what they found.
 *
 * @param count neighbours that are compared and told
 * @param most queries, at most
 */
export function disagreedQueries(
  neighborhoods: Neighborhoods,
  { pair, perQuery, hits }: PairComparison,
  { count, order, most }: { readonly count: number; readonly order: DisagreementOrder; readonly most: number },
): DisagreedQuery[] {
  const { paths, classes, classOf, queries, encoders } = neighborhoods;
  const lists = listsOf(neighborhoods, pair);
  const labelOf = (image: number) => classes[classOf[image]!] ?? '';
  return Array.from(mostDisagreeing(perQuery, hits, order).subarray(0, most), (query) => {
    const [first, second] = lists.map((list) => neighborsOf(list, query, count)) as [Int32Array, Int32Array];
    const describe = (rows: Int32Array, others: Int32Array, encoder: number): FoundImage[] =>
      Array.from(rows, (image, rank) => ({
        path: paths[image]!,
        label: labelOf(image),
        similarity: encoders[encoder]!.similarities[query * neighborhoods.count + rank]!,
        shared: others.includes(image),
      }));
    const image = queries[query]!;
    return {
      path: paths[image]!,
      label: labelOf(image),
      overlap: perQuery.overlap[query]!,
      hits: [hits[0][query]!, hits[1][query]!],
      neighbors: [describe(first, second, pair[0]), describe(second, first, pair[1])],
    };
  });
}

function listsOf({ queries, count, encoders }: Neighborhoods, pair: EncoderPair): [NeighborLists, NeighborLists] {
  const lists = (encoder: number) => ({ queries: queries.length, count, rows: encoders[encoder]!.rows });
  return [lists(pair[0]), lists(pair[1])];
}
