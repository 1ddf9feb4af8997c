import type { Neighbors } from '../evaluation/nearestNeighbors.ts';

/** Neighbours that show how far captions usually lie apart: beyond those that say the same, still about something alike. */
const AROUND = { from: 10, to: 20 };
/** With fewer captions nothing tells what is usual. */
export const FEWEST_COMPARED = 25;
/** How much nearer to each other than to those around them two captions are that say the same. */
export const CAPTION_RATIO = 0.3;

export interface CaptionCopy {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
  /** Their distance as a share of the usual one. */
  readonly ratio: number;
}

/**
 * Pairs of captions that say the same: their distance is at most a share of the usual one, which is the median distance of a
 * caption to its tenth to twentieth neighbours, over all captions. So the encoder's own spread decides; what is a high similarity
 * for one is none for another. Unlike with pictures the median is that of all: a caption may well be there in twenty phrasings.
 *
 * @param neighbors twenty of each caption, itself left out
 */
export function captionCopies(neighbors: Neighbors, ratio = CAPTION_RATIO): CaptionCopy[] {
  const { queries, count, rows, similarities } = neighbors;
  if (queries < FEWEST_COMPARED) return [];
  const usual = usualDistance(neighbors);
  const pairs = new Map<number, CaptionCopy>();
  for (let row = 0; row < queries; row++) {
    for (let i = row * count; i < (row + 1) * count && rows[i]! >= 0; i++) {
      const share = Math.max(0, 1 - similarities[i]!) / usual;
      if (!(share <= ratio)) continue;
      const [first, second] = row < rows[i]! ? [row, rows[i]!] : [rows[i]!, row];
      pairs.set(first * queries + second, { first, second, similarity: similarities[i]!, ratio: share });
    }
  }
  return [...pairs.values()].sort((a, b) => a.ratio - b.ratio || a.first - b.first || a.second - b.second);
}

function usualDistance({ queries, count, rows, similarities }: Neighbors): number {
  const distances: number[] = [];
  for (let row = 0; row < queries; row++) {
    for (let i = row * count + AROUND.from; i < row * count + Math.min(AROUND.to, count); i++) {
      if (rows[i]! >= 0) distances.push(1 - similarities[i]!);
    }
  }
  return distances.sort((a, b) => a - b)[distances.length >> 1] ?? Number.NaN;
}
