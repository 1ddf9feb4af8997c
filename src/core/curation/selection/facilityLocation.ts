import type { BetweenBlocks } from '../../evaluation/neighborsByProducts.ts';
import type { HeldMatrix } from '../../linearAlgebra/products.ts';
import { gathered, neighborsAmong } from '../../neighbors/neighborsAmong.ts';
import { RandomStream } from '../../random.ts';
import { GainHeap, type Gain } from './gainHeap.ts';
import { CHOOSING, type SelectionProblem, type SelectionWork, type Selector } from './selection.ts';

/** Rows that are to be represented; of more, so many are drawn, which bounds memory and work. */
const MOST_REPRESENTED = 10_000;
/** Candidates whose gains are worked out at once: at first, and while choosing, when most bounds hold. */
const FIRST_BLOCK = 256;
const BLOCK = 16;
/** Neighbours that tell how far apart rows lie, and rows that are asked. */
const NEIGHBORS = 20;
const ASKED = 1_000;
const [STREAM, ASKED_STREAM] = [0x666c, 0x6673];

/**
 * Rows that represent all others: they maximise Σᵢ maxⱼ exp(−2 (1 − cos(i, j)) / d) over the chosen rows j, how close to every
 * row i its closest chosen one is; d is the mean distance 1 − cos to the 20th neighbour, so that it makes no difference
 * how close together an encoder puts all images, and a row far from all is as good as not represented.
 * The function is submodular, so that taking the row that adds most, again and again, reaches (1 − 1/e) of the best choice
 * or more (G. Nemhauser, L. Wolsey, M. Fisher, Mathematical Programming 14, 1978). What a row adds only shrinks, and is
 * worked out anew only for rows that might be next (M. Minoux, "Accelerated greedy algorithms", 1978), by products in
 * blocks: no matrix of all pairs is held. Of rows that add the same the lowest is taken. Where rows have weights, each term of
 * the sum is multiplied by that of its row.
 *
 * @param seed draws the rows that are to be represented where there are more than `most`, and those that tell d
 */
export function facilityLocation(seed: number, most = MOST_REPRESENTED): Selector {
  return async (problem, work) => {
    if (problem.count === 0) return [];
    const { products, inPhase } = work;
    const steepness = 2 / (await distanceApart(problem, seed, work));
    const { weights } = problem;
    const counting = [...Array(problem.rows).keys()].filter((row) => weights === undefined || weights[row]! > 0);
    const represented = drawnRows(counting, most, new RandomStream(seed, STREAM));
    const held = await products.hold(
      gathered(problem.vectors, problem.dim, represented),
      represented.length,
      problem.dim,
    );
    const own = weights && Float64Array.from(represented, (row) => weights[row]!);
    const coverage = new Coverage(problem, held, steepness, own);
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
          const { row } = await best(heap, chosen.length, coverage, between);
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

/** Takes the row that adds most out of the heap. Early rounds may take a while, in which the work can be stopped. */
async function best(heap: GainHeap, round: number, coverage: Coverage, between: BetweenBlocks): Promise<Gain> {
  for (;;) {
    const block: number[] = [];
    while (heap.size > 0 && block.length < BLOCK && heap.peek()!.round < round) block.push(heap.pop()!.row);
    // The top is up to date: nothing below it can add more.
    if (block.length === 0) return heap.pop()!;
    for (const gain of await coverage.gains(block, round)) heap.push(gain);
    await between(round);
  }
}

/** The mean distance to the 20th neighbour, or to the last one where there are fewer. */
async function distanceApart(problem: SelectionProblem, seed: number, { products, inPhase }: SelectionWork) {
  const { rows } = problem;
  const asked = drawnRows([...Array(rows).keys()], ASKED, new RandomStream(seed, ASKED_STREAM));
  // Each finds itself as well.
  const count = Math.min(NEIGHBORS + 1, rows);
  const { similarities } = await inPhase('Comparing images', asked.length, (between) =>
    neighborsAmong(
      problem,
      asked,
      Uint32Array.from({ length: rows }, (_, row) => row),
      count,
      products,
      between,
    ),
  );
  let sum = 0;
  for (let i = count - 1; i < similarities.length; i += count) sum += 1 - similarities[i]!;
  // Of nothing but copies any distance will do.
  return Math.max(1e-6, sum / asked.length);
}

function drawnRows(rows: number[], most: number, random: RandomStream): Uint32Array {
  return Uint32Array.from(rows.length <= most ? rows : random.shuffled(rows).slice(0, most)).sort();
}

/** How well each row is represented by what is chosen. */
class Coverage {
  readonly #problem: SelectionProblem;
  readonly #represented: HeldMatrix<Float32Array>;
  readonly #steepness: number;
  /** Of each row, how like it its likest chosen one is, and what that counts. */
  readonly #likeness: Float32Array;
  readonly #closeness: Float64Array;
  readonly #weights: Float64Array | undefined;

  constructor(
    problem: SelectionProblem,
    represented: HeldMatrix<Float32Array>,
    steepness: number,
    weights: Float64Array | undefined,
  ) {
    this.#weights = weights;
    this.#problem = problem;
    this.#represented = represented;
    this.#steepness = steepness;
    this.#likeness = new Float32Array(represented.rows).fill(Number.NEGATIVE_INFINITY);
    this.#closeness = new Float64Array(represented.rows);
  }

  async gains(rows: readonly number[], round: number): Promise<Gain[]> {
    const similarities = await this.#similarities(rows);
    const [likeness, closeness, weights] = [this.#likeness, this.#closeness, this.#weights];
    return rows.map((row, place) => {
      const start = place * likeness.length;
      let gain = 0;
      for (let i = 0; i < likeness.length; i++) {
        const similarity = similarities[start + i]!;
        if (similarity <= likeness[i]!) continue;
        const added = this.#closenessAt(similarity) - closeness[i]!;
        gain += weights === undefined ? added : weights[i]! * added;
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
    for (let at = 0; at < likeness.length; at++) this.#closeness[at] = this.#closenessAt(likeness[at]!);
  }

  #closenessAt(similarity: number): number {
    return Math.exp(this.#steepness * (similarity - 1));
  }

  #similarities(rows: readonly number[]): Promise<Float32Array> {
    const { vectors, dim } = this.#problem;
    return this.#represented.timesTransposed(gathered(vectors, dim, Uint32Array.from(rows)), rows.length);
  }
}
