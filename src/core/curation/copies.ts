import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { addHashCandidates } from './copyCandidates.ts';
import { evenAgreement } from './evenAgreement.ts';
import { agreementBesidePatch, isSameBesidePatch } from './overlay.ts';
import { PairKeys } from './pairKeys.ts';
import { CROP_RATIO, usualDistances } from './usualDistances.ts';
import {
  agreement,
  cropped,
  edgeAgreement,
  findCrop,
  isSame,
  likelyCrops,
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
  /** They agree beside a small patch: something was laid upon one of them. */
  readonly isCovered: boolean;
}

/** A pair that is the same picture if that is confirmed on larger pictures. */
export interface PossibleCopy {
  /** The row of the part, and of the picture that it is a part of. */
  readonly part: number;
  readonly whole: number;
  readonly orientation: number;
  /** `WHOLE` where they may be the same as they are; undefined where a patch of one of them is covered. */
  readonly crop: Crop | undefined;
}

export interface CopySearch {
  /** Of each picture, 32 × 32. */
  readonly greys: readonly Uint8Array[];
  /** Of the pictures among each other, by their embeddings; the nearest few are looked at. */
  readonly neighbors: Neighbors;
  /** How alike two pictures must be for one to be looked for as a part of the other; see `CROP_RATIO`. */
  readonly cropRatio?: number | undefined;
  /** Pairs that need no comparison, since it is known what that gives. */
  readonly isKnown?: (pair: PairToCompare) => boolean;
}

/** Two rows that may show the same picture. */
export interface PairToCompare {
  /** The lower row. */
  readonly first: number;
  readonly second: number;
  /** So alike to the encoder that one may be a part of the other, or covered by something. */
  readonly mayBeCrop: boolean;
}

export interface FoundCopies {
  readonly copies: CopyPair[];
  readonly possible: PossibleCopy[];
  /** All that were looked at, known ones too. */
  readonly pairs: PairKeys;
}

const EDGE = 32;
/** The orientation that exchanges left and right. */
const MIRRORED = 1;
const COARSE_EDGE = 8;
/** Edge of the pictures at which pairs that can't be the same are told from others. */
const ROUGH_EDGE = 16;
/** Neighbours of each picture that may be the same one. */
const LOOKED_AT = 10;
/**
 * Correlation of 8 × 8 means, and agreement of edges at 16 × 16, from which on an orientation is worth comparing. Those of
 * copies that nothing covers were never below .93; badges take them down to .7 and .62.
 */
const WORTH_A_LOOK = 0.6;
const ROUGHLY_SAME = 0.6;
/** Neighbours that may be a part of a picture, or the reverse, where they are so close; further away only the nearest one may. */
const CROPS_LOOKED_AT = 3;
const SURELY_CLOSE = 0.6;
/**
 * What a crop agrees in at 16 and at 32 pixels at least, to be confirmed: nearly all that were do, while of photographs of like garments,
 * half of which agree in their edges alone, 2 in 100 do.
 */
const CROP_WORTH_A_LOOK = [
  { edges: 0.65, detail: 0.5, evenly: 0.4 },
  { edges: 0.76, detail: 0.6, evenly: 0.5 },
] as const;
/** First guesses that are drawn at 16 pixels beside all of the picture, and what the edges agree in at 8 pixels for one to be. */
const LIKELY_CROPS = 3;
const CROP_WORTH_A_GUESS = 0.35;
/** Agreement of the edges at 16 pixels with the best first guess, and after the first steps, below which hardly a crop was found. */
const CROP_WORTH_A_STEP = 0.4;
const CROP_WORTH_GOING_ON = 0.55;
/**
 * Of a crop, at the size at which it is confirmed. Crops that were made on purpose reached .81 and .69 or more, other
 * photographs .68 and .44 at the most, and other shots of a scene .76 and .69, but for one that was nearly the same.
 */
export const SAME_CROP: Agreement = { edges: 0.79, detail: 0.68 };
/**
 * Even agreement from which on pictures of 32 pixels that are the same in all their edges are the same, and below which they hardly
 * ever are: between, that is confirmed on larger ones. Copies had .65 and more, but for JPEG of quality 3; of 9,000 pairs of photographs
 * that share a frame or bars, a few had .7.
 */
