import { RandomStream } from '../random.ts';
import type { DescentData } from './neighborDescent.ts';

/** Rows in small groups whose members are likely to be alike. */
export interface Leaves {
  /** All rows, those of a leaf side by side. */
  readonly order: Int32Array;
  /** Per row: where its leaf begins and ends in the order. */
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
}

const STREAM = 0x7470;

/** @param memory gives bytes, which threads may share */
export function emptyLeaves(rows: number, memory: (bytes: number) => ArrayBufferLike): Leaves {
  return {
    order: new Int32Array(memory(4 * rows)),
    begins: new Uint32Array(memory(4 * rows)),
    ends: new Uint32Array(memory(4 * rows)),
  };
}

/**
 * Splits rows in two again and again, each time by which of two rows drawn at random they are more similar to, until no group
 * has more than `leafSize`. S. Dasgupta, Y. Freund, "Random projection trees and low dimensional manifolds", STOC 2008;
 * the split by two rows is that of pynndescent.
 *
 * @param tree its number: another number is another tree
 * @param leaves filled
 */
export function growTree(
  { rows, similarity }: Pick<DescentData, 'rows' | 'similarity'>,
  leafSize: number,
  seed: number,
  tree: number,
  { order, begins, ends }: Leaves,
): void {
  const random = new RandomStream(seed, STREAM + tree);
  for (let row = 0; row < rows; row++) order[row] = row;
  const sides = new Float32Array(rows);
  const waiting: (readonly [start: number, end: number])[] = [[0, rows]];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    const [start, end] = group;
    if (end - start <= leafSize) {
      for (let place = start; place < end; place++) {
        begins[order[place]!] = start;
        ends[order[place]!] = end;
      }
      continue;
    }
    const draw = () => order[start + Math.min(end - start - 1, Math.floor(random.uniform() * (end - start)))]!;
    const [one, two] = [draw(), draw()];
    for (let place = start; place < end; place++) {
      const row = order[place]!;
      sides[row] = similarity(row, one) - similarity(row, two);
    }
    const middle = partition(order, sides, start, end);
    waiting.push([middle, end], [start, middle]);
  }
}

/** Rows of one side come first; where one side is (nearly) empty, as with copies, the group is halved as it lies. */
function partition(order: Int32Array, sides: Float32Array, start: number, end: number): number {
  let low = start;
  let high = end;
  while (low < high) {
    if (sides[order[low]!]! > 0) low++;
    else {
      high--;
      [order[low], order[high]] = [order[high]!, order[low]!];
    }
  }
  const isUneven = low - start < (end - start) / 50 || end - low < (end - start) / 50;
  return isUneven ? start + ((end - start) >> 1) : low;
}
