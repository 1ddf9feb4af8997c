import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';

/** @param work calls `between` with what is done of the total, which rejects with `cancelled` */
export async function inPhase<T>(
  phase: string,
  total: number,
  { signal, report }: JobContext,
  work: (between: (done: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  const meter = new ProgressMeter(report, () => performance.now());
  meter.start(phase, total);
  const result = await work(async (done) => {
    meter.update(done);
    await breathe();
    if (signal.aborted) throw cancelled();
  });
  meter.update(total);
  meter.finish();
  return result;
}
