import type { TensorMap } from '../../core/training/parameters.ts';
import type { RunPosition } from './trainingRun.ts';

/** What the values of the best epoch are called in a checkpoint. */
const PREFIX = 'best/';

/** Keeps the values of the epoch that was best by some measure, through a resumption too. */
export class BestEpoch {
  #state: TensorMap | undefined;
  #epoch: number;
  #score: number;

  /** @param metric name of the best score among the metrics of the run */
  constructor({ state, metrics }: Pick<RunPosition, 'state' | 'metrics'>, metric: string) {
    const kept = [...state].filter(([name]) => name.startsWith(PREFIX));
    this.#state =
      kept.length === 0 ? undefined : new Map(kept.map(([name, data]) => [name.slice(PREFIX.length), data]));
    this.#epoch = metrics['bestEpoch'] ?? 0;
    this.#score = this.#state === undefined ? -1 : (metrics[metric] ?? -1);
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
    if (score <= this.#score) return;
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
    return new Map([...(this.#state ?? [])].map(([name, data]) => [PREFIX + name, data]));
  }
}
