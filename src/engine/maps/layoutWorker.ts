import { workerData } from 'node:worker_threads';
import { advancePoints } from '../../core/projection/layout.ts';
import { CHUNK, control as at, type LayoutWorkerData } from './layoutMessages.ts';

/**
 * A thread that moves points, together with others: within an epoch they share out chunks, as who moves a point makes no
 * difference to where it goes; between epochs they wait for each other.
 */

const { plan, even, odd, control, threads } = workerData as LayoutWorkerData;

for (let epoch = 0; epoch < plan.epochs && Atomics.load(control, at.stopped) === 0; epoch++) {
  const [from, to] = epoch % 2 === 0 ? [even, odd] : [odd, even];
  for (;;) {
    const start = Atomics.add(control, at.nextChunk, 1) * CHUNK;
    if (start >= plan.moving) break;
    advancePoints(plan, epoch, start, Math.min(start + CHUNK, plan.moving), from, to);
  }
  if (Atomics.add(control, at.arrived, 1) === threads - 1) {
    // The last one opens the next epoch, and decides for all whether there is one.
    Atomics.store(control, at.nextChunk, 0);
    Atomics.store(control, at.arrived, 0);
    Atomics.store(control, at.stopped, Atomics.load(control, at.stop));
    Atomics.store(control, at.epochs, epoch + 1);
    Atomics.notify(control, at.epochs);
  } else {
    Atomics.wait(control, at.epochs, epoch);
  }
}