const SURELY_EVEN = 0.8;
const HARDLY_EVEN = 0.5;
/** The part of a picture that is all of it. */
const WHOLE: Crop = { left: 0, top: 0, width: 1, height: 1 };
/**
 * The same at the size that copies are confirmed at. Of 273 crops that were taken for copies 265 had .51 or more; what a frame or
 * bars alone have in common had .49 at the most.
 */
const CONFIRMED_EVENLY = 0.48;
/**
 * What a crop agrees in at half that size. Crops to .7 and .6 of a photograph had .95, .92 and .8, but for one in ten; of two thousand
 * pairs of others, most of which share a frame or bars, none had as much as this.
 */
const SAME_REDUCED = { edges: 0.9, detail: 0.82, evenly: 0.65 };
/** Edge of the pictures that crops are confirmed on. */
export const CONFIRM_EDGE = 96;
/** Patches are looked for in so many cells a side, on pictures of 32 pixels and on those that they are confirmed on. */
const PATCH_CELLS = [8, 16] as const;
/** Agreement of the edges where a crop was found at 32 pixels, below which finer steps never made it one. */
const WORTH_CONFIRMING = 0.5;
/** How finely a crop is looked for at that size, as shares of the picture. */
export const CONFIRM_STEPS: readonly number[] = [0.012, 0.006, 0.003];

/**
 * Pairs of pictures that are the same one, and pairs that are if `confirmCopy` says so. Those to compare come from the
 * embeddings and, since encoders don't see that a picture was turned, from perceptual hashes.
 *
 * Yields now and then, so that the caller can breathe, with what is done of the hashes, then of the pairs.
 */
export function* findCopies(search: CopySearch): Generator<number, FoundCopies, void> {
  const { greys, isKnown } = search;
  const copies: CopyPair[] = [];
  const possible: PossibleCopy[] = [];
  const pairs = yield* pairsToCompare(search);
  const pictures = reducedPictures(greys);
  for (let i = 0; i < pairs.count; i++) {
    if (i % 500 === 0) yield i / pairs.count;
    const pair = pairs.at(i);
    if (isKnown?.(pair) === true) continue;
    const { copy, possible: unsure } = copyOf(pair, pictures);
    if (copy) copies.push(copy);
    else possible.push(...unsure, ...(pair.mayBeCrop ? cropsOf(pair, pictures) : []));
  }
  return { copies, possible, pairs };
}

/** The copy that two pictures are as they are, turned as they agree best; else how they may be one beside a patch. */
function copyOf(
  { first, second, mayBeCrop }: PairToCompare,
  { coarse, rough, whole }: ReducedPictures,
): { readonly copy: CopyPair | undefined; readonly possible: readonly PossibleCopy[] } {
  let copy: CopyPair | undefined;
  const possible: PossibleCopy[] = [];
  for (const orientation of ORIENTATIONS) {
    const isRoughlySame =
      correlation(coarse, first, second, orientation) >= WORTH_A_LOOK &&
      edgeAgreement(rough(first), oriented(rough(second), orientation)) >= ROUGHLY_SAME;
    // On ground that is all but plain, a badge alone is what they are told from.
    if (!isRoughlySame && !(mayBeCrop && orientation <= MIRRORED)) continue;
    const [a, b] = [whole(first), oriented(whole(second), orientation)];
    const agreed = agreement(a, b);
    if (isSame(agreed)) {
      const evenly = evenAgreement(a, b);
      if (evenly < SURELY_EVEN) {
        if (evenly >= HARDLY_EVEN) possible.push({ part: first, whole: second, orientation, crop: WHOLE });
        continue;
      }
      const found = copyPair(first, second, { orientation, agreed });
      if (copy === undefined || found.agreement > copy.agreement) copy = found;
    } else if (isSameBesidePatch(agreementBesidePatch(a, b, PATCH_CELLS[0]))) {
      possible.push({ part: first, whole: second, orientation, crop: undefined });
    }
  }
  return { copy, possible };
}

