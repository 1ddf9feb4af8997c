import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDecisions, type Decision } from '../../core/decisions/decisions.ts';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { writeFailure } from '../store/fileErrors.ts';
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
  return parseDecisions(await readDecisionText(root));
}

/**
 * Changes what was decided; whoever reads it finds the old text or the new one. Rejects with unreadable-file, read-only or
 * disk-full.
 *
 * @param change the new text from the old one; it may be asked again, where somebody else has written meanwhile
 * @returns whether anything changed
 */
export async function editDecisions(root: string, change: (text: string) => string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const before = await readDecisionText(root);
    const after = change(before);
    if (after === before) return false;
    try {
      await replaceDecisionText(root, before, after);
      return true;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The file's text; '' where there is none. Rejects with unreadable-file. */
export async function readDecisionText(root: string): Promise<string> {
  const file = decisionsFile(root);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw unreadableFile(file, error);
  }
}

/** Rejects with `ChangedMeanwhile` where the file says something else than `before`, with read-only or disk-full. */
export async function replaceDecisionText(root: string, before: string, after: string): Promise<void> {
  const file = decisionsFile(root);
  try {
    makeLikenessFolder(root);
    await replaceFile(file, [after], async () => {
      if ((await readDecisionText(root)) !== before) throw new ChangedMeanwhile();
    });
  } catch (error) {
    throw writeFailure(file, error) ?? error;
  }
}

/** By another window, or a person with an editor. */
export class ChangedMeanwhile extends Error {}
