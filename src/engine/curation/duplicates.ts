import {
  confirmCopy,
  findCopies,
  type CopyPair,
  type FoundCopies,
  type PairToCompare,
} from '../../core/curation/copies.ts';
import type { RowPair } from '../../core/curation/groups.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { inPhase } from '../jobs/phase.ts';
import type { ContentStore } from '../decisions/formerContents.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { readPairDecisions } from '../training/pairDecisions.ts';
import type { KnownImages } from './curatedImages.ts';
import { joinEqualPixels, maybeEqualRows } from './equalPixels.ts';
import { KnownPairs, pairKeyOf, type KnownCopy } from './knownPairs.ts';
import { ThumbnailPictures } from './pictures.ts';

/** Which images are the same. */
export interface Duplicates {
  /** A number per image, equal for files of the same bytes or the same pixels: the lowest row of them. */
  readonly sameAs: Int32Array;
  /** Rows that have other bytes than the row they are the same as, but its pixels. */
  readonly byPixels: ReadonlySet<number>;
  /** Edited copies; rows are those that `sameAs` gives. */
  readonly copies: readonly CopyPair[];
  /** Pairs that a person said are different. */
  readonly apart: (first: number, second: number) => boolean;
  /** Pairs that a person said are the same, and meant to be there. */
  readonly meant: (first: number, second: number) => boolean;
  /** The same pairs, of rows as they are. */
  readonly joined: readonly RowPair[];
  /** What was found out about all pairs that were compared, for the next time. */
  readonly known: KnownPairs;
}

export interface DuplicateOptions {
  /** What pairs need not be compared for. */
  readonly known?: KnownPairs;
  /** As of `CopySearch`. */
  readonly cropRatio?: number | undefined;
}

type DuplicateStore = Pick<IndexStore, 'readThumbnails' | 'readGreys'> & ContentStore;

/** Rejects with `cancelled` or the codes of the store. */
export async function findDuplicates(
  images: KnownImages,
  neighbors: Neighbors,
  store: DuplicateStore,
  context: JobContext,
  { known = new KnownPairs(), cropRatio }: DuplicateOptions = {},
): Promise<Duplicates> {
  const sameAs = sameBytes(images);
  const representatives = [...sameAs.keys()].filter((row) => sameAs[row] === row);
  const greys = store.readGreys();
  const greyOf = (row: number) => greys.get(images.contentKeys[row]!);
  const rows = representatives.filter((row) => greyOf(row));
  const keyOf = ({ first, second, mayBeCrop }: PairToCompare) =>
    pairKeyOf(images.contentKeys, { first: rows[first]!, second: rows[second]!, mayBeCrop });
  const isKnown = (pair: PairToCompare) => known.find(keyOf(pair)) !== undefined;
  const search = { greyOf, neighbors, sameAs, isKnown, cropRatio };
  const { copies: found, possible, pairs } = await searchCopies(rows, search, context);
  const thumbnails = new ThumbnailPictures(store);
  const copies = [...found];
  await inPhase('Confirming copies', possible.length, context, async (between) => {
    for (const [done, candidate] of possible.entries()) {
      const [part, whole] = await Promise.all(
        [candidate.part, candidate.whole].map((row) => thumbnails.read(images.paths[row]!)),
      );
      const pair = part && whole && confirmCopy(candidate, { part, whole });
      if (pair) copies.push(pair);
      await between(done + 1);
    }
  });
  // A pair may have been confirmed in several ways: the best is the last to be set.
  copies.sort((a, b) => a.agreement - b.agreement);
  const copyOf = new Map(copies.map((copy) => [rowsKey(images, copy), copy]));
  const rejected = new Float64Array(pairs.count).fill(Number.NaN);
  const same: KnownSame[] = [];
  for (let i = 0; i < pairs.count; i++) {
    const pair = pairs.at(i);
    const key = keyOf(pair);
    const between = { first: rows[pair.first]!, second: rows[pair.second]! };
    const before = known.find(key);
    const copy = before ? { ...between, ...before } : copyOf.get(rowsKey(images, between));
    if (copy) same.push({ key, copy });
    else rejected[i] = key;
  }
  const { apart, meant, joined } = await decidedPairs(images, store);
  const maybeEqual = maybeEqualRows(
    images,
    same.map(({ copy }) => copy),
    rows,
    (row) => greyOf(row)!,
  );
  const before = { root: store.root, known: known.pixels };
  const { byPixels, pixels } = await joinEqualPixels(images, maybeEqual, sameAs, before, context);
  const distinct = same
    .map(({ copy: { first, second, orientation, agreement, isCrop, isCovered } }) => ({
      ...{ first: sameAs[first]!, second: sameAs[second]! },
      ...{ orientation, agreement, isCrop, isCovered },
    }))
    .filter(({ first, second }) => first !== second && !apart(first, second));
  return { sameAs, byPixels, copies: distinct, apart, meant, joined, known: remembered(rejected, same, pixels) };
}