/** How either picture may be a part of the other: as they are, or mirrored; other turns of crops are not looked for. */
function cropsOf({ first, second }: PairToCompare, { whole }: ReducedPictures): PossibleCopy[] {
  const [a, b] = [reduced(whole(first)), reduced(whole(second))];
  const possible: PossibleCopy[] = [];
  for (const orientation of [0, MIRRORED]) {
    const [turnedA, turnedB] =
      orientation === 0 ? [a, b] : [a, b].map((sizes) => reduced(oriented(sizes.full, orientation)));
    const [inSecond, inFirst] = [roughCropOf(a, turnedB!), roughCropOf(b, turnedA!)];
    if (inSecond) possible.push({ part: first, whole: second, orientation, crop: inSecond.crop });
    if (inFirst) possible.push({ part: second, whole: first, orientation, crop: inFirst.crop });
  }
  return possible;
}

/** A picture of 32 pixels, and half and a quarter as large. */
interface ReducedSizes {
  readonly full: GreyPicture;
  readonly half: GreyPicture;
  readonly quarter: GreyPicture;
}

function reduced(full: GreyPicture): ReducedSizes {
  const half = halved(full);
  return { full, half, quarter: halved(half) };
}

/** @param part `CONFIRM_EDGE × CONFIRM_EDGE`, as the other */
export function confirmCopy(
  { part, whole, orientation, crop }: PossibleCopy,
  pictures: { readonly part: GreyPicture; readonly whole: GreyPicture },
): CopyPair | undefined {
  const turned = oriented(pictures.whole, orientation);
  if (crop === undefined) {
    const beside = coveredAgreement(pictures.part, turned);
    return beside && copyPair(part, whole, { orientation, agreed: beside, isCovered: true });
  }
  const { agreement: agreed, crop: found } = findCrop(pictures.part, turned, {
    from: crop,
    steps: CONFIRM_STEPS,
    atLeast: WORTH_CONFIRMING,
  });
  const drawn = cropped(turned, found);
  const isPart =
    (isSame(agreed, SAME_CROP) && evenAgreement(pictures.part, drawn) >= CONFIRMED_EVENLY) ||
    isSameReduced(halved(pictures.part), halved(drawn));
  return isPart ? copyPair(part, whole, { orientation, agreed, isCrop: crop !== WHOLE }) : undefined;
}

/** A small part of a picture is blurred where it is drawn as large as the other one: half as large, they are equally sharp. */
function isSameReduced(part: GreyPicture, whole: GreyPicture): boolean {
  return isSame(agreement(part, whole), SAME_REDUCED) && evenAgreement(part, whole) >= SAME_REDUCED.evenly;
}

/**
 * How two pictures agree beside a patch that covers a part of one of them; undefined where they don't.
 *
 * @param first `CONFIRM_EDGE × CONFIRM_EDGE`, as the other
 */
export function coveredAgreement(first: GreyPicture, second: GreyPicture): Agreement | undefined {
  const beside = agreementBesidePatch(first, second, PATCH_CELLS[1]);
  return isSameBesidePatch(beside) && evenAgreement(first, second) >= CONFIRMED_EVENLY ? beside.agreement : undefined;
}

function copyPair(
  a: number,
  b: number,
  found: { readonly orientation: number; readonly agreed: Agreement; isCrop?: boolean; isCovered?: boolean },
): CopyPair {
  const { orientation, agreed, isCrop = false, isCovered = false } = found;
  const [first, second] = a < b ? [a, b] : [b, a];
  return { first, second, orientation, agreement: Math.min(agreed.edges, agreed.detail), isCrop, isCovered };
}

function* pairsToCompare({ greys, neighbors, cropRatio = CROP_RATIO }: CopySearch): Generator<number, PairKeys, void> {
  const pairs = new PairKeys(greys.length);
  yield* addHashCandidates(greys, pairs);
  const usual = usualDistances(neighbors);
  const isCloseEnough = (row: number, other: number, similarity: number, rank: number) => {
    const ratio = (1 - similarity) / Math.max(usual[row]!, usual[other]!);
    return !(ratio > cropRatio) && (rank === 0 || !(ratio > SURELY_CLOSE));
  };
  for (let row = 0; row < neighbors.queries; row++) {
    for (let i = 0; i < Math.min(LOOKED_AT, neighbors.count); i++) {
      const place = row * neighbors.count + i;
      const other = neighbors.rows[place]!;
      if (other < 0) break;
      if (other === row) continue;
      pairs.add(row, other, i < CROPS_LOOKED_AT && isCloseEnough(row, other, neighbors.similarities[place]!, i));
    }
  }
  pairs.settle();
  return pairs;
}

