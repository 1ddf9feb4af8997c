import type { PairAction } from '../../core/decisions/decisionLines.ts';
import { spreadPairs, type RankedPair } from '../../core/evaluation/extremePairs.ts';
import type { PairStatistics } from '../../core/evaluation/pairStatistics.ts';
import type { MatrixPair, MatrixReport } from '../../protocol/matrix.ts';
import type { Dataset } from '../dataset.ts';
import { readPairDecisions } from '../training/pairDecisions.ts';
import type { MatrixImages } from './matrixImages.ts';

/** Pairs that the lists are chosen from, so that no image fills one by itself. */
export const CONSIDERED_PAIRS = 600;
const LISTED = 48;
const PER_IMAGE = 3;

type PairLists = Pick<MatrixReport, 'mostBetween' | 'leastWithin' | 'mostUnlabelled'>;

/** The pairs that stand out, with what people have decided of them. Rejects with unreadable-file. */
export async function listPairs(
  { root, store }: Pick<Dataset, 'root' | 'store'>,
  images: MatrixImages,
  statistics: PairStatistics,
): Promise<PairLists> {
  const decisions = new Map<string, PairAction>();
  for (const { first, second, kind } of await readPairDecisions(root, images.paths, store)) {
    decisions.set(keyOf(first, second), kind);
  }
  const listed = (pairs: readonly RankedPair[]): MatrixPair[] =>
    spreadPairs(pairs, LISTED, PER_IMAGE).map(({ first, second, similarity }) => ({
      paths: [images.paths[first]!, images.paths[second]!],
      labels: [labelOf(images, first), labelOf(images, second)],
      similarity: Math.max(-1, Math.min(1, similarity)),
      copies: images.contentKeys[first] === images.contentKeys[second],
      decided: decisions.get(keyOf(first, second)),
    }));
  return {
    mostBetween: listed(statistics.mostBetween.sorted()),
    leastWithin: listed(statistics.leastWithin.sorted()),
    mostUnlabelled: listed(statistics.mostUnlabelled.sorted()),
  };
}

function keyOf(first: number, second: number): string {
  return `${Math.min(first, second)} ${Math.max(first, second)}`;
}

function labelOf({ classes, classOf }: MatrixImages, row: number): string | undefined {
  return classes[classOf[row]!];
}
