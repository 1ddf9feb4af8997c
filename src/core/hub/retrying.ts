/** Seconds that are waited at most between two attempts, whatever the server asks for. */
export const LONGEST_WAIT_S = 120;
const LONGEST_BACKOFF_S = 30;

/** Seconds to wait after so many failures in a row: 1, 2, 4, …, 30. */
export function backoffSeconds(failures: number): number {
  return Math.min(LONGEST_BACKOFF_S, 2 ** (failures - 1));
}

/**
 * What a `Retry-After` header asks for, in seconds: a number of them, or a date. Undefined where it says nothing.
 *
 * @param now milliseconds since the epoch
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** True for answers that may be another the next time. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
