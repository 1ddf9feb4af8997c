import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { IndexStore } from '../store/indexStore.ts';

const TTL_MS = 10_000;
const RENEW_MS = 2_000;
const RETRY_MS = 300;

/**
 * Runs `work` while holding a named lease of the index, so that two processes don't compute the same thing twice.
 * Waits for the present holder, saying so; a holder that died loses the lease at once on this machine, and within ten
 * seconds on another.
 */
export async function withLease<T>(
  store: IndexStore,
  name: string,
  context: JobContext,
  work: () => Promise<T>,
): Promise<T> {
  const owner = randomUUID();
  for (;;) {
    if (context.signal.aborted) throw cancelled();
    const holder = store.acquireLease(name, owner, TTL_MS);
    if (holder === undefined) break;
    const phase = `Waiting for process ${holder.pid} on ${holder.host}, which is indexing this folder`;
    context.report({ phase, done: 0, total: undefined, rate: 0, secondsLeft: undefined });
    await sleep(RETRY_MS);
  }
  const renewal = setInterval(() => {
    try {
      store.acquireLease(name, owner, TTL_MS);
    } catch {
      // A busy or full index shows itself in the work; losing the lease costs double work, never data.
    }
  }, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    try {
      store.releaseLease(name, owner);
    } catch {
      // The work's own outcome matters more, and the lease expires by itself.
    }
  }
}
