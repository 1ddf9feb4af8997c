import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf, unreadableFile } from '../../core/errors.ts';
import type { DecidedPair } from '../../core/training/losses/contrastiveLoss.ts';

/** A line of `decisions.jsonl`, as far as it concerns pairs. */
interface DecisionLine {
  readonly path?: unknown;
  readonly action?: unknown;
  readonly with?: { readonly path?: unknown };
}

/**
 * Pairs of images that people marked as the same or as different in `decisions.jsonl`. Lines about something else, about
 * other images or of another form are passed over.
 *
 * @param paths of the images, relative to the root; the pairs hold indices into them
 */
export async function readPairDecisions(root: string, paths: readonly string[]): Promise<DecidedPair[]> {
  const file = join(root, '.likeness', 'decisions.jsonl');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw unreadableFile(file, error);
  }
  const indices = new Map(paths.map((path, index) => [path, index]));
  return text.split('\n').flatMap((line): DecidedPair[] => {
    const decision = parseLine(line);
    const kind = decision?.action;
    if (kind !== 'same' && kind !== 'different') return [];
    const first = indices.get(String(decision?.path));
    const second = indices.get(String(decision?.with?.path));
    return first === undefined || second === undefined || first === second ? [] : [{ first, second, kind }];
  });
}

function parseLine(line: string): DecisionLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
