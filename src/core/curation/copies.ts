import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { hashCandidates, type Candidate } from './copyCandidates.ts';
import {
  agreement,
  findCrop,
  isSame,
  oriented,
  ORIENTATIONS,
  orientedPlaces,
  type Agreement,
  type Crop,
  type GreyPicture,
} from './samePicture.ts';

/** Two rows that show the same picture. */
export interface CopyPair {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  /** How the second picture is turned to lie upon the first; see `ORIENTATIONS`. */
  readonly orientation: number;
  /** 0 to 1: the weaker of the two agreements. */
  readonly agreement: number;
  /** One is a part of the other. */
  readonly isCrop: boolean;
}

/** A pair that is the same picture if its crop is confirmed on larger pictures. */
export interface PossibleCrop {
  /** The row of the part, and of the picture that it is a part of. */
  readonly part: number;
  readonly whole: number;
  readonly orientation: number;
  readonly crop: Crop;
}

export interface CopySearch {
  /** Of each picture, 32 × 32. */
  readonly greys: readonly Uint8Array[];
  /** Of the pictures among each other, by their embeddings; the nearest few are looked at. */
  readonly neighbors: Neighbors;
}

const EDGE = 32;
const COARSE_EDGE = 8;
/** Neighbours of each picture that may be the same one. */
const LOOKED_AT = 10;
/** Correlation of 8 × 8 means from which on an orientation is worth a closer look. */
const WORTH_A_LOOK = 0.7;
/** Neighbours that may be a part of a picture, or the reverse, and how alike the two are for it. */
const CROPS_LOOKED_AT = 3;
const CROP_SIMILARITY = 0.8;
/** Agreement of edges at 16 and at 32 pixels from which on a crop is worth being confirmed. */
const CROP_WORTH_A_LOOK = [0.65, 0.76] as const;
/**
 * Of a crop, at the size at which it is confirmed. Crops that were made on purpose reached .81 and .69 or more, other
 * photographs .68 and .44 at the most, and other shots of a scene .76 and .69, but for one that was nearly the same.
 */
export const SAME_CROP: Agreement = { edges: 0.79, detail: 0.68 };
/** Edge of the pictures that crops are confirmed on. */
export const CONFIRM_EDGE = 96;
/** How finely a crop is looked for at that size, as shares of the picture. */
export const CONFIRM_STEPS: readonly number[] = [0.012, 0.006, 0.003];

/**
 * Pairs of pictures that are the same one, and pairs that are if `confirmCrop` says so. Those to compare come from the
 * embeddings and, since encoders don't see that a picture was turned, from perceptual hashes.
 *
 * Yields now and then, so that the caller can breathe, with what is done of the hashes, then of the pairs.
 */
export function* findCopies(
  search: CopySearch,
): Generator<number, { readonly copies: CopyPair[]; readonly possible: PossibleCrop[] }, void> {
  const { greys } = search;
  const pictures = greys.map((levels): GreyPicture => ({ edge: EDGE, levels }));
  const coarse = greys.map((levels) => coarsePicture(levels));
  const copies: CopyPair[] = [];
  const possible: PossibleCrop[] = [];
  const pairs = pairsToCompare(yield* hashCandidates(greys), search);
  let done = 0;
  for (const { first, second, mayBeCrop } of pairs) {
    if (++done % 500 === 0) yield done / pairs.length;
    const [a, b] = [pictures[first]!, pictures[second]!];
    const correlations = ORIENTATIONS.map((orientation) => correlation(coarse[first]!, coarse[second]!, orientation));
    let found: CopyPair | undefined;
    for (const orientation of ORIENTATIONS) {
      if (correlations[orientation]! < WORTH_A_LOOK) continue;
      const { edges, detail } = agreement(a, oriented(b, orientation));
      if (!isSame({ edges, detail })) continue;
      const pair = { first, second, orientation, agreement: Math.min(edges, detail), isCrop: false };
      if (found === undefined || pair.agreement > found.agreement) found = pair;
    }
    if (found) copies.push(found);
    else if (mayBeCrop) possible.push(...possibleCrop(first, second, pictures, correlations));
  }
  return { copies, possible };
}

