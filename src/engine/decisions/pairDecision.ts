import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPairDecision, type DecidedImage, type PairAction } from '../../core/decisions/decisionLines.ts';
import { fileNotFound, pathOutsideRoot, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { decisionsFile } from '../labels/knownLabels.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { makeLikenessFolder } from '../store/locations.ts';
import { replaceFile } from '../training/replaceFile.ts';

/** How often a file is read again that somebody else writes meanwhile. */
const ATTEMPTS = 8;

/**
 * Writes down that two images are the same or different, or takes back what was decided. What the file holds beside that stays
 * as it is, and whoever reads it finds the old text or the new one. Rejects with path-outside-root, file-not-found,
 * unreadable-file, read-only or disk-full.
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
  const pair = await Promise.all([decidedImage(root, paths[0], action), decidedImage(root, paths[1], action)]);
  const file = decisionsFile(root);
  for (let attempt = 1; ; attempt++) {
    const before = await readText(file);
    const after = withPairDecision(before, pair, action, new Date(now).toISOString());
    if (after === before) return;
    try {
      makeLikenessFolder(root);
      await replaceFile(file, [after], async () => {
        if ((await readText(file)) !== before) throw new ChangedMeanwhile();
      });
      return;
    } catch (error) {
      if (error instanceof ChangedMeanwhile && attempt < ATTEMPTS) continue;
      throw writeFailure(file, error) ?? error;
    }
  }
}

/** Another window, or a person with an editor. */
class ChangedMeanwhile extends Error {}

/** An image that is gone can still be forgotten. */
async function decidedImage(root: string, path: string, action: PairAction | undefined): Promise<DecidedImage> {
  const inside = relativeToRoot(root, path);
  if (inside === undefined || inside === '') throw pathOutsideRoot(path, root);
  if (action === undefined) return { path: inside, content: '' };
  const file = join(root, inside);
  try {
    return { path: inside, content: contentId(await readFile(file)) };
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw unreadableFile(file, error);
  }
}
