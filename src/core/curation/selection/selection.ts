import type { BetweenBlocks } from '../../evaluation/neighborsByProducts.ts';
import type { MatrixProducts } from '../../linearAlgebra/products.ts';
import type { UnitVectors } from '../../neighbors/allNeighbors.ts';

export const selectionMethods = ['facility-location', 'k-centre', 'typicality', 'random'] as const;
export type SelectionMethod = (typeof selectionMethods)[number];

/** What some rows are chosen from. */
export interface SelectionProblem extends UnitVectors {
  /** Rows that may be chosen, ascending. */
  readonly candidates: readonly number[];
  /** Rows that are chosen already: others are chosen to go with them. They are no candidates. */
  readonly fixed: readonly number[];
  /** How many to choose; at most the candidates. */
  readonly count: number;
  /** Of each row, what it counts to be represented, from 0 to 1; absent: all count the same. */
  readonly weights?: Float64Array;
}

/** What choosing needs from outside. */
export interface SelectionWork {
  readonly products: MatrixProducts;
  /** Runs a part of the work that is told to the person who waits; `between` is told what is done of the total. */
  readonly inPhase: <T>(name: string, total: number, work: (between: BetweenBlocks) => Promise<T>) => Promise<T>;
}

/** @returns the rows that are chosen, in the order of their use: the first of them are a good choice too */
export type Selector = (problem: SelectionProblem, work: SelectionWork) => Promise<number[]>;

export const CHOOSING = 'Choosing images';
