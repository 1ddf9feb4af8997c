import { setTimeout as wait } from 'node:timers/promises';
import { cancelled, LikenessError, systemCodeOf } from '../../core/errors.ts';
import { hubBusy, hubUnreachable } from '../../core/hub/hubErrors.ts';
import { backoffSeconds, isPassing, LONGEST_WAIT_S, retryAfterSeconds } from '../../core/hub/retrying.ts';
import type { HttpAnswer } from './httpClient.ts';

/** Failures in a row before it is given up. */
const MAX_FAILURES = 6;

/** No such host, nobody listens there, or its certificate isn't trusted: what is wrong from the start stays wrong. */
const LASTING =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|ENETUNREACH|EPROTO|ERR_PROXY\w*|ERR_TLS\w*|\w*(CERT|SIGNATURE|ISSUER)\w*)$/;

export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const sleepUntilAborted: Sleep = async (milliseconds, signal) => {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch {
    throw cancelled();
  }
};

/** A server's "not now". */
export class PassingRefusal extends Error {
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor({ status, header }: Pick<HttpAnswer, 'status' | 'header'>) {
    super(`it answers ${status}`);
    this.status = status;
    this.retryAfter = retryAfterSeconds(header('Retry-After'), Date.now());
  }
}

/** Throws where the answer may be another one later; its body is dropped then. */
export function assertNotPassing(answer: HttpAnswer): void {
  if (!isPassing(answer.status)) return;
  answer.body.destroy();
  throw new PassingRefusal(answer);
}

export interface RetryOptions {
  /** For messages. */
  readonly address: string;
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
}

/**
 * Runs `attempt` until it succeeds: dropped connections and passing refusals are tried again after a growing pause, or
 * after the one that the server asks for. Rejects with hub-unreachable or hub-busy after six failures in a row, or at once
 * where nobody could be reached at all, and with what has a code already.
 *
 * @param attempt calls `progressed` whenever it has got on, which is when counting begins anew
 */
export async function retried<T>(attempt: (progressed: () => void) => Promise<T>, options: RetryOptions): Promise<T> {
  const { address, signal, sleep } = options;
  // Kept in an object, as the compiler takes it for granted that nobody else sets a local variable.
  const counts = { failures: 0, hasProgressed: false };
  const progressed = () => {
    Object.assign(counts, { failures: 0, hasProgressed: true });
  };
  for (;;) {
    try {
      return await attempt(progressed);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (error instanceof LikenessError) throw error;
      counts.failures += 1;
      const refusal = error instanceof PassingRefusal ? error : undefined;
      const asked = refusal?.retryAfter;
      const isLasting = !counts.hasProgressed && LASTING.test(systemCodeOf(error) ?? '');
      if (isLasting || counts.failures >= MAX_FAILURES || (asked ?? 0) > LONGEST_WAIT_S) {
        throw refusal?.status === 429 ? hubBusy(address, asked) : hubUnreachable(address, error);
      }
      await sleep((asked ?? backoffSeconds(counts.failures)) * 1000, signal);
    }
  }
}
