import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { addHashCandidates } from './copyCandidates.ts';
import { PairKeys } from './pairKeys.ts';
import {
  agreement,
  cropped,
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
  /** Pairs that need no comparison, since it is known what that gives. */
  readonly isKnown?: (pair: PairToCompare) => boolean;
}

/** Two rows that may show the same picture. */
export interface PairToCompare {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  /** One may be a part of the other. */
  readonly mayBeCrop: boolean;
}

export interface FoundCopies {
  readonly copies: CopyPair[];
  readonly possible: PossibleCrop[];
  /** All that were looked at, known ones too. */
  readonly pairs: PairKeys;
}

const EDGE = 32;
const COARSE_EDGE = 8;
/** Edge of the pictures at which pairs that can't be the same are told from others. */
const ROUGH_EDGE = 16;
/** Neighbours of each picture that may be the same one. */
const LOOKED_AT = 10;
/** Correlation of 8 × 8 means from which on an orientation is worth a closer look. */
const WORTH_A_LOOK = 0.7;
/** Agreement of edges at 16 × 16 from which on an orientation is worth comparing; that of copies was never below .93. */
const ROUGHLY_SAME = 0.75;
/** … and, for some crop from the middle, from which on a crop is worth looking for; that of crops was never below .61. */
const ROUGHLY_CROPPED = 0.4;
const ROUGH_CROP = { left: 0.1, top: 0.1, width: 0.8, height: 0.8 };
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
export function* findCopies(search: CopySearch): Generator<number, FoundCopies, void> {
  const { greys, isKnown } = search;
  const copies: CopyPair[] = [];
  const possible: PossibleCrop[] = [];
  const pairs = yield* pairsToCompare(search);
  const picture = (row: number): GreyPicture => ({ edge: EDGE, levels: greys[row]! });
  const [rough, coarse] = reducedPictures(greys);
  for (let i = 0; i < pairs.count; i++) {
    if (i % 500 === 0) yield i / pairs.count;
    const pair = pairs.at(i);
    if (isKnown?.(pair) === true) continue;
    const { first, second, mayBeCrop } = pair;
    const correlations = ORIENTATIONS.map((orientation) => correlation(coarse, first, second, orientation));
    const [roughA, roughB] = [roughPicture(rough, first), roughPicture(rough, second)];
    let found: CopyPair | undefined;
    for (const orientation of ORIENTATIONS) {
      if (correlations[orientation]! < WORTH_A_LOOK) continue;
      if (agreement(roughA, oriented(roughB, orientation)).edges < ROUGHLY_SAME) continue;
      const { edges, detail } = agreement(picture(first), oriented(picture(second), orientation));
      if (!isSame({ edges, detail })) continue;
      const copy = { first, second, orientation, agreement: Math.min(edges, detail), isCrop: false };
      if (found === undefined || copy.agreement > found.agreement) found = copy;
    }
    if (found) copies.push(found);
    else if (mayBeCrop) {
      const orientation = correlations[1]! > correlations[0]! ? 1 : 0;
      if (!mayBeCropped(roughA, oriented(roughB, orientation))) continue;
      const pictures = { [first]: picture(first), [second]: picture(second) };
      possible.push(...possibleCrop(first, second, pictures, orientation));
    }
  }
  return { copies, possible, pairs };
}

/** Whether one picture could be a part of the other: they are a bit alike already, or the one is with the middle of the other. */
function mayBeCropped(a: GreyPicture, b: GreyPicture): boolean {
  return (
    agreement(a, b).edges >= ROUGHLY_CROPPED ||
    agreement(a, cropped(b, ROUGH_CROP)).edges >= ROUGHLY_CROPPED ||
    agreement(cropped(a, ROUGH_CROP), b).edges >= ROUGHLY_CROPPED
  );
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

function* pairsToCompare({ greys, neighbors }: CopySearch): Generator<number, PairKeys, void> {
  const pairs = new PairKeys(greys.length);
  yield* addHashCandidates(greys, pairs);
  for (let row = 0; row < neighbors.queries; row++) {
    for (let i = 0; i < Math.min(LOOKED_AT, neighbors.count); i++) {
      const place = row * neighbors.count + i;
      const other = neighbors.rows[place]!;
      if (other < 0) break;
      if (other === row) continue;
      pairs.add(row, other, i < CROPS_LOOKED_AT && neighbors.similarities[place]! >= CROP_SIMILARITY);
    }
  }
  pairs.settle();
  return pairs;
}

/** Either picture may be the part; seen as they are or mirrored, whichever is more alike in the large. */
function possibleCrop(
  first: number,
  second: number,
  pictures: Readonly<Record<number, GreyPicture>>,
  orientation: number,
): PossibleCrop[] {
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

/** All pictures at 16 × 16, and as 8 × 8 means less their mean, of length 1; one after the other. */
function reducedPictures(greys: readonly Uint8Array[]): readonly [rough: Uint8Array, coarse: Float32Array] {
  const rough = new Uint8Array(greys.length * ROUGH_EDGE ** 2);
  const coarse = new Float32Array(greys.length * COARSE_EDGE ** 2);
  for (const [row, levels] of greys.entries()) {
    const half = halved({ edge: EDGE, levels });
    const means = halved(half).levels as Float32Array;
    for (let i = 0; i < ROUGH_EDGE ** 2; i++) rough[row * ROUGH_EDGE ** 2 + i] = half.levels[i]! + 0.5;
    const mean = means.reduce((sum, level) => sum + level, 0) / means.length;
    let squares = 0;
    for (const level of means) squares += (level - mean) ** 2;
    const length = Math.max(Math.sqrt(squares), Number.EPSILON);
    for (let i = 0; i < means.length; i++) coarse[row * means.length + i] = (means[i]! - mean) / length;
  }
  return [rough, coarse];
}

function roughPicture(rough: Uint8Array, row: number): GreyPicture {
  return { edge: ROUGH_EDGE, levels: rough.subarray(row * ROUGH_EDGE ** 2, (row + 1) * ROUGH_EDGE ** 2) };
}

const coarsePlaces = ORIENTATIONS.map((orientation) => orientedPlaces(COARSE_EDGE, orientation));

function correlation(coarse: Float32Array, first: number, second: number, orientation: number): number {
  const places = coarsePlaces[orientation]!;
  const [a, b] = [first * places.length, second * places.length];
  let sum = 0;
  for (let i = 0; i < places.length; i++) sum += coarse[a + i]! * coarse[b + places[i]!]!;
  return sum;
}
