import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { galleryOf, type LabelledSet } from './embeddingSet.ts';
import { NeighborCollector, type Neighbors } from './nearestNeighbors.ts';
import { eachQuery, type BetweenBlocks } from './neighborsByProducts.ts';
import { RetrievalTally, type RetrievalScore } from './retrieval.ts';

export interface ComparisonOptions {
  readonly bank: LabelledSet;
  /** The bank itself for leave-one-out. */
  readonly queries: LabelledSet;
  /** Nearest labelled images that are kept of each query. */
  readonly neighbors: number;
  /** The k of hit@k and precision@k. */
  readonly cutoffs: readonly number[];
}

export interface Comparison {
  readonly neighbors: Neighbors;
  readonly retrieval: RetrievalScore;
}

/**
 * `nearestNeighbors` and `evaluateRetrieval` in one pass over the similarities, in float32.
 */
export async function compareWithBank(
  { bank, queries, neighbors, cutoffs }: ComparisonOptions,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Comparison> {
  const gallery = galleryOf(bank, (row) => bank.labels[row]! >= 0);
  const collector = new NeighborCollector(gallery.rows, queries.rows, neighbors);
  const galleryLabels = Int32Array.from(gallery.rows, (row) => bank.labels[row]!);
  const tally = new RetrievalTally(galleryLabels, queries, cutoffs);
  await eachQuery(gallery, queries, products, between, (query, similarities) => {
    collector.add(query, similarities);
    tally.add(query, similarities);
  });
  return { neighbors: collector.neighbors, retrieval: tally.score() };
}
