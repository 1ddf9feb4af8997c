import type { TensorMap } from '../../core/training/parameters.ts';
import type { RunPosition } from './trainingRun.ts';

/** What the values of the best epoch are called in a checkpoint. */
const PREFIX = 'best/';
/** Its score and number there. A checkpoint is older than the metrics of the run where the process was killed. */
export const BEST_RANK = 'bestRank';

/** Keeps the values of the epoch that was best by some measure, through a resumption too. */
export class BestEpoch {
  #state: TensorMap | undefined;
  #epoch: number;
  #score: number;

  constructor({ state }: Pick<RunPosition, 'state'>) {
    const kept = [...state].filter(([name]) => name.startsWith(PREFIX));
    this.#state =
      kept.length === 0 ? undefined : new Map(kept.map(([name, data]) => [name.slice(PREFIX.length), data]));
    const [score = -1, epoch = 0] = this.#state === undefined ? [] : (state.get(BEST_RANK) ?? []);
    this.#score = score;
    this.#epoch = epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get score(): number {
    return this.#score;
  }

  /** Undefined before the first one. */
  get state(): TensorMap | undefined {
    return this.#state;
  }

  /** @param state of which what has a name in `names` is kept: moments are of no use to a result */
  offer(epoch: number, score: number, state: TensorMap, names: ReadonlySet<string>): void {
    // As a checkpoint holds it, so that the same epoch is no better after a resumption.
    if (Math.fround(score) <= Math.fround(this.#score)) return;
    this.#score = score;
    this.#epoch = epoch;
    this.#state = new Map([...state].filter(([name]) => names.has(name)));
  }

  /** Whether so many epochs have passed without a better one; 0: never. */
  isPast(done: number, patience: number): boolean {
    return patience > 0 && this.#state !== undefined && done - this.#epoch >= patience;
  }

  /** For a checkpoint. */
  kept(): TensorMap {
    if (this.#state === undefined) return new Map();
    const values = [...this.#state].map(([name, data]) => [PREFIX + name, data] as const);
    return new Map([...values, [BEST_RANK, Float32Array.of(this.#score, this.#epoch)]]);
  }
}