/** @param part `CONFIRM_EDGE × CONFIRM_EDGE`, as the other */
export function confirmCrop(
  { part, whole, orientation, crop }: PossibleCrop,
  pictures: { readonly part: GreyPicture; readonly whole: GreyPicture },
): CopyPair | undefined {
  const { agreement: agreed } = findCrop(pictures.part, oriented(pictures.whole, orientation), {
    from: crop,
    steps: CONFIRM_STEPS,
  });
  if (!isSame(agreed, SAME_CROP)) return undefined;
  const [first, second] = part < whole ? [part, whole] : [whole, part];
  return { first, second, orientation, agreement: Math.min(agreed.edges, agreed.detail), isCrop: true };
}

interface PairToCompare {
  readonly first: number;
  readonly second: number;
  readonly mayBeCrop: boolean;
}

function pairsToCompare(candidates: readonly Candidate[], { greys, neighbors }: CopySearch): PairToCompare[] {
  const pairs = new Map<number, PairToCompare>();
  const add = (a: number, b: number, mayBeCrop: boolean) => {
    const [first, second] = a < b ? [a, b] : [b, a];
    const key = first * greys.length + second;
    if (mayBeCrop || !pairs.has(key)) pairs.set(key, { first, second, mayBeCrop });
  };
  for (const { first, second } of candidates) add(first, second, false);
  for (let row = 0; row < neighbors.queries; row++) {
    for (let i = 0; i < Math.min(LOOKED_AT, neighbors.count); i++) {
      const place = row * neighbors.count + i;
      const other = neighbors.rows[place]!;
      if (other < 0) break;
      if (other !== row) add(row, other, i < CROPS_LOOKED_AT && neighbors.similarities[place]! >= CROP_SIMILARITY);
    }
  }
  return [...pairs.values()];
}

/** Either picture may be the part; seen as they are or mirrored, whichever is more alike in the large. */
function possibleCrop(
  first: number,
  second: number,
  pictures: readonly GreyPicture[],
  correlations: readonly number[],
): PossibleCrop[] {
  const orientation = correlations[1]! > correlations[0]! ? 1 : 0;
  let best: (PossibleCrop & { readonly edges: number }) | undefined;
  for (const [part, whole] of [
    [first, second],
    [second, first],
  ] as const) {
    const found = roughCrop(pictures[part]!, oriented(pictures[whole]!, orientation));
    if (found === undefined || (best && best.edges >= found.agreement.edges)) continue;
    const { crop, agreement: agreed } = found;
    best = { part, whole, orientation, crop, edges: agreed.edges };
  }
  return best ? [best] : [];
}

/**
 * The part of a picture that another one may be, worth being confirmed on larger pictures; undefined where there is none.
 *
 * @param part 32 × 32, as the other
 */
export function roughCrop(part: GreyPicture, whole: GreyPicture): ReturnType<typeof findCrop> | undefined {
  const rough = findCrop(halved(part), halved(whole), { steps: [0.06, 0.03, 0.015] });
  if (rough.agreement.edges < CROP_WORTH_A_LOOK[0]) return undefined;
  const found = findCrop(part, whole, { from: rough.crop, steps: [0.03, 0.015, 0.008] });
  return found.agreement.edges < CROP_WORTH_A_LOOK[1] ? undefined : found;
}

/** 2 × 2 pixels become one. */
function halved({ edge, levels }: GreyPicture): GreyPicture {
  const half = edge / 2;
  const small = new Float32Array(half * half);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const i = 2 * y * edge + 2 * x;
      small[y * half + x] = (levels[i]! + levels[i + 1]! + levels[i + edge]! + levels[i + edge + 1]!) / 4;
    }
  }
  return { edge: half, levels: small };
}

/** 8 × 8 means, less their mean, of length 1. */
function coarsePicture(levels: Uint8Array): Float32Array {
  const small = halved(halved({ edge: EDGE, levels })).levels as Float32Array;
  const mean = small.reduce((sum, level) => sum + level, 0) / small.length;
  const length = Math.hypot(...small.map((level) => level - mean));
  return small.map((level) => (level - mean) / Math.max(length, Number.EPSILON));
}

const coarsePlaces = ORIENTATIONS.map((orientation) => orientedPlaces(COARSE_EDGE, orientation));

function correlation(a: Float32Array, b: Float32Array, orientation: number): number {
  const places = coarsePlaces[orientation]!;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[places[i]!]!;
  return sum;
}
