import { withPairDecision, type PairAction } from '../../core/decisions/decisionLines.ts';
import { decidedImage, editDecisions } from './decisionFile.ts';

/**
 * Writes down that two images are the same or different, or takes back what was decided. What the file holds beside that stays
 * as it is. Rejects with path-outside-root, file-not-found, unreadable-file, read-only or disk-full.
 *
 * @param paths relative to the root
 * @param action undefined takes the decision back
 * @param now milliseconds since the epoch
 */
export async function decidePair(
  root: string,
  paths: readonly [string, string],
  action: PairAction | undefined,
  now: number,
): Promise<void> {
  const forget = action === undefined;
  const pair = await Promise.all([decidedImage(root, paths[0], forget), decidedImage(root, paths[1], forget)]);
  await editDecisions(root, (text) => withPairDecision(text, pair, action, new Date(now).toISOString()));
}
