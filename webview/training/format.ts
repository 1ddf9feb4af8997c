import { formatCount, formatDuration } from '../../src/core/progressText.ts';
import type { CurveAxis } from '../../src/protocol/trainingView.ts';

const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const shares = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const exponents = new Intl.NumberFormat('en', { notation: 'scientific', maximumSignificantDigits: 2 });
const times = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** "84.2 %" */
export const formatShare = (share: number): string => `${shares.format(100 * share)} %`;

/** Three digits, whatever the size. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 1e-3) return exponents.format(value).toLowerCase();
  return size >= 1000 ? formatCount(value) : digits.format(value);
}

export const formatTime = (milliseconds: number): string => times.format(milliseconds);

/** A place on the axis of the curves. */
export function formatPlace(axis: CurveAxis, value: number): string {
  if (axis !== 'seconds') return formatNumber(value);
  if (value === 0) return '0';
  return value < 60 ? `${digits.format(value)} s` : formatDuration(value);
}

export const axisLabels: Readonly<Record<CurveAxis, string>> = {
  epochs: 'Epoch',
  steps: 'Step',
  seconds: 'Time of computing',
};
