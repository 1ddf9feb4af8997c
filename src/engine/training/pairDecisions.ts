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
  const found = (await readDecisions(root)).flatMap((decision) => {
    const { action, path, with: partner } = decision;
    if ((action !== 'same' && action !== 'different') || partner === undefined) return [];
    const [first, second] = [indices.get(path), indices.get(partner.path)];
    if (first === undefined || second === undefined || first === second) return [];
    return [{ pair: { first, second, kind: action } satisfies DecidedPair, images: [decision, partner] }];
  });
  // All files of the index are read to tell, which nobody who decided of no pair waits for.
  if (store === undefined || found.length === 0) return found.map(({ pair }) => pair);
  const isFormer = formerContents(store);
  return found.filter(({ images }) => !images.some(isFormer)).map(({ pair }) => pair);
}
