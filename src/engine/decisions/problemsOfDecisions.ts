import { join } from 'node:path';
import { decisionProblem, moreDecisionProblems } from '../../core/decisions/decisionErrors.ts';
import { decisionProblems, type DecisionImages, type DecisionProblem } from '../../core/decisions/decisionProblems.ts';
import { parseDecisions } from '../../core/decisions/decisions.ts';
import { asLikenessError, type LikenessError } from '../../core/errors.ts';
import { statIfPresent } from '../fileStatus.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { unclearExclusions } from './decidedOf.ts';
import { decisionsFile, readDecisionText } from './decisionFile.ts';
import { hasChanged } from './formerContents.ts';
import { readQuarantine } from './quarantine.ts';

/** Told in a report; whoever wants more asks for them. */
const TOLD = 5;

/** What tells which images there are. */
type KnownFiles = Pick<IndexStore, 'readFiles' | 'readContentIds' | 'findContentKey'>;

/**
 * What is wrong with a dataset's `decisions.jsonl`. Rejects with unreadable-file.
 *
 * @param store knows the images' contents; without it, nothing is said of files that have changed
 * @param edited the text that is looked at instead of the file's
 */
export async function problemsOfDecisions(
  root: string,
  store: KnownFiles | undefined,
  edited?: string,
): Promise<DecisionProblem[]> {
  const text = edited ?? (await readDecisionText(root));
  return text === '' ? [] : decisionProblems(text, await imagesOf(root, text, store));
}

/** The same for a report about something else, which doesn't fail by it: the first ones, each as a sentence. */
export async function decisionNotices(root: string, store: KnownFiles): Promise<LikenessError[]> {
  const file = decisionsFile(root);
  return problemsOfDecisions(root, store).then(
    (problems) => [
      ...problems.slice(0, TOLD).map(({ line, message }) => decisionProblem(file, line, message)),
      ...(problems.length > TOLD ? [moreDecisionProblems(file, problems.length - TOLD)] : []),
    ],
    (error: unknown) => [asLikenessError(error)],
  );
}

async function imagesOf(root: string, text: string, store: KnownFiles | undefined): Promise<DecisionImages> {
  const paths = new Set<string>();
  const decisions = parseDecisions(text);
  for (const { path, with: partner } of decisions) {
    paths.add(path);
    if (partner) paths.add(partner.path);
  }
  const known = store?.readContentIds([...paths]);
  const aside = new Map((await readQuarantine(root)).map(({ path, content }) => [path, content]));
  const contentOf = (path: string) => {
    const indexed = known?.get(path);
    // Of a file that is another one by now, nobody knows what it holds.
    if (indexed !== undefined) return hasChanged(join(root, path), indexed) ? '' : indexed.content;
    // Not an image that is read, or not indexed yet.
    return isThere(join(root, path)) ? '' : aside.get(path);
  };
  let keys: ReadonlySet<number | undefined> | undefined;
  const hasContent = (content: string) => {
    const key = content === '' ? undefined : store?.findContentKey(content);
    if (key === undefined) return false;
    keys ??= new Set([...(store?.readFiles().values() ?? [])].map(({ contentKey }) => contentKey));
    return keys.has(key);
  };
  return { contentOf, hasContent, ...(store && { isUnclear: unclearExclusions(decisions, store) }) };
}

/** A folder that can't be looked into may hold it. */
function isThere(file: string): boolean {
  try {
    return statIfPresent(file) !== undefined;
  } catch {
    return true;
  }
}
