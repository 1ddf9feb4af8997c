import { formatQuantity } from './progressText.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "5 minutes ago", "3 hours ago", "yesterday", "4 days ago", "on 12 March 2026". Both in milliseconds since the epoch. */
export function formatAgo(at: number, now: number): string {
  const passed = now - at;
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${formatQuantity(Math.floor(passed / MINUTE), 'minute')} ago`;
  const days = daysBetween(at, now);
  if (days === 0) return `${formatQuantity(Math.floor(passed / HOUR), 'hour')} ago`;
  if (days === 1) return 'yesterday';
  if (days < 7) return `${formatQuantity(days, 'day')} ago`;
  return `on ${new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })}`;
}

/** Midnights between them, where the person is. */
function daysBetween(at: number, now: number): number {
  const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / DAY);
}
