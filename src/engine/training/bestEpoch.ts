import type { TensorMap } from '../../core/training/parameters.ts';
import type { RunPosition } from './trainingRun.ts';

/** What the values of the best epoch are called in a checkpoint. */
const PREFIX = 'best/';
/** Its score, number and loss there. A checkpoint is older than the metrics of the run where the process was killed. */
const RANK = 'bestRank';

/** Keeps the values of the epoch that was best by some measure, through a resumption too. */
export class BestEpoch {
  #state: TensorMap | undefined;
  #epoch: number;
  #score: number;
  #loss: number;

  constructor({ state }: Pick<RunPosition, 'state'>) {
    const kept = [...state].filter(([name]) => name.startsWith(PREFIX));
    this.#state =
      kept.length === 0 ? undefined : new Map(kept.map(([name, data]) => [name.slice(PREFIX.length), data]));
    const [score = -1, epoch = 0, loss = NaN] = this.#state === undefined ? [] : (state.get(RANK) ?? []);
    this.#score = score;
    this.#epoch = epoch;
    this.#loss = loss;
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

  /**
   * @param loss where it is known: what was there before the first epoch gives way to what is as good and surer
   * @param state of which what has a name in `names` is kept: moments are of no use to a result
   */
  offer(
    epoch: number,
    { score, loss = NaN }: { readonly score: number; readonly loss?: number },
    state: TensorMap,
    names: ReadonlySet<string>,
  ): void {
    // As a checkpoint holds them, so that the same epoch is no better after a resumption.
    const better = Math.fround(score) - Math.fround(this.#score);
    const isSurer = better === 0 && this.#epoch === 0 && Math.fround(loss) < Math.fround(this.#loss);
    if (!(better > 0 || isSurer)) return;
    this.#score = score;
    this.#epoch = epoch;
    this.#loss = loss;
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
    return new Map([...values, [RANK, Float32Array.of(this.#score, this.#epoch, this.#loss)]]);
  }
}
