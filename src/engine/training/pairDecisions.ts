import type { DecidedPair } from '../../core/training/losses/contrastiveLoss.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import { formerContents, type ContentStore } from '../decisions/formerContents.ts';

/**
 * Pairs of images that people marked as the same or as different. What was decided of other images is passed over, and what was
 * decided of other bytes than those that an image has now.
 *
 * @param paths of the images, relative to the root; the pairs hold indices into them
 * @param store knows the images' contents; without it, a decision holds for the paths that it names
 */
export async function readPairDecisions(
  root: string,
  paths: readonly string[],
  store?: ContentStore,
): Promise<DecidedPair[]> {
  const indices = new Map(paths.map((path, index) => [path, index]));
  const isFormer = store === undefined ? () => false : formerContents(store);
  return (await readDecisions(root)).flatMap((decision): DecidedPair[] => {
    const { action, path, with: partner } = decision;
    if (action !== 'same' && action !== 'different') return [];
    if (isFormer(decision) || (partner && isFormer(partner))) return [];
    const first = indices.get(path);
    const second = indices.get(partner?.path ?? '');
    return first === undefined || second === undefined || first === second ? [] : [{ first, second, kind: action }];
  });
}
