import { withImageDecisions } from '../../core/decisions/decisionLines.ts';
import { parseDecisions, type DecidedImage, type Decision } from '../../core/decisions/decisions.ts';
import { emptyDecisionValue, emptyFindingId, usage } from '../../core/errors.ts';
import type { DecideRequest, ImageDecision, StandingDecision } from '../../protocol/decisions.ts';
import { decidedImage, editDecisions, readDecisions } from './decisionFile.ts';

/** Files that are read at the same time, to tell what they contain. */
const AT_ONCE = 8;

/**
 * Writes down what a person decided of images, or takes it back: all of it or, where one of them can't be read, nothing.
 * Rejects with usage, path-outside-root, file-not-found, unreadable-file, read-only or disk-full.
 *
 * @param root absolute
 * @param now milliseconds since the epoch
 * @returns the paths of which something changed, sorted
 */
export async function decideImages(
  root: string,
  { paths, decision, undo = false }: Omit<DecideRequest, 'root'>,
  now: number,
): Promise<string[]> {
  const choice = 'value' in decision ? { ...decision, value: decision.value.trim() } : decision;
  if (!undo && 'value' in choice && choice.value === '') throw emptyDecisionValue(choice.action);
  if (choice.action === 'ignore' && choice.finding === '') throw emptyFindingId();
  if (paths.length === 0) throw usage('No image is named that something could be decided of.');
  // A finding about a whole class is about no image.
  const subjectOf = async (path: string): Promise<DecidedImage> =>
    choice.action === 'ignore' && path === '' ? { path, content: '' } : decidedImage(root, path, undo);
  const images: DecidedImage[] = [];
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const batch = paths.slice(start, start + AT_ONCE);
    images.push(...(await Promise.all(batch.map((path) => subjectOf(path)))));
  }
  const at = new Date(now).toISOString();
  let [before, after] = ['', ''];
  await editDecisions(root, (text) => {
    before = text;
    after = withImageDecisions(text, images, choice, { undo, at });
    return after;
  });
  const [old, made] = [before, after].map((text) => new Map(parseDecisions(text).map((line) => [keyOf(line), line])));
  const changed = [...old!, ...made!].filter(([key]) => old!.has(key) !== made!.has(key));
  return [...new Set(changed.map(([, { path }]) => path))].sort();
}

function keyOf({ path, content, action, value = '', finding = '' }: Decision): string {
  return [path, content, action, value, finding].join('\n');
}

/** What was decided of single images, sorted by path. Rejects with unreadable-file. */
export async function listImageDecisions(root: string): Promise<StandingDecision[]> {
  const all = await readDecisions(root);
  const standing = all.flatMap((line): StandingDecision[] => {
    const decision = imageDecisionOf(line);
    return decision ? [{ path: line.path, decision, at: line.at }] : [];
  });
  return standing.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function imageDecisionOf({ action, value, finding }: Decision): ImageDecision | undefined {
  if (action === 'exclude') return { action };
  if (action === 'ignore') return finding === undefined ? undefined : { action, finding };
  return (action === 'relabel' || action === 'tag') && value !== undefined ? { action, value } : undefined;
}
