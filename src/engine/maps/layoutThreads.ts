import { Worker } from 'node:worker_threads';
import { cancelled, engineStopped, messageOf } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { LayoutPlan } from '../../core/projection/layout.ts';
import { entryPoint } from '../entryPoints.ts';
import type { WatchPoints } from './mapLayout.ts';
import { CHUNK, control as at, CONTROL_SIZE, type LayoutWorkerData } from './layoutMessages.ts';

/** More threads than that spend their time waiting for each other. */
const MOST_THREADS = 16;
/** A thread has to have something to do in every epoch. */
const CHUNKS_PER_THREAD = 4;
const LOOK_EVERY_MS = 50;

/**
 * Moves points through all epochs on threads of their own: the same positions to the bit on however many. Rejects with
 * `cancelled` within an epoch of being told to, or with engine-stopped.
 *
 * @param start positions of all points; not changed
 * @param watch may look at the points whenever it likes: those of the last epoch, or of the one after where it is quicker
 */
export async function layOutOnThreads(
  plan: LayoutPlan,
  start: Float32Array,
  threads: number,
  { signal, report }: JobContext,
  watch?: WatchPoints,
): Promise<Float32Array> {
  if (signal.aborted) throw cancelled();
  const chunks = Math.ceil(plan.moving / CHUNK);
  const count = Math.max(1, Math.min(threads, MOST_THREADS, Math.floor(chunks / CHUNKS_PER_THREAD)));
  const data: LayoutWorkerData = {
    plan: {
      ...plan,
      attraction: shared(plan.attraction),
      repulsion: shared(plan.repulsion),
      offsets: shared(plan.offsets),
      targets: shared(plan.targets),
      rates: shared(plan.rates),
    },
    even: shared(start),
    odd: shared(start),
    control: new Int32Array(new SharedArrayBuffer(CONTROL_SIZE * Int32Array.BYTES_PER_ELEMENT)),
    threads: count,
  };
  const { control } = data;
  watch?.(() => new Float32Array(Atomics.load(control, at.epochs) % 2 === 0 ? data.even : data.odd));
  const stop = () => {
    Atomics.store(control, at.stop, 1);
  };
  // Told as images, like all that is going on: each epoch is worth the same share of them.
  const meter = new ProgressMeter(report, () => performance.now());
  meter.start('Laying out', plan.moving);
  const look = setInterval(() => {
    meter.update(Math.floor((plan.moving * Atomics.load(control, at.epochs)) / plan.epochs));
  }, LOOK_EVERY_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await finished(Array.from({ length: count }, () => new Worker(entryPoint('layoutWorker'), { workerData: data })));
  } finally {
    clearInterval(look);
    signal.removeEventListener('abort', stop);
  }
  if (Atomics.load(control, at.epochs) < plan.epochs) throw cancelled();
  meter.update(plan.moving);
  meter.finish();
  return new Float32Array(plan.epochs % 2 === 0 ? data.even : data.odd);
}

/** When all threads have ended; if one fails, the others, who would wait for it, are ended too. */
async function finished(workers: readonly Worker[]): Promise<void> {
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.on('error', (error) => {
              reject(engineStopped(messageOf(error)));
            });
            worker.on('exit', (code) => {
              if (code === 0) resolve();
              else reject(engineStopped('a thread that lays out the map ended'));
            });
          }),
      ),
    );
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
}

function shared<Values extends Float32Array | Uint32Array>(values: Values): Values {
  const Type = values.constructor as new (buffer: ArrayBufferLike) => Values;
  const copy = new Type(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
