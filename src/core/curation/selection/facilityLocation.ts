import type { HeldMatrix } from '../../linearAlgebra/products.ts';
import { gathered } from '../../neighbors/neighborsAmong.ts';
import { RandomStream } from '../../random.ts';
import { GainHeap, type Gain } from './gainHeap.ts';
import { CHOOSING, type SelectionProblem, type Selector } from './selection.ts';

/** Rows that are to be represented; of more, so many are drawn, which bounds memory and work. */
const MOST_REPRESENTED = 20_000;
/** Candidates whose gains are worked out at once: at first, and while choosing, when most bounds hold. */
const FIRST_BLOCK = 256;
const BLOCK = 16;
const STREAM = 0x666c;

/**
 * Rows that represent all others: they maximise Σᵢ max(0, maxⱼ cos(i, j)), how like its likest chosen row j every row i is.
 * The function is submodular, so that taking the row that adds most, again and again, reaches (1 − 1/e) of the best choice
 * or more (G. Nemhauser, L. Wolsey, M. Fisher, Mathematical Programming 14, 1978). What a row adds only shrinks, and is
 * worked out anew only for rows that might be next (M. Minoux, "Accelerated greedy algorithms", 1978), by products in
 * blocks: no matrix of all pairs is held. Of rows that add the same the lowest is taken.
 *
 * @param seed draws the rows that are to be represented where there are more than `most`
 */
export function facilityLocation(seed: number, most = MOST_REPRESENTED): Selector {
  return async (problem, { products, inPhase }) => {
    if (problem.count === 0) return [];
    const represented = representedRows(problem.rows, seed, most);
    const held = await products.hold(
      gathered(problem.vectors, problem.dim, represented),
      represented.length,
      problem.dim,
    );
    const coverage = new Coverage(problem, held);
    const { candidates, fixed, count } = problem;
    try {
      for (let start = 0; start < fixed.length; start += FIRST_BLOCK) {
        await coverage.admit(fixed.slice(start, start + FIRST_BLOCK));
      }
      const heap = new GainHeap();
      await inPhase('Comparing images', candidates.length, async (between) => {
        for (let start = 0; start < candidates.length; start += FIRST_BLOCK) {
          const block = candidates.slice(start, start + FIRST_BLOCK);
          for (const gain of await coverage.gains(block, 0)) heap.push(gain);
          await between(start + block.length);
        }
      });
      return await inPhase(CHOOSING, count, async (between) => {
        const chosen: number[] = [];
        while (chosen.length < count) {
          const { row } = await best(heap, chosen.length, coverage);
          chosen.push(row);
          await coverage.admit([row]);
          await between(chosen.length);
        }
        return chosen;
      });
    } finally {
      await held.release();
    }
  };
}

/** Takes the row that adds most out of the heap. */
async function best(heap: GainHeap, round: number, coverage: Coverage): Promise<Gain> {
  for (;;) {
    const block: number[] = [];
    while (heap.size > 0 && block.length < BLOCK && heap.peek()!.round < round) block.push(heap.pop()!.row);
    // The top is up to date: nothing below it can add more.
    if (block.length === 0) return heap.pop()!;
    for (const gain of await coverage.gains(block, round)) heap.push(gain);
  }
}

function representedRows(rows: number, seed: number, most: number): Uint32Array {
  const all = [...Array(rows).keys()];
  return Uint32Array.from(rows <= most ? all : new RandomStream(seed, STREAM).shuffled(all).slice(0, most)).sort();
}

/** How well each row is represented by what is chosen. */
class Coverage {
  readonly #problem: SelectionProblem;
  readonly #represented: HeldMatrix<Float32Array>;
  readonly #likeness: Float32Array;

  constructor(problem: SelectionProblem, represented: HeldMatrix<Float32Array>) {
    this.#problem = problem;
    this.#represented = represented;
    this.#likeness = new Float32Array(represented.rows);
  }

  async gains(rows: readonly number[], round: number): Promise<Gain[]> {
    const similarities = await this.#similarities(rows);
    const likeness = this.#likeness;
    return rows.map((row, place) => {
      const start = place * likeness.length;
      let gain = 0;
      for (let i = 0; i < likeness.length; i++) {
        const more = similarities[start + i]! - likeness[i]!;
        if (more > 0) gain += more;
      }
      return { row, gain, round };
    });
  }

  async admit(rows: readonly number[]): Promise<void> {
    const similarities = await this.#similarities(rows);
    const likeness = this.#likeness;
    for (let i = 0; i < similarities.length; i++) {
      const at = i % likeness.length;
      if (similarities[i]! > likeness[at]!) likeness[at] = similarities[i]!;
    }
  }

  #similarities(rows: readonly number[]): Promise<Float32Array> {
    const { vectors, dim } = this.#problem;
    return this.#represented.timesTransposed(gathered(vectors, dim, Uint32Array.from(rows)), rows.length);
  }
}