/**
 * The part of a picture that another one may be, worth being confirmed on larger pictures; undefined where there is none.
 *
 * @param part 32 × 32, as the other
 */
export function roughCrop(part: GreyPicture, whole: GreyPicture): ReturnType<typeof findCrop> | undefined {
  return roughCropOf(reduced(part), reduced(whole));
}

function roughCropOf(part: ReducedSizes, whole: ReducedSizes): ReturnType<typeof findCrop> | undefined {
  const guesses = likelyCrops(part.quarter, whole.quarter, LIKELY_CROPS, CROP_WORTH_A_GUESS);
  if (guesses.length === 0) return undefined;
  const rough = findCrop(part.half, whole.half, {
    guesses,
    steps: [0.06, 0.03, 0.015],
    atLeast: CROP_WORTH_A_STEP,
    afterFirst: CROP_WORTH_GOING_ON,
  });
  if (!isWorthALook(rough, part.half, whole.half, CROP_WORTH_A_LOOK[0])) return undefined;
  const found = findCrop(part.full, whole.full, { from: rough.crop, steps: [0.03, 0.015, 0.008] });
  return isWorthALook(found, part.full, whole.full, CROP_WORTH_A_LOOK[1]) ? found : undefined;
}

function isWorthALook(
  found: ReturnType<typeof findCrop>,
  part: GreyPicture,
  whole: GreyPicture,
  limits: (typeof CROP_WORTH_A_LOOK)[number],
): boolean {
  return isSame(found.agreement, limits) && evenAgreement(part, cropped(whole, found.crop)) >= limits.evenly;
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

interface ReducedPictures {
  /** All pictures as 8 × 8 means less their mean, of length 1; one after the other. */
  readonly coarse: Float32Array;
  /** By row: a picture at 16 × 16, and one as it came. */
  readonly rough: (row: number) => GreyPicture;
  readonly whole: (row: number) => GreyPicture;
}

function reducedPictures(greys: readonly Uint8Array[]): ReducedPictures {
  const rough = new Uint8Array(greys.length * ROUGH_EDGE ** 2);
  const coarse = new Float32Array(greys.length * COARSE_EDGE ** 2);
  for (const [row, levels] of greys.entries()) {
    const half = halved({ edge: EDGE, levels: new Float32Array(levels) });
    const means = halved(half).levels;
    for (let i = 0; i < ROUGH_EDGE ** 2; i++) rough[row * ROUGH_EDGE ** 2 + i] = half.levels[i]! + 0.5;
    const mean = means.reduce((sum, level) => sum + level, 0) / means.length;
    let squares = 0;
    for (const level of means) squares += (level - mean) ** 2;
    const length = Math.max(Math.sqrt(squares), Number.EPSILON);
    for (let i = 0; i < means.length; i++) coarse[row * means.length + i] = (means[i]! - mean) / length;
  }
  const size = ROUGH_EDGE ** 2;
  return {
    coarse,
    rough: (row) => ({ edge: ROUGH_EDGE, levels: new Float32Array(rough.subarray(row * size, (row + 1) * size)) }),
    whole: (row) => ({ edge: EDGE, levels: new Float32Array(greys[row]!) }),
  };
}

const coarsePlaces = ORIENTATIONS.map((orientation) => orientedPlaces(COARSE_EDGE, orientation));

function correlation(coarse: Float32Array, first: number, second: number, orientation: number): number {
  const places = coarsePlaces[orientation]!;
  const [a, b] = [first * places.length, second * places.length];
  let sum = 0;
  for (let i = 0; i < places.length; i++) sum += coarse[a + i]! * coarse[b + places[i]!]!;
  return sum;
}
