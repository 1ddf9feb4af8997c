import type { DecidedPair } from '../../core/training/losses/contrastiveLoss.ts';
import { readDecisions } from '../decisions/decisionFile.ts';

/**
 * Pairs of images that people marked as the same or as different. What was decided of other images is passed over.
 *
 * @param paths of the images, relative to the root; the pairs hold indices into them
 */
export async function readPairDecisions(root: string, paths: readonly string[]): Promise<DecidedPair[]> {
  const indices = new Map(paths.map((path, index) => [path, index]));
  return (await readDecisions(root)).flatMap(({ action, path, with: partner }): DecidedPair[] => {
    if (action !== 'same' && action !== 'different') return [];
    const first = indices.get(path);
    const second = indices.get(partner?.path ?? '');
    return first === undefined || second === undefined || first === second ? [] : [{ first, second, kind: action }];
  });
}
