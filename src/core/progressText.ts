import { madeOnce } from './madeOnce.ts';
import type { Progress } from './progress.ts';

const integer = madeOnce(() => new Intl.NumberFormat('en', { maximumFractionDigits: 0 }));
const threeDigits = madeOnce(() => new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }));
const oneDigit = madeOnce(() => new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 }));

export function formatCount(count: number): string {
  return integer().format(count);
}

/** "1 image", "1,234 images". */
export function formatQuantity(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "340 bytes", "1.2 MB": decimal units, as file managers have them. */
export function formatBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return `${formatCount(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${threeDigits().format(value)} ${units[unit]!}`;
}

/** "4 s", "3 min", "1 h 20 min": as coarse as a person needs it. */
export function formatDuration(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** "120 of 400", or "120" while the total is unknown; "1.2 MB of 88.5 MB" of what is counted in bytes. */
export function progressCount({ done, total, unit }: Progress): string {
  const format = unit === 'bytes' ? formatBytes : formatCount;
  return total === undefined ? format(done) : `${format(done)} of ${format(total)}`;
}

/** "0.3 images/s", "2,829 images/s". */
export function formatSpeed(perSecond: number, things = 'images'): string {
  return `${perSecond < 10 ? oneDigit().format(perSecond) : formatCount(perSecond)} ${things}/s`;
}

/** "85 images/s · 4 s left", "3.2 MB/s · 4 s left", "85 texts/s"; empty while neither is known. */
export function progressPace({ rate, secondsLeft, unit }: Progress): string {
  const parts: string[] = [];
  if (rate > 0 && unit === 'bytes') parts.push(`${formatBytes(Math.round(rate))}/s`);
  else if (rate > 0) parts.push(formatSpeed(rate, unit));
  if (secondsLeft !== undefined && secondsLeft > 0) parts.push(`${formatDuration(secondsLeft)} left`);
  return parts.join(' · ');
}

/** "Indexing 1,200 of 1,988 · 188 images/s · 4 s left": all of it in one line. */
export function formatProgress(progress: Progress): string {
  const count = progress.total === undefined && progress.done === 0 ? '' : ` ${progressCount(progress)}`;
  const pace = progress.total === undefined ? '' : progressPace(progress);
  const parts = [`${progress.phase}${count}`, pace, progress.detail ?? ''];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Whole percent done; undefined while the total is unknown. */
export function progressPercent({ done, total }: Progress): number | undefined {
  return total === undefined || total === 0 ? undefined : Math.floor((100 * done) / total);
}

/** The status bar's text after its icon: "Likeness 30 % · 4 s left". */
export function progressStatus(progress: Progress | undefined): string {
  if (!progress) return 'Likeness: starting';
  const percent = progressPercent(progress);
  const left = progress.secondsLeft;
  const amount = percent === undefined ? `${progress.phase.toLowerCase()} ${progressCount(progress)}` : `${percent} %`;
  return `Likeness: ${amount}${left !== undefined && left > 0 ? ` · ${formatDuration(left)} left` : ''}`;
}
