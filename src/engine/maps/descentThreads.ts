import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { engineStopped, messageOf } from '../../core/errors.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import { emptyLinks, emptyLists, linkUp, type NeighborLists } from '../../core/neighbors/neighborDescent.ts';
import { emptyLeaves } from '../../core/neighbors/projectionTree.ts';
import { shareVectors } from '../../core/neighbors/simdProducts.ts';
import type { JobContext } from '../../core/progress.ts';
import { entryPoint } from '../entryPoints.ts';
import { inPhase } from '../jobs/phase.ts';
import {
  control as at,
  CONTROL_SIZE,
  type DescentStep,
  type DescentWorkerData,
  type StepDone,
} from './descentMessages.ts';

const TREES = 6;
const LEAF_SIZE = 40;
const MOST_ROUNDS = 12;
/** It is done when fewer than this share of the neighbours are new. */
const LEAST_NEW = 0.002;
const MOST_THREADS = 16;
const LOOK_EVERY_MS = 50;

/**
 * The nearest neighbours of all rows, nearly all of them right: in time that grows little faster than the rows, where
 * `allNeighbors` takes the square. The same to the bit on however many threads. Rejects with engine-stopped, or with
 * `cancelled` soon after being told to.
 *
 * @param count below the number of rows
 */
export async function descendOnThreads(
  { vectors, rows, dim }: UnitVectors,
  count: number,
  seed: number,
  threads: number,
  context: JobContext,
): Promise<Neighbors> {
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  const size = { rows, count };
  const data: DescentWorkerData = {
    vectors: shareVectors(vectors, rows, dim),
    ...{ count, seed, leafSize: LEAF_SIZE },
    trees: Array.from({ length: TREES }, () => emptyLeaves(rows, shared)),
    lists: [emptyLists(size, shared), emptyLists(size, shared)],
    links: emptyLinks(size, shared),
    control: new Int32Array(shared(CONTROL_SIZE * Int32Array.BYTES_PER_ELEMENT)),
  };
  const team = new Team(data, Math.max(1, Math.min(threads, MOST_THREADS)));
  try {
    await team.take('Grouping images', TREES, { step: 'trees' }, context);
    await team.take('Comparing images', rows, { step: 'leaves' }, context);
    let from: 0 | 1 = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      linkUp(size, data.lists[from], seed + round, data.links);
      const phase = `Comparing neighbours of neighbours, round ${round + 1}`;
      const came = await team.take(phase, rows, { step: 'round', from }, context);
      from = from === 0 ? 1 : 0;
      if (came < LEAST_NEW * rows * count) break;
    }
    return neighborsOf(data.lists[from], rows, count);
  } finally {
    await team.dispose();
  }
}

function neighborsOf({ neighbors, similarities }: NeighborLists, queries: number, count: number): Neighbors {
  return {
    queries,
    count,
    rows: new Int32Array(neighbors),
    similarities: Float64Array.from(similarities, (value) => (value === -Infinity ? Number.NaN : value)),
  };
}

/** Threads that take one step after another together. */
class Team {
  readonly #control: Int32Array;
  readonly #workers: readonly Worker[];
  #failure: Error | undefined;
  #answered: ((came: number) => void) | undefined;

  constructor(data: DescentWorkerData, threads: number) {
    this.#control = data.control;
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(entryPoint('descentWorker'), { workerData: data });
      worker.on('error', (error) => {
        this.#failure = engineStopped(messageOf(error));
      });
      worker.on('exit', () => {
        this.#failure ??= engineStopped('a thread that looks for neighbours ended');
      });
      worker.on('message', ({ came }: StepDone) => {
        this.#answered?.(came);
      });
      return worker;
    });
  }

  /** @returns neighbours that have come */
  take(phase: string, total: number, step: DescentStep, context: JobContext): Promise<number> {
    return inPhase(phase, total, context, async (between) => {
      Atomics.store(this.#control, at.next, 0);
      Atomics.store(this.#control, at.done, 0);
      let [answers, sum] = [0, 0];
      this.#answered = (came) => {
        answers++;
        sum += came;
      };
      for (const worker of this.#workers) worker.postMessage(step);
      while (answers < this.#workers.length) {
        if (this.#failure) throw this.#failure;
        await sleep(LOOK_EVERY_MS);
        await between(Math.min(total, Atomics.load(this.#control, at.done)));
      }
      return sum;
    });
  }

  async dispose(): Promise<void> {
    Atomics.store(this.#control, at.stop, 1);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
