import { samePairTwice } from '../../core/decisions/decisionErrors.ts';
import { withPair, type PairAction } from '../../core/decisions/decisionLines.ts';
import type { DecidedImage } from '../../core/decisions/decisions.ts';
import { pairTitle } from '../../core/decisions/stepTitles.ts';
import type { StandingPair, StepOutcome } from '../../protocol/decisions.ts';
import { decidedImages, decidedPath } from './decidedImages.ts';
import { readDecisions } from './decisionFile.ts';
import { takeStep, type StepContext } from './steps.ts';

/**
 * Writes down that two images are the same or different, or takes back what was decided. What the file holds beside that stays
 * as it is. Rejects with usage where it is one image, path-outside-root, file-not-found, unreadable-file, read-only or disk-full.
 *
 * @param paths relative to the root
 * @param action undefined takes the decision back
 */
export async function decidePair(
  context: StepContext,
  paths: readonly [string, string],
  action: PairAction | undefined,
): Promise<StepOutcome> {
  const { root, now, store } = context;
  const named = paths.map((path) => decidedPath(root, path));
  if (action !== undefined && named[0] === named[1]) throw samePairTwice(named[0]!);
  // What is to be forgotten may be gone, and its content doesn't matter.
  const images =
    action === undefined ? named.map((path) => ({ path, content: '' })) : await decidedImages(root, named, store);
  const pair = images as [DecidedImage, DecidedImage];
  const at = new Date(now).toISOString();
  const change = (lines: Parameters<typeof withPair>[0]) => withPair(lines, pair, action, at);
  return takeStep(context, { title: pairTitle(action), change, moves: [] });
}

/** What was decided of two images, in the order of the file, which is that of paths. Rejects with unreadable-file. */
export async function listPairDecisions(root: string): Promise<StandingPair[]> {
  return (await readDecisions(root)).flatMap(({ path, action, with: partner, at }): StandingPair[] => {
    const isPair = action === 'same' || action === 'different';
    return isPair && partner !== undefined ? [{ path, with: partner.path, action, at }] : [];
  });
}