/** A copy with what is remembered of it. */
interface KnownSame {
  readonly key: number;
  readonly copy: CopyPair;
}

function remembered(
  rejected: Float64Array,
  same: readonly KnownSame[],
  pixels: ReadonlyMap<number, string>,
): KnownPairs {
  const copies = same
    .filter(({ key }) => !Number.isNaN(key))
    .map(({ key, copy: { orientation, agreement, isCrop, isCovered } }): [number, KnownCopy] => [
      key,
      { orientation, agreement, isCrop, isCovered },
    ]);
  return new KnownPairs(
    rejected.filter((key) => !Number.isNaN(key)),
    new Map(copies),
    pixels,
  );
}

function rowsKey({ rows }: KnownImages, { first, second }: Pick<CopyPair, 'first' | 'second'>): number {
  return first * rows + second;
}

async function decidedPairs(
  images: KnownImages,
  store: ContentStore,
): Promise<Pick<Duplicates, 'apart' | 'meant' | 'joined'>> {
  const pairs = await readPairDecisions(store.root, images.paths, store);
  const asked = (wanted: (typeof pairs)[number]['kind']): Duplicates['apart'] => {
    const named = new Set(
      pairs
        .filter(({ kind }) => kind === wanted)
        .flatMap(({ first, second }) => [`${first} ${second}`, `${second} ${first}`]),
    );
    return (first, second) => named.has(`${first} ${second}`);
  };
  return { apart: asked('different'), meant: asked('same'), joined: pairs.filter(({ kind }) => kind === 'same') };
}

function sameBytes({ contentKeys }: KnownImages): Int32Array {
  const first = new Map<number, number>();
  return Int32Array.from(contentKeys, (key, row) => {
    if (!first.has(key)) first.set(key, row);
    return first.get(key)!;
  });
}

interface PictureSearch {
  readonly greyOf: (row: number) => Uint8Array | undefined;
  readonly neighbors: Neighbors;
  readonly sameAs: Int32Array;
  /** Of places among the rows that are compared. */
  readonly isKnown: (pair: PairToCompare) => boolean;
  readonly cropRatio: number | undefined;
}

/** @param rows one of each content, which have been measured; a row that stands for others is their neighbour as well */
function searchCopies(
  rows: readonly number[],
  { greyOf, neighbors, sameAs, isKnown, cropRatio }: PictureSearch,
  context: JobContext,
): Promise<FoundCopies> {
  const placeOf = new Map(rows.map((row, place) => [row, place]));
  const { count } = neighbors;
  const among: Neighbors = {
    queries: rows.length,
    count,
    rows: new Int32Array(rows.length * count).fill(-1),
    similarities: new Float64Array(rows.length * count).fill(Number.NaN),
  };
  rows.forEach((row, place) => {
    const seen = new Set([place]);
    for (let i = 0; i < count; i++) {
      const other = neighbors.rows[row * count + i]!;
      const otherPlace = other < 0 ? undefined : placeOf.get(sameAs[other]!);
      if (otherPlace === undefined || seen.has(otherPlace)) continue;
      const at = place * count + seen.size - 1;
      among.rows[at] = otherPlace;
      among.similarities[at] = neighbors.similarities[row * count + i]!;
      seen.add(otherPlace);
    }
  });
  return inPhase('Comparing pictures', rows.length, context, async (between) => {
    const search = findCopies({ greys: rows.map((row) => greyOf(row)!), neighbors: among, isKnown, cropRatio });
    for (let step = search.next(); ; step = search.next()) {
      if (step.done !== true) {
        await between(Math.round(step.value * rows.length));
        continue;
      }
      const { copies, possible, pairs } = step.value;
      return {
        copies: copies.map((pair) => ({ ...pair, first: rows[pair.first]!, second: rows[pair.second]! })),
        possible: possible.map((pair) => ({ ...pair, part: rows[pair.part]!, whole: rows[pair.whole]! })),
        pairs,
      };
    }
  });
}
