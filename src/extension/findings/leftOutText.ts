import { formatQuantity } from '../../core/progressText.ts';
import type { LeftOut } from '../../protocol/decisions.ts';

/** How many images nothing was decided of, and why of the first; undefined where there are none. */
export function leftOutText(leftOut: readonly LeftOut[]): string | undefined {
  const [first] = leftOut;
  if (first === undefined) return undefined;
  const [were, example] = leftOut.length === 1 ? ['was', ''] : ['were', ', for one'];
  return `${formatQuantity(leftOut.length, 'file')} ${were} left out${example}: ${first.message}`;
}
