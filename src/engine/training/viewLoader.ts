import { Worker } from 'node:worker_threads';
import { engineStopped, messageOf } from '../../core/errors.ts';
import { entryPoint } from '../entryPoints.ts';
import type { ViewRequest, ViewResponse, ViewWorkerData } from './viewMessages.ts';

/** A batch to be made: which pictures, in which epoch. */
export interface BatchPlan {
  readonly epoch: number;
  readonly samples: Uint32Array;
}

export interface ViewBatch {
  /** `[viewsPerImage · samples, 3, height, width]`; hand it back with `recycle`. */
  readonly views: Float32Array<ArrayBuffer>;
  /** What it took to make. */
  readonly milliseconds: number;
}

interface Pending {
  readonly resolve: (batch: ViewBatch) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes batches of views on threads of their own, ahead of the trainer. Which thread makes which batch changes nothing:
 * the views depend on the plan alone.
 */
export class ViewLoader {
  readonly #workers: Worker[];
  readonly #pending = new Map<number, Pending>();
  readonly #memory: ArrayBuffer[] = [];
  #next = 0;
  #failure: Error | undefined;

  constructor(data: ViewWorkerData, threads: number) {
    this.#workers = Array.from({ length: threads }, () => this.#start(data));
  }

  /** Batches that should be asked for ahead, so that no thread waits. */
  get depth(): number {
    return this.#workers.length + 1;
  }

  load({ epoch, samples }: BatchPlan): Promise<ViewBatch> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#next++;
    const memory = this.#memory.pop();
    const request: ViewRequest = { id, epoch, samples, memory };
    this.#workers[id % this.#workers.length]!.postMessage(request, memory === undefined ? [] : [memory]);
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** Gives memory back for a later batch. */
  recycle(memory: ArrayBuffer): void {
    if (memory.byteLength > 0 && this.#memory.length <= this.depth) this.#memory.push(memory);
  }

  async dispose(): Promise<void> {
    this.#fail(engineStopped('the run ended'));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(data: ViewWorkerData): Worker {
    const worker = new Worker(entryPoint('viewWorker'), { workerData: data });
    worker.on('message', (response: ViewResponse) => {
      const pending = this.#pending.get(response.id);
      this.#pending.delete(response.id);
      if ('error' in response) pending?.reject(new Error(response.error));
      else pending?.resolve(response);
    });
    worker.on('error', (error) => {
      this.#fail(engineStopped(messageOf(error)));
    });
    worker.on('exit', () => {
      this.#fail(engineStopped('a thread that augments images ended'));
    });
    return worker;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}
