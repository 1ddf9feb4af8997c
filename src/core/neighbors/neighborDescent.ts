/**
 * Nearest neighbours of every row, approximately: nearest-neighbour descent. W. Dong, C. Moses, K. Li, "Efficient k-nearest
 * neighbor graph construction for generic similarity measures", WWW 2011: whoever is near a neighbour of mine is likely to be
 * near me. It begins from random projection trees, as pynndescent does.
 *
 * Here every row looks for itself: it reads the lists as they were after the last round and writes its own only. So threads
 * share the rows out without locks, and the outcome is the same to the bit on however many.
 */
import type { Leaves } from './projectionTree.ts';

export interface DescentData {
  readonly rows: number;
  /** Neighbours that are looked for. */
  readonly count: number;
  /** The same for both orders; in float32. */
  readonly similarity: (row: number, other: number) => number;
}

/** `rows × count` each: the most similar first, −1 and −∞ after the last. */
export interface NeighborLists {
  readonly neighbors: Int32Array;
  readonly similarities: Float32Array;
  /** 1 where a neighbour has come in the last round. */
  readonly isNew: Uint8Array;
}

/** Rows by which another one looks for neighbours: its own neighbours, and some of those that have it as theirs. */
export interface Links {
  /** `rows × width`; −1 after the last. */
  readonly rows: Int32Array;
  /** 1 where the link is new. */
  readonly isNew: Uint8Array;
  readonly width: number;
}

/** Rows that have a row among their neighbours, of which so many are followed back. */
const MOST_BACK = 10;

const MIX = 0x9e37_79b9;

/** @param memory gives bytes, which threads may share */
export function emptyLists(
  { rows, count }: Pick<DescentData, 'rows' | 'count'>,
  memory: (bytes: number) => ArrayBufferLike,
): NeighborLists {
  return {
    neighbors: new Int32Array(memory(4 * rows * count)).fill(-1),
    similarities: new Float32Array(memory(4 * rows * count)).fill(-Infinity),
    isNew: new Uint8Array(memory(rows * count)),
  };
}

/** @param memory as above */
export function emptyLinks(
  { rows, count }: Pick<DescentData, 'rows' | 'count'>,
  memory: (bytes: number) => ArrayBufferLike,
): Links {
  const width = count + MOST_BACK;
  return { rows: new Int32Array(memory(4 * rows * width)), isNew: new Uint8Array(memory(rows * width)), width };
}

/** Which rows a row has looked at, for one row after another without clearing anything. */
export class Seen {
  readonly #stamps: Uint32Array;
  #stamp = 0;

  constructor(rows: number) {
    this.#stamps = new Uint32Array(rows);
  }

  begin(): void {
    this.#stamp++;
  }

  /** @returns whether it is the first time */
  add(row: number): boolean {
    if (this.#stamps[row] === this.#stamp) return false;
    this.#stamps[row] = this.#stamp;
    return true;
  }
}

/** Each of the rows `start` to `end` of the first tree's order meets all that share a leaf with it. */
export function meetInLeaves(
  data: DescentData,
  trees: readonly Leaves[],
  lists: NeighborLists,
  seen: Seen,
  start: number,
  end: number,
): void {
  for (let place = start; place < end; place++) {
    const row = trees[0]!.order[place]!;
    seen.begin();
    seen.add(row);
    for (const { order, begins, ends } of trees) {
      for (let other = begins[row]!; other < ends[row]!; other++) {
        const candidate = order[other]!;
        if (seen.add(candidate)) insert(data, lists, row, candidate, data.similarity(row, candidate));
      }
    }
  }
}

/**
 * Each of the rows `start` to `end` of an order meets the links of its links, where one of both is new.
 *
 * @param order of rows, in which those that are alike lie side by side, so that they are in the cache
 * @param from as they were after the last round
 * @param to takes the lists of these rows
 * @returns how many neighbours have come
 */
export function meetThroughLinks(
  data: DescentData,
  links: Links,
  order: Int32Array,
  from: NeighborLists,
  to: NeighborLists,
  seen: Seen,
  start: number,
  end: number,
): number {
  const { count } = data;
  const { width } = links;
  let came = 0;
  for (let place = start; place < end; place++) {
    const row = order[place]!;
    seen.begin();
    seen.add(row);
    for (let i = row * count; i < (row + 1) * count; i++) {
      const neighbor = from.neighbors[i]!;
      to.neighbors[i] = neighbor;
      to.similarities[i] = from.similarities[i]!;
      to.isNew[i] = 0;
      if (neighbor >= 0) seen.add(neighbor);
    }
    for (let i = row * width; i < (row + 1) * width; i++) {
      const link = links.rows[i]!;
      if (link < 0) break;
      const isNew = links.isNew[i] === 1;
      // A row that has this one among its neighbours is a candidate itself.
      if (isNew && seen.add(link)) came += insert(data, to, row, link, data.similarity(row, link));
      for (let j = link * width; j < (link + 1) * width; j++) {
        const candidate = links.rows[j]!;
        if (candidate < 0) break;
        if (!isNew && links.isNew[j] === 0) continue;
        if (seen.add(candidate)) came += insert(data, to, row, candidate, data.similarity(row, candidate));
      }
    }
  }
  return came;
}

/**
 * The links of all rows for the next round. Of those that have a row as theirs, the seed draws which are followed.
 *
 * @param links filled
 */
export function linkUp(
  { rows, count }: Pick<DescentData, 'rows' | 'count'>,
  lists: NeighborLists,
  seed: number,
  links: Links,
): void {
  const { width } = links;
  links.rows.fill(-1);
  const sizes = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let rank = 0; rank < count; rank++) {
      const neighbor = lists.neighbors[row * count + rank]!;
      if (neighbor < 0) break;
      links.rows[row * width + rank] = neighbor;
      links.isNew[row * width + rank] = lists.isNew[row * count + rank]!;
      sizes[row]!++;
    }
  }
  const back = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let i = row * count; i < (row + 1) * count; i++) {
      const neighbor = lists.neighbors[i]!;
      if (neighbor < 0) break;
      // Reservoir sampling (R): all that come have the same chance to stay.
      const earlier = back[neighbor]!++;
      let place = earlier;
      if (earlier >= MOST_BACK) place = mixed(Math.imul(i + 1, MIX) ^ mixed(seed ^ earlier)) % (earlier + 1);
      if (place >= MOST_BACK) continue;
      const at = neighbor * width + sizes[neighbor]! + place;
      links.rows[at] = row;
      links.isNew[at] = lists.isNew[i]!;
    }
  }
}

/** @returns 1 where the candidate is now among the neighbours */
function insert({ count }: DescentData, lists: NeighborLists, row: number, candidate: number, score: number): number {
  const { neighbors, similarities, isNew } = lists;
  const first = row * count;
  let place = first + count - 1;
  if (!isBefore(score, candidate, similarities[place]!, neighbors[place]!)) return 0;
  for (; place > first && isBefore(score, candidate, similarities[place - 1]!, neighbors[place - 1]!); place--) {
    similarities[place] = similarities[place - 1]!;
    neighbors[place] = neighbors[place - 1]!;
    isNew[place] = isNew[place - 1]!;
  }
  similarities[place] = score;
  neighbors[place] = candidate;
  isNew[place] = 1;
  return 1;
}

/** Equal similarities come in the order of the rows. */
function isBefore(score: number, row: number, otherScore: number, otherRow: number): boolean {
  return score > otherScore || (score === otherScore && row < otherRow);
}

/** A hash of 32 bits, from 0; the constants are those of C. Wellons' search for the least bias, "lowbias32". */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb_352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846c_a68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
