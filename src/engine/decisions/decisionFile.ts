import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDecisions, type DecidedImage, type Decision } from '../../core/decisions/decisions.ts';
import { fileNotFound, pathOutsideRoot, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from '../store/locations.ts';
import { replaceFile } from '../training/replaceFile.ts';

/** How often a file is read again that somebody else writes meanwhile. */
const ATTEMPTS = 8;

/** What people decided in reviews. */
export function decisionsFile(root: string): string {
  return join(root, LIKENESS_FOLDER, 'decisions.jsonl');
}

/** All that was decided; lines that make no sense are passed over. Rejects with unreadable-file. */
export async function readDecisions(root: string): Promise<Decision[]> {
  return parseDecisions(await readText(decisionsFile(root)));
}

/**
 * Changes what was decided; whoever reads it finds the old text or the new one. Rejects with unreadable-file, read-only or
 * disk-full.
 *
 * @param change the new text from the old one; it may be asked again, where somebody else has written meanwhile
 * @returns whether anything changed
 */
export async function editDecisions(root: string, change: (text: string) => string): Promise<boolean> {
  const file = decisionsFile(root);
  for (let attempt = 1; ; attempt++) {
    const before = await readText(file);
    const after = change(before);
    if (after === before) return false;
    try {
      makeLikenessFolder(root);
      await replaceFile(file, [after], async () => {
        if ((await readText(file)) !== before) throw new ChangedMeanwhile();
      });
      return true;
    } catch (error) {
      if (error instanceof ChangedMeanwhile && attempt < ATTEMPTS) continue;
      throw writeFailure(file, error) ?? error;
    }
  }
}

/** Another window, or a person with an editor. */
class ChangedMeanwhile extends Error {}

/**
 * An image as a decision names it. Rejects with path-outside-root, file-not-found or unreadable-file.
 *
 * @param path relative to the root
 * @param forget one that is to be forgotten may be gone, and its content doesn't matter
 */
export async function decidedImage(root: string, path: string, forget: boolean): Promise<DecidedImage> {
  const inside = relativeToRoot(root, path);
  if (inside === undefined || inside === '') throw pathOutsideRoot(path, root);
  if (forget) return { path: inside, content: '' };
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
