import { averageLinkage, type MergeTree } from '../clustering/averageLinkage.ts';
import { leafOrder } from '../clustering/leafOrder.ts';
import type { UnitVectors } from '../neighbors/allNeighbors.ts';
import { groupMeans, type GroupMeans } from './groupMeans.ts';
import { codeOf, encodeTriangle, similarityOf } from './similarityCodes.ts';

/** Cells by their images: those from `starts[i]` to `starts[i + 1]` of an order. */
export interface CellRuns {
  readonly order: Uint32Array;
  readonly starts: Uint32Array;
}

/** A part of an axis with a name, in cells. */
export interface Band {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Sorts images by a group, those of none last, and within a group by their place in another order. */
export function sortedByGroup(groupOf: Int32Array, places: Uint32Array): Uint32Array {
  const rank = (row: number): number => (groupOf[row]! < 0 ? Infinity : groupOf[row]!);
  return Uint32Array.from(groupOf.keys()).sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? places[a]! - places[b]! : first < second ? -1 : 1;
  });
}

/** Where each row stands in an order. */
export function placesOf(order: ArrayLike<number>): Uint32Array {
  const places = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]!] = place;
  return places;
}

/** A cell for every image. */
export function singleCells(order: Uint32Array): CellRuns {
  return { order, starts: Uint32Array.from({ length: order.length + 1 }, (_, i) => i) };
}

/** A cell for every run of the same group. */
export function groupCells(order: Uint32Array, groupOf: Int32Array): CellRuns {
  const starts = [0];
  for (let place = 1; place < order.length; place++) {
    if (groupOf[order[place]!] !== groupOf[order[place - 1]!]) starts.push(place);
  }
  return { order, starts: Uint32Array.from([...starts, order.length]) };
}

/** Runs of the same group in pieces of about `size` images, as equal as they can be. */
export function chunkedCells(order: Uint32Array, groupOf: Int32Array, size: number): CellRuns {
  const runs = groupCells(order, groupOf).starts;
  const starts: number[] = [];
  for (let run = 0; run + 1 < runs.length; run++) {
    const [start, end] = [runs[run]!, runs[run + 1]!];
    const pieces = Math.max(1, Math.round((end - start) / size));
    for (let piece = 0; piece < pieces; piece++) starts.push(start + Math.floor(((end - start) * piece) / pieces));
  }
  return { order, starts: Uint32Array.from([...starts, order.length]) };
}

/** The group of each cell by most of its images; −1 where most have none. */
export function cellGroups({ order, starts }: CellRuns, groupOf: Int32Array): Int32Array {
  return Int32Array.from({ length: starts.length - 1 }, (_, cell) => {
    const counts = new Map<number, number>();
    let [most, best] = [-1, 0];
    for (let place = starts[cell]!; place < starts[cell + 1]!; place++) {
      const group = groupOf[order[place]!]!;
      const count = (counts.get(group) ?? 0) + 1;
      counts.set(group, count);
      if (count > best) [most, best] = [group, count];
    }
    return most;
  });
}

/** Runs of cells of the same group, under the groups' names. */
export function bandsOf(groups: Int32Array, names: readonly string[]): Band[] {
  const bands: Band[] = [];
  let start = 0;
  for (let cell = 1; cell <= groups.length; cell++) {
    if (cell < groups.length && groups[cell] === groups[start]) continue;
    const name = names[groups[start]!];
    if (name !== undefined) bands.push({ name, start, end: cell });
    start = cell;
  }
  return bands;
}

export interface EncodedCells {
  readonly codes: Uint16Array;
  readonly low: number;
  readonly high: number;
}

/** Means of the blocks that cells make, and the range of colours that shows them. */
export function blockCodes(images: UnitVectors, cells: CellRuns): EncodedCells {
  const { means, groups } = meansOf(images, cells);
  const codes = encodeTriangle(means, groups, [...Array(groups).keys()]);
  return { codes, ...rangeOf(codes) };
}

function meansOf(images: UnitVectors, { order, starts }: CellRuns): GroupMeans {
  const cells = starts.length - 1;
  const cellOf = new Int32Array(images.rows).fill(-1);
  for (let cell = 0; cell < cells; cell++) {
    for (let place = starts[cell]!; place < starts[cell + 1]!; place++) cellOf[order[place]!] = cell;
  }
  return groupMeans(images, cellOf, cells);
}

/** From the 1st percentile to the highest of the values. */
export function rangeOf(codes: Uint16Array): { readonly low: number; readonly high: number } {
  const known = codes.filter((code) => code !== 0).sort();
  if (known.length === 0) return { low: 0, high: 1 };
  return widened(similarityOf(known[Math.floor(0.01 * known.length)]!), similarityOf(known.at(-1)!));
}

/** Colours need some room to tell anything. */
export function widened(low: number, high: number): { readonly low: number; readonly high: number } {
  return high - low < 0.01 ? { low: high - 0.01, high } : { low, high };
}

/** A tree whose leaves are numbered by their places in an order. */
export function drawnTree({ leaves, left, right, similarities }: MergeTree, order: ArrayLike<number>) {
  const places = placesOf(order);
  const drawn = (nodes: Int32Array) => nodes.map((node) => (node < leaves ? places[node]! : node));
  return { left: drawn(left), right: drawn(right), similarities };
}

/** Hierarchical clustering of cells by their mean similarities, each with the weight of its images. */
export function groupTree(images: UnitVectors, cells: CellRuns): { tree: MergeTree; leaves: Int32Array } {
  const { means, groups, sizes } = meansOf(images, cells);
  // Only what lies off the diagonal counts, and there every cell has a mean.
  const tree = averageLinkage(means.slice(), groups, sizes);
  return { tree, leaves: leafOrder(tree, means) };
}

/** One cell for each piece of an order. */
export function joinedRuns(pieces: readonly Uint32Array[]): CellRuns {
  const starts = Uint32Array.from({ length: pieces.length + 1 });
  pieces.forEach((piece, cell) => (starts[cell + 1] = starts[cell]! + piece.length));
  const order = new Uint32Array(starts[pieces.length]!);
  pieces.forEach((piece, cell) => {
    order.set(piece, starts[cell]);
  });
  return { order, starts };
}

/** A triangle's codes, each 1 on the diagonal where a cell is a single image. */
export function imageCodes(similarities: Float32Array, rows: number, order: Uint32Array): Uint16Array {
  const codes = encodeTriangle(similarities, rows, order);
  const one = codeOf(1);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    codes[next] = one;
    next += rows - row;
  }
  return codes;
}
