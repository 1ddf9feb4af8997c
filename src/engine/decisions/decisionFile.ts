import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDecisions, type Decision } from '../../core/decisions/decisions.ts';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';

/** What people decided in reviews. */
export function decisionsFile(root: string): string {
  return join(root, LIKENESS_FOLDER, 'decisions.jsonl');
}

/** All that was decided; lines that make no sense are passed over. Rejects with unreadable-file. */
export async function readDecisions(root: string): Promise<Decision[]> {
  return parseDecisions(await readDecisionText(root));
}

/** The file's text; '' where there is none. Rejects with unreadable-file. */
export async function readDecisionText(root: string): Promise<string> {
  const file = decisionsFile(root);
  try {
    // Some editors begin a text with a mark of its encoding; the first decision stands after it all the same.
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw unreadableFile(file, error);
  }
}
